// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/eden.hpp"
#include "engine/base/words.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

Eden::Eden(const EdenOptions& options, const ParameterLayout& layout)
    : RotatedMethod({.method = Eden::wire, .bits = options.bits}, layout) {}

MethodEntry eden_entry() {
    using O = EdenOptions;
    auto schema = feedback<O>().integer("bits", &O::bits, 1, 4, "bits a weight");
    MethodEntry entry = method_entry("eden", "EDEN", "centroids of the rotated update", Eden::wire,
                                     schema, [](const O& options, const MethodSetting& setting) {
                                         return std::make_unique<Eden>(options, setting.layout);
                                     });
    label_with(entry, schema,
               [](const O& options) { return "EDEN (" + counted(options.bits, "bit") + ")"; });
    return entry;
}

} // namespace fedmrn
