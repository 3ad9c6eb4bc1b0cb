// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/device.hpp"
#include "kernels/contract.hpp"

namespace fedmrn::kernels {

/// A kind of device, whether this build and this machine have it or not.
struct Platform {
    DeviceKind kind;
    const char* title;                 ///< in a sentence
    bool profiler;                     ///< whether one can record its work
    std::vector<DeviceInfo> (*list)(); ///< those that are there
    std::string (*absence)();          ///< in a few words, why there is none
    /// As open_device(), at a place; `otherwise`: which GPU where the place does not say, after the
    /// last the first again.
    std::unique_ptr<Device> (*open)(Precision, const DevicePlace&, std::size_t otherwise);
    const Backend& (*backend)();
};

/// All kinds, the CPU first.
std::span<const Platform> platforms();
const Platform& platform(DeviceKind kind);

} // namespace fedmrn::kernels
