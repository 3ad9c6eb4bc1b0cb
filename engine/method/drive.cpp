// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/drive.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

Drive::Drive(const DriveOptions& options, const ParameterLayout& layout)
    : RotatedMethod({.method = Drive::wire, .bits = 1, .estimate = options.estimate}, layout) {}

MethodEntry drive_entry() {
    using O = DriveOptions;
    auto schema = feedback<O>().word("estimate", &O::estimate,
                                     {{"unbiased", formula::Estimate::unbiased},
                                      {"least_error", formula::Estimate::least_error}},
                                     "which scale");
    MethodEntry entry = method_entry("drive", "DRIVE", "signs of the rotated update", Drive::wire,
                                     schema, [](const O& options, const MethodSetting& setting) {
                                         return std::make_unique<Drive>(options, setting.layout);
                                     });
    label_with(entry, schema, [](const O& options) {
        return std::string(options.estimate == formula::Estimate::unbiased ? "DRIVE"
                                                                           : "DRIVE (least error)");
    });
    return entry;
}

} // namespace fedmrn
