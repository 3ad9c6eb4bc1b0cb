// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/terngrad.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

TernGrad::TernGrad(const ParameterLayout& layout)
    : PackedMethod(
          {.method = TernGrad::wire, .levels = 1, .scale = formula::ScaleKind::clipped_largest},
          layout) {}

MethodEntry terngrad_entry() {
    const auto schema = feedback<Compressed>();
    MethodEntry entry =
        method_entry("terngrad", "TernGrad", "the update as −1, 0 and 1", TernGrad::wire, schema,
                     [](const Compressed&, const MethodSetting& setting) {
                         return std::make_unique<TernGrad>(setting.layout);
                     });
    label_with(entry, schema, [](const Compressed&) { return std::string("TernGrad"); });
    return entry;
}

} // namespace fedmrn
