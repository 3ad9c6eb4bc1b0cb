// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/layers.hpp"
#include "kernels/linear.hpp"

namespace fedmrn {

/// Computes in float32 and hands float32 on; only what it reads may be narrower.
class LinearLayer final : public Layer {
public:
    explicit LinearLayer(Linear options) : options_(options) {}
    [[nodiscard]] std::string kind() const override { return "linear"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Parameter> parameters(std::span<const Tensor> in) const override;
    [[nodiscard]] bool rereads_output() const override { return false; }
    [[nodiscard]] bool needs_dx() const override { return false; }
    void forward(Context& context, const LayerArgs& args, bool training) const override;
    void backward(Context& context, const LayerArgs& args) const override;

    /// As the kernels see it.
    [[nodiscard]] kernels::LinearShape shape(const Tensor& in, std::size_t lanes,
                                             std::size_t batch) const;
    [[nodiscard]] bool has_bias() const { return options_.bias; }

private:
    Linear options_;
};

} // namespace fedmrn
