// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// fedmrn export. That its files are what another runtime reads, tests/deploy holds.

#include <gmock/gmock.h>

#include "tests/cli/command.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

using testing::HasSubstr;

const char* const setting = R"([experiment]
rounds = 1
[data]
name = "synthetic"
samples = 90
clients = 5
[client]
cohort = 2
batch = 8
[model]
name = "mlp"
)";

class Export : public testing::Test {
protected:
    Export() {
        spill(folder / "t.toml", setting);
        EXPECT_EQ(fedmrn(folder.path(), {"run", "t.toml", "--device", "cpu", "--out", "a"}).status,
                  0);
    }
    [[nodiscard]] std::string refused(const std::vector<std::string>& words) const {
        const Outcome end = fedmrn(folder.path(), words);
        EXPECT_EQ(end.status, 2) << end.out << end.err;
        EXPECT_EQ(end.err.find('\n'), end.err.size() - 1) << end.err;
        return end.err;
    }
    TemporaryFolder folder;
};

TEST_F(Export, SaysWhatItWrites) {
    const Outcome done = fedmrn(folder.path(), {"export", "a", "--onnx", "m.onnx"});
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("a: mlp, float32: "));
    EXPECT_THAT(done.out, HasSubstr("test samples right"));
    EXPECT_THAT(done.out, HasSubstr("m.onnx: "));
    // The same bytes whenever it is asked.
    const std::string bytes = slurp(folder / "m.onnx");
    EXPECT_EQ(fedmrn(folder.path(), {"export", "a", "--onnx", "m.onnx"}).status, 0);
    EXPECT_EQ(slurp(folder / "m.onnx"), bytes);
}

TEST_F(Export, SaysWhatIntegersMakeOfTheTestSet) {
    const Outcome done = fedmrn(folder.path(), {"export", "a", "--onnx", "m", "--int8", "--samples",
                                                "20", "--range", "mse", "--outputs", "o"});
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("int8, ranges of 20 training samples: "));
    EXPECT_THAT(slurp(folder / "o"), HasSubstr("\"logits_int8\""));
}

TEST_F(Export, RefusesWhatItCannotRead) {
    EXPECT_THAT(refused({"export", "a"}), HasSubstr("expected a file to write"));
    EXPECT_THAT(refused({"export", "b", "--onnx", "m"}),
                HasSubstr("b: no finished run here; expected summary.json"));
    EXPECT_THAT(refused({"export", "a", "--onnx", "m", "--range", "mse"}),
                HasSubstr("--range requires --int8"));
    EXPECT_THAT(refused({"export", "a", "--onnx", "m", "--int8", "--range", "all"}),
                HasSubstr("--range"));
    EXPECT_THAT(refused({"export", "a", "--onnx", "m", "--int8", "--samples", "0"}),
                HasSubstr("--samples"));
    EXPECT_THAT(refused({"export", "a", "--safetensors", "a/model.safetensors"}),
                HasSubstr("a/model.safetensors: is the run's own, expected another file to write"));
    spill(folder / "a" / "model.safetensors", "torn");
    EXPECT_THAT(refused({"export", "a", "--onnx", "m"}), HasSubstr("model.safetensors"));
    EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

} // namespace
} // namespace fedmrn
