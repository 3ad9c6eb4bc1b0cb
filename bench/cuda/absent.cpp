// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/cuda/cuda.hpp"

#include "fedmrn/error.hpp"

namespace fedmrn::bench {

std::unique_ptr<Product> cublas_product(Real, Precision) {
    throw Error("cublas_product: this build has no CUDA device; configure with -DFEDMRN_CUDA=ON");
}
std::optional<Launches> launches() { return std::nullopt; }
std::vector<std::pair<std::string, std::string>> cuda_versions() { return {}; }

} // namespace fedmrn::bench
