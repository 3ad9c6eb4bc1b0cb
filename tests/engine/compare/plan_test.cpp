// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/plan.hpp"

#include <map>

#include <gmock/gmock.h>

#include "tests/support/places.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::ElementsAre;

/// Of a plan in which nothing is tuned, in its order.
const Config& run_of(const ComparePlan& plan, std::size_t i) {
    return plan.cells[i / plan.seeds].candidates.front().runs[i % plan.seeds];
}

/// Of a metric that is no share, or that is to be low, nothing is waited for by itself.
TEST(ComparePlan, ComparesTheMetricThatIsSaid) {
    const auto plan = [](const std::string& said) {
        return parse_compare("[model]\nmetrics = 'topk, perplexity'\n[compare]\n" + said +
                                 "\n[[compare.method]]\nname = 'fedavg'",
                             "x.toml");
    };
    EXPECT_EQ(plan("").measure, Measure{"top5"});
    EXPECT_EQ(plan("").target, 0.8);
    EXPECT_EQ(plan("metric = 'perplexity'").measure,
              (Measure{"perplexity", Better::lower, Unit::number}));
    EXPECT_FALSE(plan("metric = 'perplexity'").target);
    EXPECT_EQ(plan("target = 30\nmetric = 'loss'").target, 30.0);
    EXPECT_EQ(error_of([&] { plan("metric = 'accuracy'"); }),
              "x.toml:4: compare.metric: expected \"top5\", \"perplexity\" or \"loss\", found "
              "\"accuracy\"");
    EXPECT_EQ(error_of([&] { plan("metric = 'loss'\ntarget = 'low'"); }),
              "x.toml:5: compare.target: expected a number, found \"low\"");
}

TEST(ComparePlan, IsEveryPartitionWithEveryMethodWithEverySeed) {
    const ComparePlan plan = parse_compare(R"(
[experiment]
rounds = 7
[compare]
seeds = [5, 3]
target = 0.7
last = 2
[[compare.method]]
label = "Ours, signed"
mask = "signed"
momentum = 0.5
[[compare.method]]
name = "fedavg"
[[compare.partition]]
[[compare.partition]]
partition = "labeldir"
beta = 0.1
)",
                                           "some/where.toml");
    EXPECT_EQ(plan.name, "where");
    EXPECT_EQ(plan.out, "runs/where");
    EXPECT_EQ(plan.setting, "fashion-mnist, cnn4, 100 clients, 10 a round, 7 rounds");
    EXPECT_EQ(plan.target, 0.7);
    EXPECT_EQ(plan.last, 2U);
    EXPECT_EQ(plan.seeds, 2U);
    EXPECT_THAT(plan.methods, ElementsAre("Ours, signed", "FedAvg"));
    EXPECT_THAT(plan.partitions, ElementsAre("iid", "labeldir 0.1"));
    ASSERT_EQ(plan.runs(), 8U);
    const auto folder = [&](std::size_t i) { return run_of(plan, i).experiment.out; };
    EXPECT_EQ(folder(0), "runs/where/iid/ours-signed/seed-5");
    EXPECT_EQ(folder(1), "runs/where/iid/ours-signed/seed-3");
    EXPECT_EQ(folder(2), "runs/where/iid/fedavg/seed-5");
    EXPECT_EQ(folder(7), "runs/where/labeldir-0.1/fedavg/seed-3");
    // A row's own keys, its method's defaults, and nothing of its neighbour's.
    const Config &ours = run_of(plan, 0), &average = run_of(plan, 7);
    EXPECT_EQ(ours.method.options.at("mask"), KeyValue("signed"));
    EXPECT_EQ(std::get<double>(ours.method.options.at("magnitude")), 0.005);
    EXPECT_EQ(ours.client.momentum, 0.5);
    EXPECT_EQ(ours.client.lr, 0.1);
    EXPECT_EQ(ours.data.partition.name, "iid");
    EXPECT_EQ(ours.experiment.seed, 5U);
    EXPECT_EQ(average.client.lr, 0.03);
    EXPECT_EQ(average.client.momentum, 0.0);
    EXPECT_EQ(average.data.partition.name, "labeldir");
    EXPECT_EQ(std::get<double>(average.data.partition.options.at("beta")), 0.1);
    EXPECT_EQ(average.experiment.seed, 3U);
}

/// A row's tables are its stages, in the place of the base's; a label says which.
TEST(ComparePlan, ARowHasStagesOfItsOwn) {
    const ComparePlan plan = parse_compare(R"(
[[stage]]
name = "half"
[compare]
[[compare.method]]
name = "fedavg"
[[compare.method]]
name = "fedavg"
[[compare.method.stage]]
name = "deflate"
level = 9
[[compare.method]]
name = "fedavg"
stage = []
)",
                                           "x.toml");
    EXPECT_THAT(plan.methods,
                ElementsAre("FedAvg + half (float16)", "FedAvg + deflate (level 9)", "FedAvg"));
    EXPECT_EQ(run_of(plan, 0).stages.front().name, "half");
    EXPECT_EQ(run_of(plan, 1).stages.front(), (Choice{"deflate", {{"level", std::int64_t{9}}}}));
    EXPECT_TRUE(run_of(plan, 2).stages.empty());
    EXPECT_EQ(
        error_of([] { (void)parse_compare("[compare]\n[[compare.method]]\nstage = 3", "x.toml"); }),
        "x.toml:3: stage: expected tables [[stage]], found 3");
}

