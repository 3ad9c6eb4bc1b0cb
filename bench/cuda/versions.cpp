// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <cuda_runtime_api.h>

#include "bench/cuda/cuda.hpp"
#include "kernels/cuda/check.hpp"

namespace fedmrn::bench {
namespace {

/// 13020 as "13.2".
std::string dotted(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string driver() {
    std::string line;
    std::getline(std::ifstream("/proc/driver/nvidia/version"), line);
    return line.empty() ? "unknown" : line;
}

} // namespace

std::vector<std::pair<std::string, std::string>> cuda_versions() {
    int runtime = 0, supported = 0;
    kernels::cuda::check(cudaRuntimeGetVersion(&runtime), "asking for the runtime's version");
    kernels::cuda::check(cudaDriverGetVersion(&supported), "asking for the driver's version");
    return {{"driver", driver()},
            {"cuda_runtime", dotted(runtime)},
            {"cuda_of_driver", dotted(supported)}};
}

} // namespace fedmrn::bench
