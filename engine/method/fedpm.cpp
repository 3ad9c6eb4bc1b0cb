// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedpm.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/method/incoming.hpp"
#include "engine/method/masked.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/adam.hpp"
#include "kernels/formula/normal.hpp"
#include "kernels/prune.hpp"
#include "kernels/scores.hpp"

namespace fedmrn {
namespace {

/// A score's gradient is that of its weight times ± c · θ (1 − θ), at the start around 10⁻⁵ of
/// CNN4's; but within a client's few steps a score has to move by about one. Adam sees to that
/// itself.
constexpr double score_rate = 3e4;

/// Scores in the place of the masked weights, which are frozen.
class ScoreVariables final : public UpdateVariables {
public:
    ScoreVariables(const FedPmOptions& options, const ParameterLayout& layout, std::uint64_t seed)
        : UpdateVariables(layout), options_(options), seed_(seed) {
        for (const TensorSpec& tensor : masked_tensors(layout)) {
            const std::size_t inputs = tensor.elements() / tensor.shape.front();
            const auto fan_in = static_cast<double>(inputs);
            tensors_.push_back({tensor.offset + tensor.elements(),
                                static_cast<float>(std::numbers::e * std::sqrt(1.0 / fan_in))});
        }
    }

    /// Adam's two moments of each score stand behind the trainable parameters. No gradient moves
    /// them, and they are zeros when a client begins, as all variables.
    [[nodiscard]] std::size_t count() const override {
        return layout().trainable + (adam() ? 2 * layout().masked : 0);
    }
    void weights(Device& device, const LocalStep& step) const override {
        kernels::score_weights(device, frozen(), step.lanes, step.states, step.global, step.update,
                               step.weights);
        add_update(device, step, layout().masked);
    }
    void gradient(Device& device, const LocalStep& step) const override {
        kernels::score_gradient(device, frozen(), adam() ? 1.0 : score_rate, step.lanes,
                                step.states, step.global, step.update, step.gradient);
        if (adam()) {
            const std::size_t masked = layout().masked, moments = layout().trainable;
            kernels::adam_direction(device, {}, step.lanes, step.states, masked,
                                    step.update.at(moments), step.update.at(moments + masked),
                                    step.gradient);
        }
    }
    [[nodiscard]] bool decays_weights() const override { return false; }

    /// Each weight is there with probability 1/2, by scores of zero or on the mean over scores that
    /// are drawn in the place of the initial weights.
    void initialise(std::span<float> state) const override {
        std::fill_n(state.begin(), layout().masked, 0.0f);
        if (options_.initial_scores == InitialScores::zero) {
            return;
        }
        std::uint32_t number = 0;
        for (const TensorSpec& tensor : masked_tensors(layout())) {
            for (std::size_t i = 0; i < tensor.elements(); ++i) {
                state[tensor.offset + i] = formula::normal_quantile(
                    formula::element_word(seed_, i, number, formula::purpose_initial));
            }
            ++number;
        }
    }

    /// The frozen weights under masks drawn of the round's scores, the same for all who ask: as by
    /// a lane of its own that stands before step round + 1 under the experiment's seed.
    [[nodiscard]] DevicePointer<const float>
    model_weights(Device& device, const RoundContext& round, Buffer<float>& room) const override {
        const std::size_t masked = layout().masked;
        room = Buffer<float>(device, layout().state);
        kernels::mean_score_weights(device, frozen(), {seed_, round.round, options_.eval_masks},
                                    round.global, room.data());
        device.copy_within(room.data() + masked, round.global + masked,
                           (layout().state - masked) * sizeof(float));
        return room.data();
    }

private:
    [[nodiscard]] kernels::FrozenWeights frozen() const { return {seed_, tensors_}; }
    [[nodiscard]] bool adam() const { return options_.optimizer == ScoreOptimizer::adam; }

