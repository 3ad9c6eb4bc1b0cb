// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "fedmrn/layer.hpp"
#include "fedmrn/metric.hpp"
#include "fedmrn/registry.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

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
    /// Adds the loss of each row to tallies[lane].sum, the number of rows to .rows, and writes dx.
    virtual void apply(Context& context, const LossArgs& args) const = 0;
    /// Whether apply also adds to its tally what this metric adds of the same values: the metric
    /// then costs nothing.
    [[nodiscard]] virtual bool counts(const Metric&) const { return false; }
};
using LossPtr = std::shared_ptr<const Loss>;

/// Softmax cross-entropy of logits (float32, a class an element) and labels.
LossPtr cross_entropy();
/// Of a student's logits, labels and a teacher's logits, each as cross_entropy's: (1 − weight) ·
/// cross-entropy + weight · T² · KL(softmax(teacher / T) ‖ softmax(student / T)), T > 0 the
/// temperature (Hinton et al., 2015). The teacher's logits get no gradient. Not by a name.
LossPtr distillation(double temperature, double weight);

/// A loss that model.loss can say: of what a model gives, and what that is held against.
struct LossEntry : Part {
    std::function<LossPtr(const Options&)> make = {};
};
Registry<LossEntry>& losses();

} // namespace fedmrn
#pragma GCC visibility pop
