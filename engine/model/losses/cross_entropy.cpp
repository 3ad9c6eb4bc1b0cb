// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/error.hpp"
#include "fedmrn/loss.hpp"
#include "kernels/loss.hpp"

namespace fedmrn {
namespace {

constexpr const char* top1_kind = "top1";

void check_logits(std::span<const Tensor> in) {
    if (in.size() != 2) {
        throw Error("expected logits and labels, found " + std::to_string(in.size()) + " values");
    }
    if (in[0].element != Element::f32) {
        throw Error("expected float32 logits, as a linear layer gives them, found " +
                    text_of(in[0]));
    }
    if (in[1].element != Element::u16 || in[1].elements() != 1) {
        throw Error("expected a label a row, found " + text_of(in[1]));
    }
    if (in[0].rows != in[1].rows) {
        throw Error("logits and labels of other rows: " + text_of(in[0]) + ", " + text_of(in[1]));
    }
}

/// Labels are places among the logits.
std::uint32_t label_below(std::span<const Tensor> in, std::size_t input) {
    return input == 1 ? static_cast<std::uint32_t>(in[0].elements()) : 0;
}

/// One contract does both: adds loss, hits and rows to the metrics.
void compare(Context& context, const LossArgs& args, DevicePointer<void> gradient) {
    const Place& logits = args.in[0];
    kernels::cross_entropy(context.device, context.lanes, logits.room, logits.tensor.elements(),
                           logits.rows, args.x[0].as<const float>(),
                           args.x[1].as<const std::uint16_t>(), gradient.as<float>(), args.metrics);
}

class Top1 final : public Metric {
public:
    [[nodiscard]] std::string kind() const override { return top1_kind; }
    void check(std::span<const Tensor> in) const override { check_logits(in); }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor> in,
                                      std::size_t input) const override {
        return label_below(in, input);
    }
    void measure(Context& context, const LossArgs& args) const override {
        compare(context, args, nullptr);
    }
};

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
        return metric.kind() == top1_kind;
    }
};

} // namespace

std::shared_ptr<const Loss> cross_entropy() { return std::make_shared<CrossEntropy>(); }

std::shared_ptr<const Metric> top1() { return std::make_shared<Top1>(); }

} // namespace fedmrn
