// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "engine/method/registry.hpp"
#include "tests/house/first_rows.hpp"
#include "tests/house/toys.hpp"

// A method: its three parts are in first_rows.hpp, and this is all that makes it a name.
namespace fedmrn::test {

void register_first_rows() {
    methods().add(method_entry("first_rows", "FirstRows", "the first row of each weight", 200,
                               Schema<std::monostate>(),
                               [](const std::monostate&, const MethodSetting& setting) {
                                   return std::make_unique<FirstRows>(setting.layout);
                               }));
}

} // namespace fedmrn::test
