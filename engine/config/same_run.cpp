// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "engine/config/same_run.hpp"
#include "engine/config/schema.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

void require_same_run(const Config& stored, const Config& now, const std::string& folder) {
    for (const Key& key : config_keys()) {
        const KeyValue before = key.get(stored), after = key.get(now);
        if (!key.decides || before == after) continue;
        throw Error(fmt::format("{}: cannot resume: {} was {} and is {} now", folder, key.full(),
                                value_text(before), value_text(after)));
    }
}

} // namespace fedmrn
