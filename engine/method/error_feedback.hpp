// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/method/aggregation.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// Error feedback (Seide et al., INTERSPEECH 2014; Karimireddy et al., ICML 2019) around the codec
/// of a method that trains densely: a client sends p = D + e and keeps e ← p − decode(message) of
/// its masked tensors until it is in a cohort again. What a message decodes to is what the server
/// makes of it alone.
class ErrorFeedback final : public Codec {
public:
    /// server: the method's, which outlives this.
    ErrorFeedback(std::unique_ptr<const Codec> codec, const Aggregation& server,
                  const ParameterLayout& layout)
        : codec_(std::move(codec)), server_(server), layout_(layout) {}
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override {
        return codec_->table(round);
    }
    [[nodiscard]] PendingMessages encode(Device& device, const RoundContext& round,
                                         std::span<const TrainedClient> clients) const override;
    void check(const RoundContext& round, const MessageView& message) const override {
        codec_->check(round, message);
    }
    void decode(Device& device, const RoundContext& round, std::span<const MessageView> messages,
                float* updates) const override {
        codec_->decode(device, round, messages, updates);
    }
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             formula::Wide* sum) const override {
        codec_->add(device, round, messages, sum);
    }
    [[nodiscard]] std::size_t memory() const override { return layout_.masked; }

private:
    std::unique_ptr<const Codec> codec_;
    const Aggregation& server_;
    ParameterLayout layout_;
};

} // namespace fedmrn
