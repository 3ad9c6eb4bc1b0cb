// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/qsgd.hpp"
#include "engine/base/words.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {

Qsgd::Qsgd(const QsgdOptions& options, const ParameterLayout& layout)
    : PackedMethod({.method = Qsgd::wire,
                    .parameter = static_cast<float>(options.levels),
                    .levels = options.levels,
                    .scale = formula::ScaleKind::norm,
                    .buckets = options.buckets},
                   layout) {}

MethodEntry qsgd_entry() {
    using O = QsgdOptions;
    auto schema =
        feedback<O>()
            .integer("levels", &O::levels, 1, 32767, "levels above zero; 127 are 8 bits a weight")
            .boolean("buckets", &O::buckets,
                     "a norm for every 512 weights; false: for each tensor");
    MethodEntry entry =
        method_entry("qsgd", "QSGD", "levels of the update, rounded at random", Qsgd::wire, schema,
                     [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<Qsgd>(options, setting.layout);
                     });
    label_with(entry, schema,
               [](const O& options) { return "QSGD (" + counted(options.levels, "level") + ")"; });
    return entry;
}

} // namespace fedmrn
