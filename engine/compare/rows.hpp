// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/reader.hpp"

namespace fedmrn {

/// A key that a row says.
struct Change {
    const Key* key;
    const toml::node* value;
};

/// What one row, of partitions or of methods, changes in the base.
struct CompareRow {
    std::string label; ///< empty: named after what it sets
    std::string where;
    std::vector<Change> changes;
    const toml::node* stages = nullptr; ///< in the place of the base's
};

/// A row with one value of each key of which it lists several.
struct TriedRow {
    std::string label; ///< "lr 0.03"; empty: it lists none
    CompareRow row;
};

/// Tables [[name]] whose keys are of the sections; those of methods may have stages. Throws Error.
std::vector<CompareRow> read_rows(const ConfigReader& base, const std::string& name,
                                  const toml::node& node,
                                  std::initializer_list<std::string_view> sections);

/// Every choice of one value from each list. Throws Error for a list that is empty or says a value
/// twice.
std::vector<TriedRow> tried_rows(const ConfigReader& base, const CompareRow& row);

/// The row without the keys that it lists several values of: what all of tried_rows share.
CompareRow common_row(const CompareRow& row);

/// Throws Error: "x.toml:3: unknown key compare.sedes; expected …".
[[noreturn]] void unknown_compare_key(const std::string& where, const std::string& prefix,
                                      std::string_view name,
                                      std::span<const std::string_view> known);

} // namespace fedmrn
