// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/same_run.hpp"

#include <limits>
#include <set>

#include <gmock/gmock.h>

#include "engine/config/run_file.hpp"
#include "engine/config/schema.hpp"
#include "engine/config/stage_keys.hpp"
#include "engine/store/run_folder.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

bool same(const Config& a, const Config& b) {
    for (const Key& key : config_keys())
        if (key.get(a) != key.get(b)) return false;
    return true;
}

TEST(Config, KeysAreTheInterface) {
    std::string names, section;
    for (const Key& key : config_keys()) {
        if (key.section != section) names += "\n[" + (section = key.section) + "]";
        names += " " + key.name;
    }
    EXPECT_EQ(
        names,
        "\n[experiment] seed rounds lanes device precision out checkpoint_every per_client"
        "\n[data] name samples path partition beta fraction partition_file clients "
        "validation augment"
        "\n[client] cohort epochs batch lr schedule decay_rounds momentum weight_decay l2 proximal"
        "\n[model] name layers loss metrics"
        "\n[method] name mask noise magnitude magnitude_decay stochastic progressive post_training"
        " error_feedback vote levels buckets ratio estimate bits optimizer initial_scores"
        " eval_masks sparsity prune_rounds merge "
        "frozen_magnitude rank"
        " iterations"
        "\n[server] optimizer momentum beta1 beta2 tau lr sampling eval_every eval_batch"
        "\n[network] uplink downlink speed spread dropout"
        "\n[stage] name\n[stage.half] format"
        "\n[stage.quantize] bits per symmetric range percentile schedule layers error_feedback"
        "\n[stage.qat] bits per symmetric range percentile schedule layers"
        "\n[stage.prune] pattern start sparsity end initial scope regrow"
        " regrow_every"
        "\n[stage.distil] teacher teacher_model temperature weight"
        "\n[stage.deflate] level");
}

TEST(Config, AnEmptyFileGivesTheDefaults) {
    Config expected;
    expected.experiment.out = "runs/some"; // after the file
    EXPECT_TRUE(same(parse_config("", "folder/some.toml"), expected));
}

TEST(Config, LearningRateFollowsTheMethodAndMagnitudeTheMask) {
    EXPECT_EQ(parse_config("", "f").client.lr, 0.1);
    EXPECT_EQ(parse_config("method.name = 'fedavg'", "f").client.lr, 0.03);
    EXPECT_EQ(parse_config("client.lr = 0.1\nmethod.name = 'fedavg'", "f").client.lr, 0.1);
    EXPECT_EQ(parse_config("", "f").method.options.at("magnitude"), KeyValue(0.01));
    EXPECT_EQ(parse_config("method.mask = 'signed'", "f").method.options.at("magnitude"),
              KeyValue(0.005));
    EXPECT_EQ(parse_config("method = {name = 'signsgd', vote = 'mean'}", "f")
                  .method.options.at("magnitude"),
              KeyValue(0.001));
    EXPECT_EQ(parse_config("method.name = 'qsgd'", "f").client.lr, 0.03);
    EXPECT_EQ(parse_config("method.name = 'fedpm'", "f").client.lr, 0.1);
    EXPECT_EQ(parse_config("method.name = 'fedbat'", "f").client.lr, 0.1);
    EXPECT_EQ(parse_config("method.name = 'fedmud'", "f").client.lr, 0.01);
    EXPECT_EQ(parse_config("method.name = 'powersgd'", "f").client.lr, 0.03);
    EXPECT_EQ(parse_config("[method]\nmask = 'signed'\nmagnitude = 0.01", "f")
                  .method.options.at("magnitude"),
              KeyValue(0.01));
    const std::vector<std::string> set{"method.name=fedavg"};
    EXPECT_EQ(parse_config("", "f", set).client.lr, 0.03);
}

/// A default may follow a key of another section, in a file and where the command line says it.
TEST(Config, FedSparsifyPrunesUntilTheLastRound) {
    const auto rounds = [](const std::string& text, const std::vector<std::string>& set = {}) {
        return std::get<std::int64_t>(parse_config("method.name = 'fedsparsify'\n" + text, "f", set)
                                          .method.options.at("prune_rounds"));
    };
    EXPECT_EQ(rounds(""), 100);
    EXPECT_EQ(rounds("experiment.rounds = 15"), 15);
    EXPECT_EQ(rounds("experiment.rounds = 15", {"experiment.rounds=7"}), 7);
    EXPECT_EQ(rounds("experiment.rounds = 15\nmethod.prune_rounds = 9"), 9);
}

/// 1.0 as with plain averaging ruins a run of FedAdam.
TEST(Config, TheServersRateFollowsItsOptimizer) {
    EXPECT_EQ(parse_config("", "f").server.lr, 1.0);
    EXPECT_EQ(parse_config("server.optimizer = 'adam'", "f").server.lr, 0.01);
    EXPECT_EQ(parse_config("server.optimizer = 'yogi'", "f").server.lr, 0.01);
    EXPECT_EQ(parse_config("server = {optimizer = 'yogi', lr = 0.5}", "f").server.lr, 0.5);
}

