// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"
#include "kernels/backends.hpp"

namespace fedmrn {

std::vector<DeviceInfo> available_devices() {
    std::vector<DeviceInfo> devices = kernels::cpu::list();
    for (DeviceInfo& info : kernels::cuda::list()) {
        devices.push_back(std::move(info));
    }
    return devices;
}

DeviceKind choose_device(DeviceKind asked, std::string& why) {
    const std::vector<DeviceInfo> devices = available_devices();
    const bool gpu = devices.size() > 1;
    if (asked == DeviceKind::cuda && !gpu) {
        throw Error(
            "experiment.device = \"cuda\": no CUDA device was found; use \"cpu\" or \"auto\"");
    }
    if (asked == DeviceKind::cpu) {
        why = "asked for";
        return DeviceKind::cpu;
    }
    why = gpu ? (asked == DeviceKind::cuda ? "asked for" : "a CUDA device is there")
              : "no CUDA device was found";
    return gpu ? DeviceKind::cuda : DeviceKind::cpu;
}

} // namespace fedmrn
