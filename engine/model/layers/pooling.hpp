// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/layers.hpp"
#include "kernels/pooling.hpp"

namespace fedmrn {

class PoolingLayer final : public Layer {
public:
    explicit PoolingLayer(Pooling options) : options_(options) {}
    [[nodiscard]] std::string kind() const override { return "pooling"; }
    [[nodiscard]] std::string prefix() const override { return "pool"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Parameter> parameters(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Tensor> kept(std::span<const Tensor> in) const override;
    [[nodiscard]] bool rereads(std::size_t) const override { return options_.average; }
    [[nodiscard]] bool rereads_output() const override { return !options_.average; }
    void forward(Context& context, const LayerArgs& args, bool training) const override;
    void backward(Context& context, const LayerArgs& args) const override;

    /// As the kernels see it.
    [[nodiscard]] kernels::PoolingShape shape(const Tensor& in, std::size_t lanes,
                                              std::size_t batch) const;
    [[nodiscard]] bool has_bias() const { return options_.bias; }

private:
    [[nodiscard]] bool keeps_choice() const { return options_.window > 1 && !options_.average; }
    Pooling options_;
};

} // namespace fedmrn
