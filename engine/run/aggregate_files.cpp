// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/aggregate_files.hpp"

#include <ostream>

#include <fmt/format.h>

#include "engine/base/file.hpp"
#include "engine/base/words.hpp"
#include "engine/store/kept_state.hpp"
#include "engine/store/message_folder.hpp"
#include "fedmrn/aggregate.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// What messages count by themselves is not said twice; what they do not say must be.
ClientWeights weights_of(const AggregateFiles& files, const Config& config) {
    if (files.weights.has_value() != weighs_samples(config))
        return files.weights ? read_weights(*files.weights) : ClientWeights{};
    throw Error(fmt::format(
        "{}: its server ({}) {}", files.state.string(), config.server.sampling.name,
        files.weights ? "weighs messages by the samples that they tell: leave --weights away"
                      : "does not weigh messages by their samples: give --weights FILE, which run "
                        "--keep-messages writes beside them"));
}

} // namespace

void aggregate_files(const AggregateFiles& files, std::ostream& say) {
    KeptState kept = read_kept_state(files.state);
    const Config config = parse_config(kept.config, files.state.string() + " (config)");
    std::vector<KeptMessage> messages;
    for (const auto& file : files.messages) messages.push_back({file.string(), read_file(file)});
    kept.state = aggregate(config, kept.layout, kept.state, messages, weights_of(files, config));
    write_kept_state(files.out, kept);
    say << fmt::format("{}: round {}, {}, model {}\n", files.out.string(), kept.state.round,
                       counted(messages.size(), "message"), state_hash(kept.state.global));
}

} // namespace fedmrn