TEST(ComparePlan, NeedsOnlyAMethodAndTakesOverrides) {
    const std::vector<std::string> overrides{"experiment.seed=9", "experiment.out=there"};
    const ComparePlan plan = parse_compare("[compare]\n[[compare.method]]\n", "x.toml", overrides);
    ASSERT_EQ(plan.runs(), 1U);
    EXPECT_EQ(run_of(plan, 0).experiment.out, "there/iid/fedmrn-binary-mask/seed-9");
    EXPECT_EQ(plan.target, 0.8);
    EXPECT_EQ(plan.last, 5U);
}

TEST(ComparePlan, TheFilesOfTheRepositoryAreSome) {
    const std::map<std::string, std::size_t> runs{
        {"table-fashion-mnist", 180}, {"table-svhn", 180},  {"table-cifar-10", 180},
        {"table-cifar-100", 180},     {"table-small", 100}, {"ablation", 90},
        {"ablation-small", 30},       {"noise", 135},       {"noise-small", 27}};
    for (const auto& [name, count] : runs) {
        const auto plan = load_compare(test::test_data() + "/../experiments/" + name + ".toml");
        EXPECT_EQ(plan.runs(), count) << name;
    }
}

struct Case {
    const char *text, *error;
};

class BadComparison : public testing::TestWithParam<Case> {};

