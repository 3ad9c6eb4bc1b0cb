// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/device.hpp"

namespace fedmrn::bench {

/// What the command line chose: --device and --precision.
struct Choice {
    DeviceKind device = DeviceKind::cpu;
    Precision precision = Precision::fp32; ///< of float32 products: fp32, or tf32 on a GPU
};

inline Choice& choice() {
    static Choice chosen;
    return chosen;
}

inline bool on_cpu() { return choice().device == DeviceKind::cpu; }

/// The device that everything is measured on, opened when first asked for.
inline Device& device() {
    static const std::unique_ptr<Device> opened = open_device(choice().device, choice().precision);
    return *opened;
}

} // namespace fedmrn::bench