    FedPmOptions options_;
    std::uint64_t seed_;
    std::vector<kernels::FrozenTensor> tensors_;
};

/// ones [masked] += the set bits of messages.
void count_ones(Device& device, std::span<const MessageView> messages, std::size_t masked,
                DevicePointer<std::uint64_t> ones) {
    const std::size_t words = words_of(masked);
    const auto masks = on_device(device, messages, &MessageView::mask, words);
    std::vector<kernels::KeptWeights> clients;
    for (std::size_t k = 0; k < messages.size(); ++k) {
        clients.push_back({masks.data() + k * words, 1});
    }
    kernels::count_kept(device, clients, masked, ones);
}

/// A bit for each score, drawn of it; it stands for the score that it alone would leave.
class DrawnMaskCodec final : public StateCodec {
public:
    DrawnMaskCodec(const ParameterLayout& layout, std::uint64_t seed)
        : StateCodec(layout, layout.masked), seed_(seed) {}

    /// That of the frozen weights: nobody who reads the mask asks how it was drawn.
    [[nodiscard]] std::uint64_t message_seed(std::uint64_t /*client_seed*/) const override {
        return seed_;
    }

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {FedPm::wire};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        return mask_entries(layout());
    }
    void pack(Device& device, const RoundContext& round, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        std::vector<kernels::MaskSource> sources;
        for (const TrainedClient& client : clients) {
            sources.push_back({client.seed, client.update, messages.mask(sources.size())});
        }
        kernels::pack_scores(device, sources, layout().masked, round.global);
    }
    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        const std::size_t masked = layout().masked;
        Buffer<std::uint64_t> ones(device, masked);
        const Buffer<float> zeros(device, masked);
        Buffer<double> scores(device, masked);
        for (std::size_t k = 0; k < messages.size(); ++k) {
            ones.clear();
            count_ones(device, messages.subspan(k, 1), masked, ones.data());
            kernels::posterior_scores(device, ones.data(), 1, masked, zeros.data(), scores.data());
            round_values(device, masked, scores.data(), updates + k * layout().state);
        }
    }

    std::uint64_t seed_;
};

/// Scores of the share of clients whose bit is set.
class ShareAggregation final : public Aggregation {
public:
    explicit ShareAggregation(const ParameterLayout& layout)
        : masked_(layout.masked), rest_(layout.state - layout.masked) {}

    [[nodiscard]] std::vector<SumSpec> sums() const override {
        return {{"ones", SumType::int64, masked_}, {"rest", SumType::int128, rest_}};
    }
    void add(Device& device, const RoundContext& /*round*/, const Codec& /*codec*/,
             const WeightedMessages& messages, Sums& sums) const override {
        count_ones(device, messages.messages, masked_, counts(sums.int64("ones")));
        add_rest(device, messages, rest_, sums.int128("rest"));
    }
    [[nodiscard]] std::size_t sets() const override { return masked_; }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                DevicePointer<double> change) const override {
        kernels::posterior_scores(device, counts(sums.int64("ones")),
                                  static_cast<std::uint32_t>(sums.messages()), masked_,
                                  round.global, change);
        kernels::mean_of_dense(device, rest_, sums.int128("rest"), sums.weight(), change + masked_);
    }

private:
    std::size_t masked_, rest_;
};

} // namespace

FedPm::FedPm(const FedPmOptions& options, const ParameterLayout& layout, std::uint64_t seed)
    : Method(std::make_unique<ScoreVariables>(options, layout, seed),
             std::make_unique<DrawnMaskCodec>(layout, seed),
             std::make_unique<ShareAggregation>(layout)) {}

MethodEntry fedpm_entry() {
    using O = FedPmOptions;
    const auto schema =
        Schema<O>()
            .word("optimizer", &O::optimizer,
                  {{"sgd", ScoreOptimizer::sgd}, {"adam", ScoreOptimizer::adam}},
                  "how scores train: at 30,000 times client.lr, or by Adam at client.lr")
            .word("initial_scores", &O::initial_scores,
                  {{"zero", InitialScores::zero}, {"gaussian", InitialScores::gaussian}},
                  "all zero, or standard normal")
            .integer("eval_masks", &O::eval_masks, 0, 1024,
                     "masks of whose mean the evaluated weights are; 0: their probabilities");
    MethodEntry entry =
        method_entry("fedpm", "FedPM", "a mask, learned over frozen random weights", FedPm::wire,
                     schema, [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<FedPm>(options, setting.layout, setting.seed);
                     });
    label_with(entry, schema, [](const O& options) {
        return std::string(options.optimizer == ScoreOptimizer::adam ? "FedPM (Adam)" : "FedPM");
    });
    entry.lr = 0.1;
    entry.trains_weights = false;
    return entry;
}

} // namespace fedmrn