TEST_P(BadComparison, IsOneClearLine) {
    EXPECT_EQ(error_of([] { parse_compare(GetParam().text, "x.toml"); }), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Compare, BadComparison,
    testing::Values(
        Case{"[client]\nlr = 0.1",
             "x.toml: compare: expected a section [compare], found none; `fedmrn run` runs an "
             "experiment"},
        Case{"compare = 3", "x.toml:1: compare: expected a section [compare], found 3"},
        Case{"[compare]\nseeds = [1]",
             "x.toml:1: compare.method: expected at least one row [[compare.method]], found none"},
        Case{"[compare]\nsedes = [1]",
             "x.toml:2: unknown key compare.sedes; expected seeds, "
             "metric, target, last, baseline, validation, tuning_seeds, method or partition; did "
             "you mean seeds?"},
        Case{"[compare]\nseeds = [1]\n[client]\nepochs = 0\n[[compare.method]]\nname = 'fedavg'",
             "x.toml:4: client.epochs: expected an integer in 1 … 1000000, found 0"},
        Case{"[compare]\nlast = 0",
             "x.toml:2: compare.last: expected an integer in 1 … 1000000, found 0"},
        Case{"[compare]\ntarget = 80",
             "x.toml:2: compare.target: expected a number in (0, 1], found 80"},
        Case{"[compare]\nseeds = 3",
             "x.toml:2: compare.seeds: expected a list of different seeds, each an integer in "
             "0 … 9223372036854775807, found 3"},
        Case{"[compare]\nseeds = [1, 2, 1]",
             "x.toml:2: compare.seeds: expected a list of different seeds, each an integer in "
             "0 … 9223372036854775807, found 1 twice"},
        Case{"[compare]\nseeds = []",
             "x.toml:2: compare.seeds: expected a list of different seeds, each an integer in "
             "0 … 9223372036854775807, found an empty list"},
        Case{"[compare.method]\nname = 'fedavg'",
             "x.toml:1: compare.method: expected rows [[compare.method]], found a table"},
        Case{"[[compare.method]]\nname = 'fedavg'\nbeta = 3",
             "x.toml:3: unknown key compare.method.beta; expected label, stage, name, mask, noise, "
             "magnitude, magnitude_decay, stochastic, progressive, post_training, error_feedback, "
             "vote, levels, buckets, ratio, estimate, bits, optimizer, initial_scores, "
             "eval_masks, sparsity, prune_rounds, merge, frozen_magnitude, rank, iterations, "
             "cohort, epochs, batch, lr, schedule, decay_rounds, momentum, "
             "weight_decay, l2 "
             "or "
             "proximal; did you mean bits?"},
        Case{"[[compare.method]]\nname = 'fedavgg'",
             "x.toml:2: method.name: expected \"fedavg\", \"fedmrn\", \"signsgd\", \"terngrad\", "
             "\"qsgd\", \"topk\", \"drive\", \"eden\", \"fedpm\", \"fedsparsify\", \"fedbat\", "
             "\"fedmud\", \"stc\", \"powersgd\" or \"frozen_factor\", found \"fedavgg\""},
        Case{"[[compare.method]]\nlabel = ' '",
             "x.toml:2: compare.method.label: expected a string that is not empty, found \" \""},
        Case{"[[compare.method]]\nlabel = 'a b'\n[[compare.method]]\nlabel = 'a b'",
             "x.toml:3: compare.method.label: expected one of its own, found \"a b\" again"},
        Case{"[data]\nbeta = 0.1\n[[compare.method]]\nname = 'fedavg'",
             "x.toml:2: data.beta = 0.1 has no effect: it speaks to data.partition = labeldir, "
             "which no run of this comparison has"},
        Case{"[[compare.method]]\nname = 'fedavg'\nlabel = 'a'\nbits = 2",
             "x.toml:4: method.bits = 2 has no effect: it speaks to method.name = eden, which no "
             "run of this comparison has"},
        Case{"[[compare.method]]\ncohort = 101",
             "x.toml:2: client.cohort: expected at most data.clients = 100, found 101"},
        Case{"[[compare.method]]\nlr = []",
             "x.toml:2: client.lr: expected a number in (0, 1000000], or a list of different ones "
             "to choose from, found an empty list"},
        Case{"[[compare.method]]\nlr = [0.1, 0.3, 0.1]",
             "x.toml:2: client.lr: expected a number in (0, 1000000], or a list of different ones "
             "to choose from, found 0.1 twice"},
        Case{"[[compare.method]]\nlr = [0.1,\n0.3,\n'fast']",
             "x.toml:4: client.lr: expected a number in (0, 1000000], found \"fast\""},
        Case{"[compare]\nvalidation = 0\n[[compare.method]]\nname = 'fedavg'",
             "x.toml:2: compare.validation: expected a number in (0, 0.5], as data.validation "
             "takes, found 0"},
        Case{"[compare]\nbaseline = 'b'\n[[compare.method]]\nlabel = 'a'",
             "x.toml:2: compare.baseline: expected a row's label, \"a\", found \"b\""},
        Case{"[compare", "x.toml:1: not TOML: Error while parsing table header: encountered "
                         "end-of-file"}));

/// Lists make a candidate each way to choose; what they are judged by is apart from the test set.
TEST(ComparePlan, TriesWhatARowLists) {
    const ComparePlan plan = parse_compare(R"(
[compare]
seeds = [1, 2]
tuning_seeds = [7]
validation = 0.2
baseline = "FedAvg"
[[compare.method]]
lr = [0.1, 0.3]
magnitude = [0.01, 0.02, 0.04]
[[compare.method]]
name = "fedavg"
)",
                                           "x.toml");
    EXPECT_THAT(plan.methods, ElementsAre("FedMRN (binary mask)", "FedAvg"));
    EXPECT_EQ(plan.baseline, 1U);
    ASSERT_EQ(plan.cells.size(), 2U);
    const PlannedCell& cell = plan.cells[0];
    ASSERT_EQ(cell.candidates.size(), 6U);
    EXPECT_TRUE(cell.tuned());
    EXPECT_EQ(plan.runs(), 6U + 2U + 2U);
    EXPECT_EQ(cell.candidates[0].label, "lr 0.1, magnitude 0.01");
    const Candidate& last = cell.candidates[5];
    EXPECT_EQ(last.label, "lr 0.3, magnitude 0.04");
    ASSERT_EQ(last.tuning.size(), 1U);
    EXPECT_EQ(last.tuning[0].experiment.seed, 7U);
    EXPECT_EQ(last.tuning[0].data.validation, 0.2);
    EXPECT_EQ(last.tuning[0].experiment.out,
              "runs/x/iid/fedmrn-binary-mask/lr-0.3-magnitude-0.04/tuning-seed-7");
    ASSERT_EQ(last.runs.size(), 2U);
    EXPECT_EQ(last.runs[1].data.validation, 0);
    EXPECT_EQ(last.runs[1].client.lr, 0.3);
    EXPECT_EQ(last.runs[1].method.options.at("magnitude"), KeyValue(0.04));
    EXPECT_EQ(last.runs[1].experiment.out,
              "runs/x/iid/fedmrn-binary-mask/lr-0.3-magnitude-0.04/seed-2");
    const PlannedCell& fixed = plan.cells[1];
    EXPECT_FALSE(fixed.tuned());
    EXPECT_TRUE(fixed.candidates[0].tuning.empty());
    EXPECT_EQ(fixed.candidates[0].runs[0].experiment.out, "runs/x/iid/fedavg/seed-1");
}

/// A base's key that one row heeds is not idle.
TEST(ComparePlan, AKeyMustSpeakToOneRunAtLeast) {
    EXPECT_NO_THROW(parse_compare("[method]\nbits = 2\n[[compare.method]]\nname = 'fedavg'\n"
                                  "[[compare.method]]\nname = 'eden'",
                                  "x.toml"));
}

} // namespace
} // namespace fedmrn