/// A choice by --set leaves keys of the file without effect: they are named, and do not decide.
TEST(Config, WhatASetLeavesWithoutEffectIsNoted) {
    const std::string file = "[method]\nmagnitude = 0.2\nmask = 'signed'";
    const std::vector<std::string> set{"method.name=fedavg"};
    Notes notes;
    const Config c = parse_config(file, "f", set, &notes);
    EXPECT_THAT(notes, testing::ElementsAre(
                           testing::HasSubstr("f:3: method.mask = \"signed\" has no effect: it "
                                              "speaks to method.name = fedmrn"),
                           testing::HasSubstr("f:2: method.magnitude = 0.2 has no effect")));
    EXPECT_TRUE(same(c, parse_config("method.name = 'fedavg'", "f")));
    EXPECT_THAT(to_toml(c), testing::Not(testing::HasSubstr("magnitude")));
    const std::vector<std::string> both{"method.name=fedavg", "method.magnitude=0.2"};
    EXPECT_THAT(error_of([&] { parse_config("", "f", both); }),
                testing::HasSubstr("--set method.magnitude=0.2: method.magnitude = 0.2 has no"));
}

/// What is switched off has no effect anywhere: it may be said.
TEST(Config, OffIsNoMistake) {
    EXPECT_NO_THROW(parse_config("[method]\nname = 'fedpm'\nerror_feedback = false\n"
                                 "[client]\nl2 = 0\n[network]\nspread = 0.0",
                                 "f"));
}

TEST(Config, EveryKeyIsDocumented) {
    for (const Key& key : config_keys()) {
        EXPECT_FALSE(key.help.empty()) << key.full();
        EXPECT_EQ(key.when.text.empty(), !key.when.holds) << key.full();
        EXPECT_EQ(key.preset.text.empty(), !key.preset.value) << key.full();
        EXPECT_THAT(keys_text(key.full()), testing::HasSubstr(key.help));
    }
    EXPECT_EQ(slurp(std::string(FEDMRN_TEST_DATA) + "/../docs/keys.md"), keys_markdown())
        << "build/…/bin/fedmrn keys --markdown > docs/keys.md";
}

TEST(Config, ARunsOwnFileMeansItsFolder) {
    const TemporaryFolder folder;
    const std::string text = std::string(run_config_mark) + "\n[experiment]\nout = \"runs/x\"\n";
    spill(folder / "config.toml", text);
    spill(folder / "other.toml", text);
    EXPECT_EQ(load_config(folder / "config.toml").experiment.out, folder.path().string());
    EXPECT_EQ(load_config(folder / "other.toml").experiment.out, "runs/x");
    const std::vector<std::string> set{"experiment.out=y"};
    EXPECT_EQ(load_config(folder / "config.toml", set).experiment.out, "y");
}

TEST(Config, TheNaturalPartitionTakesEveryUser) {
    const std::string natural = "data.partition = 'natural'\n";
    EXPECT_EQ(parse_config(natural, "f").data.clients, 0U);
    EXPECT_EQ(parse_config(natural + "client.cohort = 500", "f").client.cohort, 500U);
    EXPECT_EQ(parse_config(natural + "data.clients = 20", "f").data.clients, 20U);
    EXPECT_EQ(parse_config(natural + "data.clients = 0", "f").data.clients, 0U);
    EXPECT_EQ(parse_config("data.partition = 'iid'", "f").data.clients, 100U);
    // The resolved file of such a run is read again when it is resumed.
    const Config c = parse_config(natural, "f");
    EXPECT_EQ(c.data.partition.name, "natural");
    EXPECT_TRUE(same(parse_config(to_toml(c), "other"), c)) << to_toml(c);
}

TEST(Config, ReadsEveryWord) {
    const Config c = parse_config("[experiment]\ndevice='cuda'\nprecision='bf16'\n"
                                  "[data]\npartition='labelcnt'\n"
                                  "[method]\nmask='signed'\nnoise='bernoulli'\nprogressive=false",
                                  "f");
    EXPECT_EQ(c.experiment.device, DeviceKind::cuda);
    EXPECT_EQ(c.experiment.precision, Precision::bf16);
    EXPECT_EQ(c.data.partition.name, "labelcnt");
    EXPECT_EQ(c.method.options.at("mask"), KeyValue("signed"));
    EXPECT_EQ(c.method.options.at("noise"), KeyValue("bernoulli"));
    EXPECT_EQ(c.method.options.at("progressive"), KeyValue(false));
    EXPECT_EQ(parse_config("experiment.device='auto'", "f").experiment.device,
              DeviceKind::automatic);
}

