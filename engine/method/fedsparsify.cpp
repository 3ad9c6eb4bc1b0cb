// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedsparsify.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "engine/message/sparse.hpp"
#include "engine/method/incoming.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/selection.hpp"
#include "engine/method/state_codec.hpp"
#include "fedmrn/error.hpp"
#include "kernels/prune.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// What is kept, as positions where any of them take fewer words than a bit an element.
TensorEntry kept_entry(std::uint64_t elements, std::uint64_t kept) {
    const bool few = wire::most_words(elements, kept) < words_of(elements);
    return few ? TensorEntry{Encoding::sparse, elements, kept}
               : TensorEntry{Encoding::mask, elements};
}

class UnprunedVariables final : public UpdateVariables {
public:
    using UpdateVariables::UpdateVariables;
    void gradient(Device& device, const LocalStep& step) const override {
        kernels::stop_pruned(device, step.lanes, step.states, layout().masked, step.global,
                             step.gradient);
    }
};

/// The largest trained weights, as they are.
class KeptCodec final : public StateCodec {
public:
    KeptCodec(const FedSparsifyOptions& options, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), schedule_(options, layout) {}

    void check(const RoundContext& round, const MessageView& message) const override {
        StateCodec::check(round, message);
        if (schedule_.keeps_all(round.round)) {
            return;
        }
        std::size_t set = 0;
        for (const std::uint32_t word : message.mask) {
            set += static_cast<std::size_t>(std::popcount(word));
        }
        if (const std::size_t kept = schedule_.kept(round.round); set != kept) {
            throw Error(
                fmt::format("uplink message of client {}: keeps {} weights, expected {} in round "
                            "{}",
                            message.client, set, kept, round.round));
        }
    }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {FedSparsify::wire, 0, static_cast<float>(schedule_.sparsity)};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t round) const override {
        const std::size_t kept = schedule_.kept(round);
        if (schedule_.keeps_all(round)) {
            return {{Encoding::float32, kept}};
        }
        return {kept_entry(layout().masked, kept), {Encoding::float32, kept}};
    }
    void pack(Device& device, const RoundContext& round, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        const std::size_t masked = layout().masked;
        std::vector<kernels::SelectSource> sources;
        for (std::size_t c = 0; c < clients.size(); ++c) {
            if (schedule_.keeps_all(round.round)) {
                device.copy_within(messages.dense(c), round.global, masked * sizeof(float));
                kernels::add_values(device, masked, clients[c].update, messages.dense(c));
                continue;
            }
            sources.push_back({.values = clients[c].update,
                               .base = round.global,
                               .words = messages.mask(c),
                               .kept = messages.dense(c)});
        }
        if (!sources.empty()) {
            queue_selection(device, layout(), schedule_.kept(round.round), std::move(sources));
        }
    }
    void unpack(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        if (schedule_.keeps_all(round.round)) {
            for (std::size_t k = 0; k < messages.size(); ++k) {
                device.copy_in(updates + k * layout().state, messages[k].dense.data(),
                               layout().masked * sizeof(float));
            }
            return;
        }
        scatter(device, layout(), SelectedAs::values, schedule_.kept(round.round), messages,
                updates);
    }

    PruningSchedule schedule_;
};

/// Merges the weights that clients kept.
class MergeAggregation final : public Aggregation {
public:
    MergeAggregation(const FedSparsifyOptions& options, const ParameterLayout& layout)
        : schedule_(options, layout), rule_(options.merge), masked_(layout.masked),
          state_(layout.state) {}

    [[nodiscard]] std::vector<SumSpec> sums() const override {
        return {{"weights", SumType::int128, state_}, {"keepers", SumType::int64, masked_}};
    }
    void add(Device& device, const RoundContext& round, const Codec& codec,
             const WeightedMessages& messages, Sums& sums) const override {
        codec.add(device, round, messages, sums.int128("weights"));
        const std::size_t words = words_of(masked_);
        const bool all = schedule_.keeps_all(round.round); // one mask of ones for every client
        const auto masks = all ? Buffer<std::uint32_t>(device, std::vector(words, ~0u))
                               : on_device(device, messages.messages, &MessageView::mask, words);
        std::vector<kernels::KeptWeights> clients;
        for (const std::uint64_t weight : messages.weights) {
            clients.push_back({masks.data() + (all ? 0 : clients.size() * words), weight});
        }
        kernels::count_kept(device, clients, masked_, counts(sums.int64("keepers")));
    }
    [[nodiscard]] std::size_t sets() const override { return masked_; }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                DevicePointer<double> change) const override {
        DevicePointer<const formula::Wide> weights = sums.int128("weights");
        const std::uint64_t weight = sums.weight();
        kernels::merge_kept(device, rule_, masked_, weights, counts(sums.int64("keepers")), weight,
                            round.global, change);
        kernels::mean_of_dense(device, state_ - masked_, weights + masked_, weight,
                               change + masked_);
    }

private:
    PruningSchedule schedule_;
    formula::MergeRule rule_;
    std::size_t masked_, state_;
};

} // namespace

std::size_t PruningSchedule::kept(std::uint32_t round) const {
    const std::uint32_t done = std::clamp(round, 1u, rounds) - 1;
    const double left = rounds > 1 ? 1.0 - static_cast<double>(done) / (rounds - 1) : 0.0;
    return kept_of(1.0 - sparsity * (1.0 - left * left * left), masked);
}

FedSparsify::FedSparsify(const FedSparsifyOptions& options, const ParameterLayout& layout)
    : Method(std::make_unique<UnprunedVariables>(layout),
             std::make_unique<KeptCodec>(options, layout),
             std::make_unique<MergeAggregation>(options, layout)) {}

MethodEntry fedsparsify_entry() {
    using O = FedSparsifyOptions;
    using enum formula::MergeRule;
    auto schema =
        Schema<O>()
            .number("sparsity", &O::sparsity, {'[', 0, 1, ')'},
                    "share of the weights that end up pruned")
            .integer("prune_rounds", &O::prune_rounds, 1, 1'000'000'000,
                     "the round from which on that share is pruned; the first prunes nothing")
            .preset("experiment.rounds",
                    [](const Config& config) {
                        return KeyValue(std::int64_t{config.experiment.rounds});
                    })
            .word("merge", &O::merge,
                  {{"average", average}, {"nonzero", nonzero}, {"majority", majority}},
                  "how the server unites what clients kept");
    MethodEntry entry =
        method_entry("fedsparsify", "FedSparsify", "weights pruned more from round to round",
                     FedSparsify::wire, schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<FedSparsify>(options, setting.layout);
                     });
    label_with(entry, schema, [](const O& options) {
        return fmt::format("FedSparsify ({:.3g} % pruned)", 100 * options.sparsity);
    });
    return entry;
}

} // namespace fedmrn
