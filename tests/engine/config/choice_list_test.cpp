// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/choice_list.hpp"

#include <gmock/gmock.h>

#include "engine/config/same_run.hpp"
#include "engine/config/schema.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/metric.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;

TEST(ChoiceList, ReadsPartsWithTheirOptions) {
    const std::vector<Choice> read = read_choices(
        " conv( out=32,padding = 1 ), relu,\n x(a=-0.5, b=true, c=word, d=\"two, words\", e='(')");
    const std::vector<Choice> expected{
        {"conv", {{"out", 32}, {"padding", 1}}},
        {"relu"},
        {"x", {{"a", -0.5}, {"b", true}, {"c", "word"}, {"d", "two, words"}, {"e", "("}}}};
    EXPECT_EQ(read, expected);
    EXPECT_EQ(read_choices(choices_text(read)), expected);
    EXPECT_TRUE(read_choices("  ").empty());
    EXPECT_EQ(choices_text(read_choices("topk( k = 3 ),accuracy")), "topk(k=3), accuracy");
}

TEST(ChoiceList, SaysWhatWasExpectedAndWhere) {
    const auto refusal = [](const char* text) {
        return error_of([&] { (void)read_choices(text); });
    };
    EXPECT_EQ(refusal("relu, conv(out"), "part 2 of the list: expected = after out, found its end");
    EXPECT_EQ(refusal("a(x=1"), "part 1 of the list: expected , or ), found its end");
    EXPECT_EQ(refusal("a(x=1, x=2)"), "part 1 of the list: expected x once, found )");
    EXPECT_EQ(refusal("a,,b"), "part 2 of the list: expected a name, found ,b");
    EXPECT_EQ(refusal("a b"), "part 1 of the list: expected , or the end, found b");
    EXPECT_EQ(refusal("a(x='1)"), "part 1 of the list: expected a text that ends, found '1)");
}

Config parsed(const std::string& text, const std::vector<std::string>& set = {}) {
    return parse_config(text, "x.toml", set);
}

TEST(ModelKeys, MetricsAreAListOrAText) {
    const std::vector<Choice> both{{"perplexity"}, {"topk", {{"k", 3}}}};
    EXPECT_EQ(parsed("[model]\nmetrics = 'perplexity, topk(k=3)'").model.metrics, both);
    EXPECT_EQ(parsed("[model]\nmetrics = ['perplexity', 'topk(k=3)']").model.metrics, both);
    EXPECT_EQ(parsed("", {"model.metrics=perplexity, topk(k=3)"}).model.metrics, both);
    EXPECT_TRUE(parsed("[model]\nmetrics = []").model.metrics.empty());
    const std::vector<Measure> measures = measures_of(both);
    EXPECT_EQ(measures[0], (Measure{"perplexity", Better::lower, Unit::number}));
    EXPECT_EQ(measures[1], Measure{"top3"});
}

/// Files that were kept say nothing of what came later, and those of today's runs stay as they are.
TEST(ModelKeys, DefaultsAreNotWritten) {
    const std::string plain = to_toml(parsed(""));
    EXPECT_THAT(plain, testing::Not(HasSubstr("loss")));
    EXPECT_THAT(plain, testing::Not(HasSubstr("metrics")));
    const Config other = parsed("[model]\nmetrics = 'topk'");
    EXPECT_THAT(to_toml(other), HasSubstr("metrics = \"topk\"\n"));
    EXPECT_EQ(to_toml(parsed(to_toml(other))), to_toml(other));
    EXPECT_THAT(error_of([&] { require_same_run(parsed(""), other, "runs/x"); }),
                HasSubstr("model.metrics"));
}

TEST(ModelKeys, ErrorsAreOneLineWithTheNearest) {
    const auto refusal = [](const std::string& text) {
        return error_of([&] { (void)parsed("[model]\n" + text); });
    };
    EXPECT_THAT(refusal("metrics = 'acuracy'"), HasSubstr("x.toml:2: model.metrics: expected"));
    EXPECT_THAT(refusal("metrics = 'acuracy'"), HasSubstr("did you mean accuracy?"));
    EXPECT_THAT(refusal("metrics = 'topk(k=0)'"), HasSubstr("x.toml:2: model.metrics = topk: k: "));
    EXPECT_THAT(refusal("metrics = 'topk(n=1)'"), HasSubstr("unknown option n; expected k"));
    EXPECT_THAT(refusal("metrics = 'topk, topk(k=5)'"), HasSubstr("found top5 twice"));
    EXPECT_THAT(refusal("metrics = ['a', 1]"), HasSubstr("expected a list of names, as"));
    EXPECT_THAT(refusal("metrics = 'a('"), HasSubstr("expected a list of names, as"));
    EXPECT_THAT(refusal("loss = 'cross_entropi'"), HasSubstr("expected \"cross_entropy\""));
    EXPECT_THAT(refusal("name = 'sequential'\nlayers = 'relu, convv(out=3)'"),
                HasSubstr("x.toml:3: sequential: layers: 2, convv: layer: expected"));
    EXPECT_THAT(refusal("name = 'sequential'\nlayers = 'relu, convv(out=3)'"),
                HasSubstr("did you mean conv?"));
    EXPECT_THAT(refusal("name = 'sequential'\nlayers = 'conv(kernel=3)'"),
                HasSubstr("layers: 1, conv: expected out: channels"));
    EXPECT_THAT(refusal("layers = 'relu'"), HasSubstr("speaks to model.name = sequential"));
}

} // namespace
} // namespace fedmrn::test
