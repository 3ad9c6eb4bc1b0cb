// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "fedmrn/layer.hpp"

namespace fedmrn {

/// What a loss or a metric works on.
struct LossArgs {
    std::span<const Place> in;
    std::span<const DevicePointer<const void>> x;
    /// Of the mean loss over a lane's rows by each x; null: not wanted (an evaluation, integers).
    std::span<const DevicePointer<void>> dx;
    DevicePointer<LaneMetrics> metrics; ///< of each lane, to be added to
};

/// What an output is held against.
class Metric {
public:
    virtual ~Metric() = default;
    [[nodiscard]] virtual std::string kind() const = 0;
    /// Throws Error that says what does not fit.
    virtual void check(std::span<const Tensor> in) const = 0;
    [[nodiscard]] virtual bool runs_on(DeviceKind) const { return true; } ///< as Layer's
    /// As Layer's.
    [[nodiscard]] virtual std::uint32_t below(std::span<const Tensor> /*in*/,
                                              std::size_t /*input*/) const {
        return 0;
    }
    /// Adds the rows that are right to metrics[lane].correct.
    virtual void measure(Context& context, const LossArgs& args) const = 0;
};

/// What training makes small: the mean over a lane's rows.
class Loss {
public:
    virtual ~Loss() = default;
    [[nodiscard]] virtual std::string kind() const = 0;
    /// Throws Error that says what does not fit.
    virtual void check(std::span<const Tensor> in) const = 0;
    [[nodiscard]] virtual bool runs_on(DeviceKind) const { return true; } ///< as Layer's
    /// As Layer's.
    [[nodiscard]] virtual std::uint32_t below(std::span<const Tensor> /*in*/,
                                              std::size_t /*input*/) const {
        return 0;
    }
    /// Adds Σ loss and the number of rows to a lane's metrics and writes dx.
    virtual void apply(Context& context, const LossArgs& args) const = 0;
    /// Whether apply also does what this metric does of the same values.
    [[nodiscard]] virtual bool counts(const Metric&) const { return false; }
};

/// Softmax cross-entropy of logits (float32, a class an element) and labels.
std::shared_ptr<const Loss> cross_entropy();

/// Rows whose largest logit is their label's; of logits and labels.
std::shared_ptr<const Metric> top1();

} // namespace fedmrn
