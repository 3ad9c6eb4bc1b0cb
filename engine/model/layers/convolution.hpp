// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/layers.hpp"
#include "kernels/convolution.hpp"

namespace fedmrn {

class Convolution final : public Layer {
public:
    explicit Convolution(Conv2d options) : options_(options) {}
    [[nodiscard]] std::string kind() const override { return "convolution"; }
    [[nodiscard]] std::string prefix() const override { return "conv"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Parameter> parameters(std::span<const Tensor> in) const override;
    [[nodiscard]] bool rereads_output() const override { return false; }
    [[nodiscard]] bool needs_dx() const override { return false; }
    void forward(Context& context, const LayerArgs& args, bool training) const override;
    void backward(Context& context, const LayerArgs& args) const override;

    /// As the kernels see it.
    [[nodiscard]] kernels::ConvolutionShape shape(const Tensor& in, std::size_t lanes,
                                                  std::size_t batch) const;

private:
    Conv2d options_;
};

} // namespace fedmrn
