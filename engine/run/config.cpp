// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/config.hpp"

#include <algorithm>

#include "engine/run/config_reader.hpp"
#include "engine/run/file.hpp"
#include "engine/run/run_folder.hpp"

namespace fedmrn {

Config parse_config(std::string_view text, std::string_view file_name,
                    std::span<const std::string> overrides) {
    ConfigReader reader{std::string(file_name)};
    reader.sections(parse_toml(text, std::string(file_name)));
    for (const std::string& argument : overrides) reader.override_with(argument);
    return reader.finish();
}

Config load_config(const std::filesystem::path& file, std::span<const std::string> overrides) {
    const std::vector<std::byte> bytes = read_file(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    Config config = parse_config(text, file.string(), overrides);
    const bool placed = std::any_of(overrides.begin(), overrides.end(), [](const std::string& o) {
        return o.starts_with("experiment.out=");
    });
    if (is_run_config(file) && !placed) // a copied folder is a run of its own
        config.experiment.out = file.has_parent_path() ? file.parent_path().string() : ".";
    return config;
}

} // namespace fedmrn
