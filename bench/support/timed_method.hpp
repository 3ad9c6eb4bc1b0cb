// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/clock.hpp"
#include "engine/method/method.hpp"

namespace fedmrn::bench {

/// Variables that know how long their weights took: for FedMRN the masking, for FedAvg one
/// addition.
class TimedVariables final : public Variables {
public:
    explicit TimedVariables(std::unique_ptr<const Variables> of) : of_(std::move(of)) {}

    [[nodiscard]] double seconds() const { return seconds_; }

    void weights(Device& device, const LocalStep& step) const override {
        const double start = thread_seconds();
        of_->weights(device, step);
        seconds_ += thread_seconds() - start;
    }
    [[nodiscard]] std::size_t count() const override { return of_->count(); }
    [[nodiscard]] RoundData round_data(const RoundContext& round) const override {
        return of_->round_data(round);
    }
    void gradient(Device& device, const LocalStep& step) const override {
        of_->gradient(device, step);
    }
    [[nodiscard]] bool decays_weights() const override { return of_->decays_weights(); }
    void initialise(std::span<float> state) const override { of_->initialise(state); }
    [[nodiscard]] DevicePointer<const float>
    model_weights(Device& device, const RoundContext& round, Buffer<float>& room) const override {
        return of_->model_weights(device, round, room);
    }

private:
    std::unique_ptr<const Variables> of_;
    mutable double seconds_ = 0;
};

/// Puts them into a method, in place of its own, which they forward to.
inline const TimedVariables& timed(Method& method) {
    auto variables = std::make_unique<TimedVariables>(std::move(method.local));
    const TimedVariables& found = *variables;
    method.local = std::move(variables);
    return found;
}

} // namespace fedmrn::bench
