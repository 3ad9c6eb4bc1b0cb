// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/config.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"
#include "kernels/platforms.hpp"

namespace fedmrn {

std::vector<DeviceInfo> available_devices() {
    std::vector<DeviceInfo> devices;
    for (const kernels::Platform& platform : kernels::platforms()) {
        for (DeviceInfo& info : platform.list()) {
            devices.push_back(std::move(info));
        }
    }
    return devices;
}

DeviceKind choose_device(DeviceKind asked, std::string& why) {
    why = "asked for";
    if (asked == DeviceKind::cpu) {
        return asked;
    }
    std::string none;
    for (const kernels::Platform& platform : kernels::platforms()) {
        if (platform.kind == DeviceKind::cpu ||
            (asked != DeviceKind::automatic && asked != platform.kind)) {
            continue;
        }
        const std::string title = platform.title;
        if (!platform.list().empty()) {
            if (asked != platform.kind) {
                why.assign("a ").append(title).append(" is there");
            }
            return platform.kind;
        }
        none.append(none.empty() ? "no " : "; no ").append(title);
        none.append(" was found: ").append(platform.absence());
        if (asked == platform.kind) {
            throw Error("experiment.device = \"" + platform.backend().name() + "\": " + none +
                        "; use \"cpu\" or \"auto\"");
        }
    }
    why = none;
    return DeviceKind::cpu;
}

bool has_profiler(DeviceKind device) { return kernels::platform(device).profiler; }

Precision choose_precision(Precision asked, DeviceKind device) {
    bool tf32 = false;
    for (const DeviceInfo& info : available_devices()) {
        tf32 = tf32 || (info.kind == device && info.capabilities.find("tf32") != std::string::npos);
    }
    if (asked == Precision::tf32 && !tf32) {
        throw Error("experiment.precision = \"tf32\": only a CUDA device of sm_80 or newer has it; "
                    "expected \"auto\", \"fp32\" or \"bf16\"");
    }
    return asked != Precision::automatic ? asked : tf32 ? Precision::tf32 : Precision::fp32;
}

Config resolved(const Config& config) {
    Config result = config;
    std::string why;
    result.experiment.device = choose_device(config.experiment.device, why);
    result.experiment.precision =
        choose_precision(config.experiment.precision, result.experiment.device);
    return result;
}

} // namespace fedmrn
