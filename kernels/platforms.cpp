// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/platforms.hpp"

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace kernels {

// Each is made in the folder of its name.
namespace cpu {
Platform platform();
}
namespace cuda {
Platform platform();
}

std::span<const Platform> platforms() {
    static const Platform all[] = {cpu::platform(), cuda::platform()};
    return all;
}

const Platform& platform(DeviceKind kind) {
    for (const Platform& each : platforms()) {
        if (each.kind == kind) {
            return each;
        }
    }
    throw Error("no device is of kind " + std::to_string(static_cast<int>(kind)));
}

} // namespace kernels

std::unique_ptr<Device> open_device(DeviceKind kind, Precision precision) {
    return kernels::platform(kind).open(precision, {}, 0);
}

} // namespace fedmrn
