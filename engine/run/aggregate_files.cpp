// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/aggregate_files.hpp"

#include <map>
#include <ostream>

#include <fmt/format.h>

#include "engine/base/file.hpp"
#include "engine/base/words.hpp"
#include "engine/store/kept_state.hpp"
#include "engine/store/message_folder.hpp"
#include "fedmrn/aggregate.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/message.hpp"

namespace fedmrn {
namespace {

using Weights = std::map<std::uint64_t, std::uint64_t>;

/// What messages count by themselves is not said twice; what they do not say must be.
Weights weights_of(const AggregateFiles& files, const Config& config) {
    if (files.weights.has_value() != weighs_samples(config))
        return files.weights ? read_weights(*files.weights) : Weights{};
    throw Error(fmt::format(
        "{}: its server ({}) {}", files.state.string(), config.server.sampling.name,
        files.weights ? "weighs messages by the samples that they tell: leave --weights away"
                      : "does not weigh messages by their samples: give --weights FILE, which run "
                        "--keep-messages writes beside them"));
}

std::uint64_t weight_of(const Weights& weights, std::uint64_t client, const AggregateFiles& files) {
    if (!files.weights) return 0;
    const auto found = weights.find(client);
    if (found == weights.end())
        throw Error(fmt::format("{}: no weight of client {}", files.weights->string(), client));
    return found->second;
}

} // namespace

void aggregate_files(const AggregateFiles& files, std::ostream& say) {
    KeptState kept = read_kept_state(files.state);
    const Config config = parse_config(kept.config, files.state.string() + " (config)");
    const Weights weights = weights_of(files, config);
    std::vector<std::vector<std::byte>> bytes;
    std::vector<UplinkMessage> messages;
    for (const auto& file : files.messages) {
        bytes.push_back(read_file(file));
        try { // whose it is, for the weight; the round's own checks come later
            const std::uint64_t client = decode(bytes.back()).client;
            messages.push_back({client, weight_of(weights, client, files), bytes.back()});
        } catch (const Error& error) {
            throw Error(fmt::format("{}: {}", file.string(), error.what()), error.fault());
        }
    }
    kept.state = aggregate(config, kept.layout, kept.state, messages);
    write_kept_state(files.out, kept);
    say << fmt::format("{}: round {}, {}, model {}\n", files.out.string(), kept.state.round,
                       counted(messages.size(), "message"), state_hash(kept.state.global));
}

} // namespace fedmrn
