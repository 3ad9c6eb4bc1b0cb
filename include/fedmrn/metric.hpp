// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/layer.hpp"
#include "fedmrn/measure.hpp"
#include "fedmrn/registry.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// What a loss or a metric works on.
struct LossArgs {
    std::span<const Place> in;
    std::span<const DevicePointer<const void>> x;
    /// A loss: of the mean over a lane's rows by each x; null: not wanted (an evaluation,
    /// integers).
    std::span<const DevicePointer<void>> dx;
    DevicePointer<LaneMetrics> tallies; ///< its own, of each lane, to be added to
};

/// What an output is held against. Rows are measured on the device, where an evaluation runs; what
/// their tally comes to is computed on the host, over all batches.
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

    /// What of a tally it reads: rows that are right, or a sum over the rows.
    enum class Reads : unsigned char { hits, sum };
    [[nodiscard]] virtual Reads reads() const { return Reads::hits; }
    [[nodiscard]] virtual Better better() const { return Better::higher; }
    [[nodiscard]] virtual Unit unit() const { return Unit::fraction; }

    /// Adds the rows of a lane, and their hits or their sum, to tallies[lane].
    virtual void measure(Context& context, const LossArgs& args) const = 0;
    /// What a tally of one row or more comes to: the mean. Others override it: the root of a mean
    /// of squares, the exponential of a mean of logarithms.
    [[nodiscard]] virtual double value(const LaneMetrics& tally) const {
        const double read = reads() == Reads::hits ? static_cast<double>(tally.hits) : tally.sum;
        return read / static_cast<double>(tally.rows);
    }
};
using MetricPtr = std::shared_ptr<const Metric>;

/// Rows whose label's logit is among the k largest, of equal ones the first; of logits (float32, a
/// class an element) and labels. A logit that is not a number is larger than a label's.
MetricPtr top_k(std::uint32_t k);
/// top_k(1): rows whose largest logit is their label's.
MetricPtr top1();
/// The exponential of the mean cross-entropy, of logits and labels: the lower the better.
MetricPtr perplexity();

/// A metric that model.metrics can say.
struct MetricEntry : Part {
    std::function<MetricPtr(const Options&)> make = {};
    /// What it is called where a model has it: "top5". Without one: the entry's name.
    std::function<std::string(const Options&)> called = {};
};
Registry<MetricEntry>& metrics();

struct NamedMetric {
    std::string name;
    MetricPtr metric;
};
/// The metric that a choice names. Throws Error for names and options that there are not.
NamedMetric make_metric(const Choice& choice);

/// What metrics that are chosen by name are called, and how they are read. Throws Error as
/// make_metric, and for one that is there twice.
std::vector<Measure> measures_of(std::span<const Choice> metrics);

} // namespace fedmrn
#pragma GCC visibility pop
