// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fedmrn/options.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Parts in a row, each with what is said to it: "accuracy, topk(k=3)". Values are written as in
/// TOML; a word is a text. Throws Error that names the place in the list and says what was
/// expected. Which parts and options there are, is their registry's to check.
std::vector<Choice> read_choices(std::string_view text);

/// The text that reads back to the same choices.
std::string choices_text(const std::vector<Choice>& choices);

/// "3, conv": a place of a list in an error; i: from 0.
std::string place_text(std::size_t i, const Choice& choice);

} // namespace fedmrn
#pragma GCC visibility pop
