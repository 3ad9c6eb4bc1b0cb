// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/same_run.hpp"

#include <algorithm>

#include "engine/base/file.hpp"
#include "engine/config/reader.hpp"
#include "engine/config/run_file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {

namespace {

/// Refuses what has no effect, but for keys of the file that a choice of the overrides has made so:
/// those are noted.
void check_effects(const ConfigReader& file, const ConfigReader& all, Notes* notes) {
    const std::vector<Idle> before = file.idle();
    for (const Idle& idle : all.idle()) {
        const auto same = [&](const Idle& other) { return other.where == idle.where; };
        const bool of_overrides = idle.where.starts_with("--set ");
        if (of_overrides || std::any_of(before.begin(), before.end(), same))
            throw Error(idle.text());
        if (notes != nullptr) notes->push_back(idle.text());
    }
}

} // namespace

Config parse_config(std::string_view text, std::string_view file_name,
                    std::span<const std::string> overrides, Notes* notes) {
    const std::string name(file_name);
    const toml::table table = parse_toml(text, name);
    if (table.contains("compare"))
        throw Error(name + ": is a comparison, expected an experiment: `fedmrn compare` runs it");
    ConfigReader reader(name);
    reader.sections(table);
    const ConfigReader file = reader;
    for (const std::string& argument : overrides) reader.override_with(argument);
    check_effects(file, reader, notes);
    return reader.finish();
}

Config load_config(const std::filesystem::path& file, std::span<const std::string> overrides,
                   Notes* notes) {
    const std::vector<std::byte> bytes = read_file(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    Config config = parse_config(text, file.string(), overrides, notes);
    const bool placed = std::any_of(overrides.begin(), overrides.end(), [](const std::string& o) {
        return o.starts_with("experiment.out=");
    });
    if (is_run_config(file) && !placed) // a copied folder is a run of its own
        config.experiment.out = file.has_parent_path() ? file.parent_path().string() : ".";
    return config;
}

} // namespace fedmrn
