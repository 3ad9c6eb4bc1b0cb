// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fedmrn/registry.hpp"

namespace fedmrn { // the library's own
class Packing;
class Stage;
} // namespace fedmrn

#pragma GCC visibility push(default)
namespace fedmrn {

struct DataShape;
struct ParameterLayout;

/// What a stage is made for.
struct StageSetting {
    const ParameterLayout& layout;
    std::uint64_t seed = 0;          ///< the experiment's
    const DataShape* data = nullptr; ///< of what clients train on; null: none do
};

/// A stage that a [[stage]] can name.
struct StageEntry : Part {
    /// It says how the model is sent to the clients: one stage of a run does.
    bool sends_model = false;
    /// It packs messages, as one stage of a run does: this reads them, whatever its options.
    std::shared_ptr<const Packing> unpacks = {};
    /// Of one that packs: its number in packed messages, no other packing's.
    std::optional<std::uint8_t> wire = {};
    /// Why it makes no sense beside a run's other choices, in a few words; empty: it does. Without
    /// one: it always does.
    std::function<std::string(const Config&)> refuses = {};
    std::function<std::shared_ptr<const Stage>(const Options&, const StageSetting&)> make = {};
};
Registry<StageEntry>& stages();

/// The stage whose packing has this number; null: none that is registered.
const StageEntry* stage_of_wire(std::uint8_t wire);

/// Throws Error, one line, where a run's list of stages is none: a name that there is not or that
/// comes twice, options that it does not take, two that send the model, two that pack, and what an
/// entry refuses.
void check_stages(const Config& config);

/// "half (float16) + deflate (level 6)"; empty without stages.
std::string stages_text(const Config& config);

} // namespace fedmrn
#pragma GCC visibility pop
