// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/error.hpp"
#include "kernels/platforms.hpp"

// The CUDA device of a build without CUDA.
namespace fedmrn::kernels::cuda {
namespace {

const char option[] = "configure with -DFEDMRN_CUDA=ON";

const Backend& backend() {
    static const Backend table("cuda", {}, std::string("this build has no CUDA device; ") + option);
    return table;
}

std::vector<DeviceInfo> list() { return {}; }
std::string absence() { return std::string("this build has none, ") + option; }
std::unique_ptr<Device> open(Precision, const DevicePlace&, std::size_t) {
    throw Error(std::string("device cuda: this build has no CUDA device; ") + option);
}

} // namespace

Platform platform() {
    return {DeviceKind::cuda, "CUDA device", true, list, absence, open, backend};
}

} // namespace fedmrn::kernels::cuda
