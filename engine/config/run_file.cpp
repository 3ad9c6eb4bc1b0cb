// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/run_file.hpp"

#include <fstream>
#include <string>

namespace fedmrn {

bool is_run_config(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string first;
    return file.filename() == "config.toml" && std::getline(in, first) && first == run_config_mark;
}

} // namespace fedmrn
