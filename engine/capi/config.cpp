// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "engine/base/file.hpp"
#include "engine/capi/guarded.hpp"
#include "engine/capi/handles.hpp"
#include "fedmrn/config_file.hpp"

using fedmrn::capi::given;
using fedmrn::capi::guarded;
using fedmrn::capi::hand_over;

namespace {

std::unique_ptr<fedmrn_config> config_of(std::string text, std::string name) {
    auto config = std::make_unique<fedmrn_config>();
    config->text = std::move(text);
    config->name = std::move(name);
    config->read = fedmrn::parse_config(config->text, config->name);
    return config;
}

} // namespace

fedmrn_status fedmrn_config_parse(const char* toml, fedmrn_config** config) {
    return guarded([&] { hand_over(config_of(&given(toml, "toml"), "toml"), config, "config"); });
}

fedmrn_status fedmrn_config_load(const char* file, fedmrn_config** config) {
    return guarded([&] {
        const std::vector<std::byte> bytes = fedmrn::read_file(&given(file, "file"));
        std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        hand_over(config_of(std::move(text), file), config, "config");
    });
}

fedmrn_status fedmrn_config_set(fedmrn_config* config, const char* assignment) {
    return guarded([&] {
        fedmrn_config& changed = given(config, "config");
        std::vector<std::string> all = changed.assignments;
        all.emplace_back(&given(assignment, "assignment"));
        changed.read = fedmrn::parse_config(changed.text, changed.name, all);
        changed.assignments = std::move(all);
    });
}

void fedmrn_config_free(fedmrn_config* config) { delete config; }
