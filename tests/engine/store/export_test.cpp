// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/export.hpp"

#include <cstring>
#include <numeric>

#include "engine/base/file.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

/// A convolution 2 → 3 channels with a 1×2 window, a bias, and a linear layer that reads 1×2×3.
Model tiny() {
    Model model;
    model.name = "tiny";
    model.layout.tensors = {{"c.weight", Role::masked, {3, 1, 2, 2}, 0, {}, {2, 2, {3, 2, 1, 2}}},
                            {"l.weight", Role::masked, {2, 6}, 12, {}, {2, 3, {2, 6}}},
                            {"l.bias", Role::dense, {2}, 24}};
    model.layout.state = 26;
    return model;
}

std::vector<float> values(const SafeTensors& file, const std::string& name) {
    const TensorView* view = file.find(name);
    if (view == nullptr) return {};
    std::vector<float> out(view->data.size() / 4);
    std::memcpy(out.data(), view->data.data(), view->data.size());
    return out;
}

TEST(Export, TurnsChannelsToPyTorchsOrder) {
    const TemporaryFolder folder;
    std::vector<float> state(26);
    std::iota(state.begin(), state.end(), 0.0F);
    export_model(folder / "m", tiny(), state, {{"format", "pt"}});
    const SafeTensors file = parse_safetensors(read_file(folder / "m"), "m");
    EXPECT_EQ(file.find("c.weight")->shape, (std::vector<std::size_t>{3, 2, 1, 2}));
    // [out, height, width, in] 0 1 | 2 3 of the first filter: channel 0 holds 0 and 2
    EXPECT_EQ(values(file, "c.weight"), (std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11}));
    // two pixels of three channels become three channels of two pixels
    EXPECT_EQ(values(file, "l.weight"),
              (std::vector<float>{12, 15, 13, 16, 14, 17, 18, 21, 19, 22, 20, 23}));
    EXPECT_EQ(values(file, "l.bias"), (std::vector<float>{24, 25}));
    EXPECT_EQ(file.metadata.at("format"), "pt");
}

TEST(Export, IsReadBack) {
    const TemporaryFolder folder;
    std::vector<float> state(26);
    std::iota(state.begin(), state.end(), 0.0F);
    export_model(folder / "m", tiny(), state, {});
    EXPECT_EQ(import_model(folder / "m", tiny()), state);
}

TEST(Export, IsNotReadAsAnotherModel) {
    const TemporaryFolder folder;
    export_model(folder / "m", tiny(), std::vector<float>(26), {});
    const auto fault = [&](const Model& model) {
        return error_of([&] { static_cast<void>(import_model(folder / "m", model)); });
    };
    Model other = tiny();
    other.layout.tensors[2].shape = {1, 2};
    EXPECT_EQ(fault(other),
              (folder / "m").string() + ": l.bias: expected F32 [1, 2], found F32 [2]");
    other.layout.tensors[2].name = "l.offset";
    EXPECT_EQ(fault(other), (folder / "m").string() + ": no tensor l.offset, which tiny has");
}

TEST(Export, RefusesAStateOfAnotherSize) {
    const TemporaryFolder folder;
    error_of([&] { export_model(folder / "m", tiny(), std::vector<float>(25), {}); });
    EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

} // namespace
} // namespace fedmrn
