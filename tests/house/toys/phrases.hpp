// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace house {

/// A data set of text, [data] name = "phrases": columns "tokens", 1 to 9 of them a sample, and
/// "tag", a class a token.
void register_phrases();

/// [model] name = "tagger" for such data: embedding → linear → ReLU → linear, token by token. Key:
/// dim.
void register_tagger();

} // namespace house