TEST(Config, WritingAndReadingIsTheIdentity) {
    Config c = parse_config("", "f");
    c.experiment.seed = std::numeric_limits<std::int64_t>::max();
    c.experiment.out = "a \"b\" \\ c\td\x01 é";
    c.experiment.device = DeviceKind::cuda;
    c.data.partition.name = "labeldir";
    c.data.partition["beta"] = 0.1 + 0.2;
    c.client.lr = 1e-300;
    c.client.weight_decay = std::numeric_limits<double>::denorm_min();
    c.server.lr = 3;
    c.method["mask"] = "signed";
    c.method["magnitude"] = 1e-6;
    c.method["post_training"] = true;
    EXPECT_TRUE(same(parse_config(to_toml(c), "other"), c)) << to_toml(c);
    EXPECT_EQ(to_toml(parse_config(to_toml(c), "other")), to_toml(c));
}

TEST(Config, OverridesWinInTheirOrder) {
    const std::vector<std::string> set{
        "client.lr=0.5",          "client.lr=0.25", "method.mask=signed",     "data.path=/a=b.c/d",
        "experiment.out=\"q 1\"", "server.lr=2",    "method.stochastic=false"};
    const Config c = parse_config("[client]\nlr = 1.0", "f", set);
    EXPECT_EQ(c.client.lr, 0.25);
    EXPECT_EQ(c.method.options.at("mask"), KeyValue("signed"));
    EXPECT_EQ(c.data.path, "/a=b.c/d");
    EXPECT_EQ(c.experiment.out, "q 1");
    EXPECT_EQ(c.server.lr, 2);
    EXPECT_EQ(c.method.options.at("stochastic"), KeyValue(false));
}

TEST(Config, LoadsAFile) {
    const TemporaryFolder folder;
    spill(folder / "x.toml", "[experiment]\nrounds = 7\n");
    EXPECT_EQ(load_config(folder / "x.toml").experiment.rounds, 7U);
    EXPECT_EQ(load_config(folder / "x.toml").experiment.out, "runs/x");
    EXPECT_THAT(error_of([&] { load_config(folder / "none.toml"); }),
                testing::HasSubstr("none.toml: cannot read: No such file"));
    EXPECT_THAT(error_of([&] { load_config(folder.path()); }),
                testing::HasSubstr("Is a directory"));
}

/// Of the keys that a run has, stages' of those that it has.
void expect_same_run_allows_what_changes_no_result(const Config& stored) {
    for (const Key& key : config_keys()) {
        if (is_stage_section(key.section) && !has_stage(stored, key.section.substr(6))) continue;
        Config now = stored;
        // Any other value of the key's type and range.
        for (const KeyValue& v : {KeyValue(true),
                                  KeyValue(false),
                                  KeyValue(std::int64_t{101}),
                                  KeyValue(std::int64_t{3}),
                                  KeyValue(0.5),
                                  KeyValue(std::string("cuda")),
                                  KeyValue(std::string("tf32")),
                                  KeyValue(std::string("synthetic")),
                                  KeyValue(std::string("labeldir")),
                                  KeyValue(std::string("mlp")),
                                  KeyValue(std::string("fedavg")),
                                  KeyValue(std::string("signed")),
                                  KeyValue(std::string("gaussian")),
                                  KeyValue(std::string("adam")),
                                  KeyValue(std::string("weighted")),
                                  KeyValue(std::string("majority")),
                                  KeyValue(std::string("inverse")),
                                  KeyValue(std::string("least_error")),
                                  KeyValue(std::string("bfloat16")),
                                  KeyValue(std::string("half")),
                                  KeyValue(std::string("topk")),
                                  KeyValue(std::string("tensor")),
                                  KeyValue(std::string("mse")),
                                  KeyValue(std::string("3:4")),
                                  KeyValue(std::string("conv1.weight:4")),
                                  KeyValue(std::string("2:4")),
                                  KeyValue(std::string("layer")),
                                  KeyValue(0.25),
                                  KeyValue(std::string("relu"))})
            if (key.get(now) == key.get(stored)) key.set(now, v);
        if (key.full() == "model.loss") continue; // there is one
        ASSERT_NE(key.get(now), key.get(stored)) << key.full();
        static const std::set<std::string> free{"experiment.rounds",
                                                "experiment.lanes",
                                                "experiment.device",
                                                "experiment.out",
                                                "experiment.checkpoint_every",
                                                "experiment.per_client",
                                                "data.path",
                                                "data.partition_file",
                                                "stage.distil.teacher"};
        if (free.contains(key.full()))
            EXPECT_NO_THROW(require_same_run(stored, now, "r")) << key.full();
        else
            EXPECT_EQ(error_of([&] { require_same_run(stored, now, "r"); }),
                      "r: cannot resume: " + key.full() + " was " + value_text(key.get(stored)) +
                          " and is " + value_text(key.get(now)) + " now");
    }
}

TEST(Config, SameRunAllowsWhatChangesNoResult) {
    for (const char* stages :
         {"stage = [{name = 'half'}, {name = 'deflate'}]",
          "stage = [{name = 'quantize', range = 'percentile'}, {name = 'qat', "
          "range = 'percentile'}, {name = 'rans'}]",
          "stage = [{name = 'prune', end = 9}]",
          "stage = [{name = 'distil', teacher = 'a.safetensors', weight = 0.9}]"})
        expect_same_run_allows_what_changes_no_result(parse_config(stages, "f"));
}

} // namespace
} // namespace fedmrn
