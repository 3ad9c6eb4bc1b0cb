// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gmock/gmock.h>

#include "engine/config/choices.hpp"
#include "engine/config/same_run.hpp"
#include "engine/config/schema.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;
using Set = std::vector<std::string>;

constexpr const char* two = R"([method]
name = "fedavg"
[[stage]]
name = "deflate"
level = 9
[[stage]]
format = "bfloat16"
name = "half"
)";

Config parsed(const std::string& text, const Set& set = {}, Notes* notes = nullptr) {
    return parse_config(text, "x.toml", set, notes);
}
std::string refusal(const std::string& text, const Set& set = {}) {
    return error_of([&] { (void)parsed(text, set); });
}

TEST(StageTables, AreReadInTheirOrder) {
    const StageConfig expected{{"deflate", {{"level", std::int64_t{9}}}},
                               {"half", {{"format", std::string("bfloat16")}}}};
    EXPECT_EQ(parsed(two).stages, expected);
    EXPECT_TRUE(parsed("").stages.empty());
    const StageConfig plain{{"half", {{"format", std::string("float16")}}}};
    EXPECT_EQ(parsed("stage = [{name = 'half'}]").stages, plain); // with its default
}

TEST(StageTables, AreWrittenBack) {
    const std::string written = to_toml(parsed(two));
    EXPECT_THAT(written, HasSubstr("\n[[stage]]\nname = \"deflate\"\nlevel = 9\n\n[[stage]]\n"
                                   "name = \"half\"\nformat = \"bfloat16\"\n"));
    EXPECT_EQ(to_toml(parsed(written)), written);
    EXPECT_EQ(parsed(written).stages, parsed(two).stages);
    EXPECT_THAT(to_toml(parsed("")), testing::Not(HasSubstr("stage")));
}

TEST(StageTables, AreSetByName) {
    EXPECT_EQ(parsed(two, {"stage.deflate.level=1"}).stages[0]["level"], KeyValue(std::int64_t{1}));
    EXPECT_EQ(parsed("", {"stage.name=half", "stage.half.format=bfloat16"}).stages,
              (StageConfig{{"half", {{"format", std::string("bfloat16")}}}}));
    const Config turned = parsed(two, {"stage.name=half, deflate"}); // what was said stays
    EXPECT_EQ(turned.stages, (StageConfig{parsed(two).stages[1], parsed(two).stages[0]}));
    EXPECT_TRUE(parsed(two, {"stage.name="}).stages.empty());
    Notes notes;
    EXPECT_EQ(parsed(two, {"stage.name=half"}, &notes).stages.size(), 1U);
    EXPECT_EQ(notes, (Notes{"x.toml:5: stage.deflate.level = 9 has no effect: it speaks to a "
                            "[[stage]] with name = \"deflate\""}));
}

TEST(StageTables, EveryMistakeHasItsLine) {
    EXPECT_EQ(refusal("[stage]\nname = 'half'"),
              "x.toml:1: stage: expected tables [[stage]], found a table");
    EXPECT_EQ(refusal("stage = 'half'"),
              "x.toml:1: stage: expected tables [[stage]], found \"half\"");
    EXPECT_EQ(refusal("[[stage]]\nformat = 'float16'"),
              "x.toml:1: stage.name: expected a stage's name, found none");
    EXPECT_EQ(refusal("[[stage]]\nname = 3"),
              "x.toml:2: stage.name: expected a stage's name, found 3");
    EXPECT_THAT(refusal("[[stage]]\nname = 'halve'"),
                testing::AllOf(HasSubstr("x.toml:2: stage.name: expected \"half\""),
                               HasSubstr("found \"halve\"; did you mean half?")));
    EXPECT_EQ(refusal("[[stage]]\nname = 'half'\nformt = 'float16'"),
              "x.toml:3: unknown key stage.half.formt; expected format or name; did you mean "
              "format?");
    EXPECT_EQ(refusal("[[stage]]\nname = 'deflate'\nlevel = 10"),
              "x.toml:3: stage.deflate.level: expected an integer in 1 … 9, found 10");
    EXPECT_EQ(refusal("[[stage]]\nname = 'half'\n[[stage]]\nname = 'half'"),
              "x.toml:4: stage.name: expected each stage once, found \"half\" again");
    EXPECT_THAT(refusal("[stages]\n"), HasSubstr("did you mean [stage]?"));
    EXPECT_EQ(
        refusal("", {"stage.half.format=bfloat16"}),
        "--set stage.half.format=bfloat16: stage.half.format = \"bfloat16\" has no effect: it "
        "speaks to a [[stage]] with name = \"half\"");
    EXPECT_THAT(refusal("", {"stage.halve.format=bfloat16"}), HasSubstr("did you mean half?"));
    EXPECT_THAT(refusal("", {"stage.half.formt=bfloat16"}), HasSubstr("did you mean format?"));
    EXPECT_THAT(refusal("", {"stage.name=half,half"}),
                HasSubstr("\"distil\", \"deflate\" or \"rans\", each once, found \"half,half\""));
}

TEST(StageTables, DecideARun) {
    const Config now = parsed(two);
    EXPECT_NO_THROW(require_same_run(now, now, "run"));
    EXPECT_EQ(error_of([&] { require_same_run(now, parsed(two, {"stage.name=deflate"}), "run"); }),
              "run: cannot resume: stage.name was \"deflate, half\" and is \"deflate\" now");
    EXPECT_EQ(
        error_of([&] { require_same_run(now, parsed(two, {"stage.deflate.level=1"}), "run"); }),
        "run: cannot resume: stage.deflate.level was 9 and is 1 now");
}

TEST(StageTables, AreListed) {
    const auto kinds = part_kinds();
    const auto stage = std::find_if(kinds.begin(), kinds.end(),
                                    [](const PartKind& kind) { return kind.nouns == "stages"; });
    ASSERT_NE(stage, kinds.end());
    EXPECT_THAT(parts_text(*stage), HasSubstr("deflate "));
    EXPECT_THAT(part_text(*stage, "deflate"), HasSubstr("\nstage.deflate.level\n    1 is fast"));
    EXPECT_THAT(keys_text("stage.half"), HasSubstr("only with a [[stage]] with name = \"half\""));
    EXPECT_THAT(keys_markdown(), HasSubstr("\n## [[stage]] name = \"half\"\n"));
}

} // namespace
} // namespace fedmrn::test
