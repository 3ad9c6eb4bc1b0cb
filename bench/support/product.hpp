// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bench/cuda/cuda.hpp"
#include "bench/support/choice.hpp"
#include "bench/support/gemm.hpp"

namespace fedmrn::bench {

/// The yardstick of percent_of_gemm: oneDNN's product on one core, cuBLAS's on a GPU.
inline std::unique_ptr<Product> make_product(Real real) {
    if (on_cpu()) {
        return std::make_unique<Gemm>(real);
    }
    return cublas_product(real, choice().precision);
}

} // namespace fedmrn::bench
