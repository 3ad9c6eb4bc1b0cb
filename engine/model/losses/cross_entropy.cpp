// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/losses/logits.hpp"

namespace fedmrn {
namespace {

class CrossEntropy final : public Loss {
public:
    [[nodiscard]] std::string kind() const override { return "cross_entropy"; }
    void check(std::span<const Tensor> in) const override { check_logits(in); }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor> in,
                                      std::size_t input) const override {
        return label_below(in, input);
    }
    void apply(Context& context, const LossArgs& args) const override {
        compare(context, args, args.dx[0]);
    }
    [[nodiscard]] bool counts(const Metric& metric) const override {
        return metric.kind() == top1_kind || metric.kind() == perplexity_kind;
    }
};

} // namespace

LossPtr cross_entropy() { return std::make_shared<CrossEntropy>(); }

} // namespace fedmrn
