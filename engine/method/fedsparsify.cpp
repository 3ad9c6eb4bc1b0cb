// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedsparsify.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "engine/message/sparse.hpp"
#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/selection.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// What is kept, as positions where any of them take fewer words than a bit an element.
TensorEntry kept_entry(std::uint64_t elements, std::uint64_t kept) {
    const bool few = wire::most_words(elements, kept) < (elements + 31) / 32;
    return few ? TensorEntry{Encoding::sparse, elements, kept}
               : TensorEntry{Encoding::mask, elements};
}

} // namespace

FedSparsify::FedSparsify(const FedSparsifyOptions& options, const ParameterLayout& layout)
    : DenseTraining(layout), sparsity_(options.sparsity), rounds_(options.prune_rounds),
      rule_(options.merge) {}

std::size_t FedSparsify::kept(std::uint32_t round) const {
    const double left = 1.0 - static_cast<double>(std::min(round, rounds_)) / rounds_;
    return kept_of(1.0 - sparsity_ * (1.0 - left * left * left), layout().masked);
}

void FedSparsify::local_gradient(Device& device, const LocalStep& step) const {
    kernels::stop_pruned(device, step.lanes, step.states, layout().masked, step.round.global,
                         step.gradient);
}

PendingMessages FedSparsify::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t masked = layout().masked, dense = layout().state - masked;
    const std::uint32_t round = clients.front().round.round;
    const std::size_t k = kept(round), words = (masked + 31) / 32;
    const Selection selection = queue_selection(device, layout(), SelectFrom::weights, clients, k);
    Buffer<float> changes(device, clients.size() * dense);
    queue_changes(device, layout(), masked, clients, changes.data(), dense);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(MethodName::fedsparsify, client, table(round)));
        messages.back().parameter = static_cast<float>(sparsity_);
    }
    return [mask = Payload(device, selection.words, words),
            weights = Payload(device, selection.kept, k), change = Payload(device, changes, dense),
            messages]() mutable {
        for (std::size_t c = 0; c < messages.size(); ++c) {
            messages[c].mask = mask.of(c);
            messages[c].dense = weights.of(c);
            const std::vector<float> rest = change.of(c);
            messages[c].dense.insert(messages[c].dense.end(), rest.begin(), rest.end());
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> FedSparsify::table(std::uint32_t round) const {
    std::vector<TensorEntry> table{kept_entry(layout().masked, kept(round)),
                                   {Encoding::float32, kept(round)}};
    append_dense_table(layout(), layout().masked, table);
    return table;
}

void FedSparsify::aggregate(Device& device, const RoundContext& round,
                            std::span<const Message> messages, double* mean) const {
    const std::size_t masked = layout().masked, k = kept(round.round), words = (masked + 31) / 32;
    const std::uint64_t samples = total_samples(messages);
    Buffer<std::uint32_t> masks(device, messages.size() * words);
    std::vector<kernels::KeptWeights> clients;
    for (const Message& message : messages) {
        check(message, k);
        const std::size_t at = clients.size() * words;
        masks.write(message.mask, at);
        clients.push_back({masks.data() + at, message.samples});
    }
    Buffer<formula::Wide> sum(device, masked);
    add_selected(device, layout(), SelectedAs::values, k, messages, sum.data());
    Buffer<std::uint64_t> keepers(device, masked);
    kernels::count_kept(device, clients, masked, keepers.data());
    kernels::merge_kept(device, rule_, masked, sum.data(), keepers.data(), samples, round.global,
                        mean);
    aggregate_dense_change(device, layout(), masked, messages, mean, k);
}

void FedSparsify::check(const Message& message, std::size_t kept) const {
    const auto who = fmt::format("uplink message of client {}", message.client);
    if (message.method != static_cast<std::uint8_t>(MethodName::fedsparsify) ||
        message.parameter != static_cast<float>(sparsity_)) {
        throw Error(who + ": made with another method or sparsity than this experiment's");
    }
    std::size_t set = 0;
    for (const std::uint32_t word : message.mask) {
        set += static_cast<std::size_t>(std::popcount(word));
    }
    if (set != kept) {
        throw Error(fmt::format("{}: keeps {} weights, expected {} in round {}", who, set, kept,
                                message.round));
    }
}

MethodEntry fedsparsify_entry() {
    using O = FedSparsifyOptions;
    using enum formula::MergeRule;
    auto schema =
        Schema<O>()
            .number("sparsity", &O::sparsity, {'[', 0, 1, ')'},
                    "share of the weights that end up pruned")
            .integer("prune_rounds", &O::prune_rounds, 1, 1'000'000'000, "rounds until then")
            .word("merge", &O::merge,
                  {{"average", average}, {"nonzero", nonzero}, {"majority", majority}},
                  "how the server unites what clients kept");
    MethodEntry entry = method_entry(
        "fedsparsify", "FedSparsify", "weights pruned more from round to round",
        MethodName::fedsparsify, schema, [](const O& options, const MethodSetting& setting) {
            return std::make_unique<FedSparsify>(options, setting.layout);
        });
    label_with(entry, schema, [](const O& options) {
        return fmt::format("FedSparsify ({:.3g} % pruned)", 100 * options.sparsity);
    });
    return entry;
}

} // namespace fedmrn
