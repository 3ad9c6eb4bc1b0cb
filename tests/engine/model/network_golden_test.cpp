// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "network_run.hpp"
#include "tests/support/golden_tensors.hpp"

namespace fedmrn::test {
namespace {

FEDMRN_ON_DEVICES(NetworkGolden);

Model narrow_cnn4() {
    Chain builder("narrow cnn4", {28, 28, 1});
    for (const std::uint32_t channels : {4u, 8u, 8u, 16u}) {
        builder.convolution(channels, 3, 1).batchnorm(true, 2);
    }
    return builder.linear(10, false).finish();
}

/// What this model calls its tensor, in the names of the golden file.
std::string golden_name(const std::string& name) {
    return name == "linear1.weight" ? "cnn4/linear.weight" : "cnn4/" + name;
}

/// One training step of a narrow CNN4 against PyTorch in float64: loss, running statistics and the
/// gradient of every parameter.
TEST_P(NetworkGolden, AStepOfCnn4IsPyTorchs) {
    const GoldenTensors golden;
    const Model model = narrow_cnn4();
    std::vector<float> state(model.layout.state);
    for (const TensorSpec& tensor : model.layout.tensors) {
        const bool statistic = tensor.role == Role::statistic;
        const bool variance = tensor.name.ends_with(".running_var");
        const auto values = statistic
                                ? std::vector<float>(tensor.elements(), variance ? 1.0f : 0.0f)
                                : golden[golden_name(tensor.name)];
        ASSERT_EQ(values.size(), tensor.elements()) << tensor.name;
        std::copy(values.begin(), values.end(),
                  state.begin() + static_cast<std::ptrdiff_t>(tensor.offset));
    }
    const auto rows = static_cast<std::uint32_t>(golden.size("cnn4/x", 0));
    const NetworkRun run = run_network(device, model, {rows}, rows, state, golden["cnn4/x"],
                                       golden.labels("cnn4/labels"), true);

    EXPECT_NEAR(run.metrics[0].sum / rows, double{golden["cnn4/loss"][0]}, 1e-5);
    for (const TensorSpec& tensor : model.layout.tensors) {
        const bool statistic = tensor.role == Role::statistic;
        const auto first = (statistic ? run.weights : run.gradient).begin() +
                           static_cast<std::ptrdiff_t>(tensor.offset);
        const std::vector<float> values(first,
                                        first + static_cast<std::ptrdiff_t>(tensor.elements()));
        const std::string name =
            statistic ? "cnn4/" + tensor.name : "cnn4/grad." + golden_name(tensor.name).substr(5);
        EXPECT_TRUE(close(values, golden[name], 2e-5)) << tensor.name;
    }
}

} // namespace
} // namespace fedmrn::test
