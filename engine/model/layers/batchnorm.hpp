// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fedmrn/layers.hpp"
#include "kernels/batchnorm.hpp"

namespace fedmrn {

class BatchNormLayer final : public Layer {
public:
    explicit BatchNormLayer(BatchNorm options) : options_(options) {}
    [[nodiscard]] std::string kind() const override { return "batchnorm"; }
    [[nodiscard]] std::string prefix() const override { return "bn"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Parameter> parameters(std::span<const Tensor> in) const override;
    [[nodiscard]] std::vector<Tensor> kept(std::span<const Tensor> in) const override;
    void forward(Context& context, const LayerArgs& args, bool training) const override;
    void backward(Context& context, const LayerArgs& args) const override;

    /// As the kernels see it.
    [[nodiscard]] kernels::BatchnormShape shape(const Tensor& in, std::size_t lanes,
                                                std::size_t batch) const;

private:
    BatchNorm options_;
};

} // namespace fedmrn
