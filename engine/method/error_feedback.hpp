// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/method/method.hpp"

namespace fedmrn {

/// Error feedback (Seide et al., INTERSPEECH 2014; Karimireddy et al., ICML 2019) around a method
/// that trains densely: a client sends p = D + e and keeps e ← p − decode(message) of its masked
/// tensors until it is in a cohort again.
class ErrorFeedback final : public Method {
public:
    ErrorFeedback(std::unique_ptr<Method> method, const ParameterLayout& layout)
        : method_(std::move(method)), layout_(layout) {}
    [[nodiscard]] std::size_t variables() const override { return method_->variables(); }
    void local_weights(Device& device, const LocalStep& step) const override {
        method_->local_weights(device, step);
    }
    void local_gradient(Device& device, const LocalStep& step) const override {
        method_->local_gradient(device, step);
    }
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override {
        return method_->table(round);
    }
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override {
        method_->aggregate(device, round, messages, mean);
    }
    [[nodiscard]] bool decays_weights() const override { return method_->decays_weights(); }
    [[nodiscard]] std::size_t memory() const override { return layout_.masked; }

private:
    std::unique_ptr<Method> method_;
    ParameterLayout layout_;
};

} // namespace fedmrn
