// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fedmrn/model.hpp"

namespace fedmrn {

/// Lays out a model layer by layer; finish() numbers the state vector: masked, dense, statistics.
class ModelBuilder {
public:
    ModelBuilder(std::string name, ImageShape input);

    ModelBuilder& convolution(std::uint32_t out, std::uint32_t kernel, std::uint32_t padding);
    ModelBuilder& batchnorm(bool relu, std::uint32_t pool);
    /// After a convolution: its bias, ReLU and a max-pool, or an average-pool, with this window and
    /// stride.
    ModelBuilder& pooling(std::uint32_t pool, bool average = false);
    ModelBuilder& linear(std::uint32_t out, bool bias);
    ModelBuilder& relu();
    ModelSpec finish(std::uint32_t classes);

private:
    /// Adds a tensor; its offset is filled into *offset_of(layer) by finish().
    void tensor(const std::string& name, Role role, std::vector<std::size_t> shape,
                std::size_t LayerSpec::*offset);
    LayerSpec& layer(LayerKind kind, ImageShape out);

    struct Pending {
        TensorSpec tensor;
        std::size_t layer;
        std::size_t LayerSpec::*offset;
    };
    ModelSpec model_;
    std::vector<Pending> pending_;
    ImageShape shape_;
    unsigned convolutions_ = 0, batchnorms_ = 0, linears_ = 0;
};

} // namespace fedmrn
