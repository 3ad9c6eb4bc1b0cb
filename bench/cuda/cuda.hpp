// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/device.hpp"

// What the benchmarks ask the CUDA libraries themselves. A build without CUDA has absent.cpp.
namespace fedmrn::bench {

/// A matrix product that a device is measured with.
class Product {
public:
    virtual ~Product() = default;
    /// Multiplies once, and waits for it.
    virtual void run() = 0;
    /// Multiplications and additions of run().
    [[nodiscard]] virtual double operations() const = 0;
};

/// Square matrices through cuBLAS, large enough to fill a GPU. Only the benchmarks use cuBLAS: as
/// the peak that a GPU reaches (docs/decisions/005-cuda-products.md).
std::unique_ptr<Product> cublas_product(Real real, Precision precision);

/// What the host has asked the GPU to run since the program began.
struct Launches {
    std::uint64_t graphs = 0;  ///< cudaGraphLaunch
    std::uint64_t kernels = 0; ///< launched one by one, or into a capture
};
/// Nothing where they are not counted.
std::optional<Launches> launches();

/// Driver, CUDA versions: names and values for a report's context.
std::vector<std::pair<std::string, std::string>> cuda_versions();

} // namespace fedmrn::bench
