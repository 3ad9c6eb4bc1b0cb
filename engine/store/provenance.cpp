// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/provenance.hpp"

#include <ctime>

#include "commit.hpp" // written by cmake/commit.cmake at each build
#include "fedmrn/device.hpp"
#include "fedmrn/version.hpp"

namespace fedmrn {

Provenance provenance_of(DeviceKind device) {
    Provenance made;
    made.version = version();
    made.commit = FEDMRN_COMMIT;
    made.compiler = FEDMRN_COMPILER;
    for (const DeviceInfo& info : available_devices())
        if (info.kind == device && made.processor.empty()) made.processor = info.name;
    return made;
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts))};
}

} // namespace fedmrn
