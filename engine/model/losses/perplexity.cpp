// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engine/model/losses/logits.hpp"

namespace fedmrn {
namespace {

class Perplexity final : public Metric {
public:
    [[nodiscard]] std::string kind() const override { return perplexity_kind; }
    void check(std::span<const Tensor> in) const override { check_logits(in); }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor> in,
                                      std::size_t input) const override {
        return label_below(in, input);
    }
    [[nodiscard]] Reads reads() const override { return Reads::sum; }
    [[nodiscard]] Better better() const override { return Better::lower; }
    [[nodiscard]] Unit unit() const override { return Unit::number; }
    void measure(Context& context, const LossArgs& args) const override {
        compare(context, args, nullptr);
    }
    [[nodiscard]] double value(const LaneMetrics& tally) const override {
        return std::exp(Metric::value(tally));
    }
};

} // namespace

MetricPtr perplexity() { return std::make_shared<Perplexity>(); }

} // namespace fedmrn
