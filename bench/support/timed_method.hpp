// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/clock.hpp"
#include "engine/method/method.hpp"

namespace fedmrn::bench {

/// A method that knows how long its local weights took: for FedMRN the masking, for FedAvg one
/// addition.
class TimedMethod final : public Method {
public:
    TimedMethod(const MethodConfig& config, const ParameterLayout& layout)
        : method_(make_method(config, layout)) {}

    [[nodiscard]] double seconds() const { return seconds_; }

    void local_weights(Device& device, const LocalStep& step) const override {
        const double start = thread_seconds();
        method_->local_weights(device, step);
        seconds_ += thread_seconds() - start;
    }
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override {
        return method_->encode(device, clients);
    }
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override {
        return method_->table(round);
    }
    [[nodiscard]] std::size_t variables() const override { return method_->variables(); }
    void local_gradient(Device& device, const LocalStep& step) const override {
        method_->local_gradient(device, step);
    }
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override {
        method_->aggregate(device, round, messages, mean);
    }
    [[nodiscard]] bool decays_weights() const override { return method_->decays_weights(); }

private:
    std::unique_ptr<Method> method_;
    mutable double seconds_ = 0;
};

} // namespace fedmrn::bench
