// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/losses/logits.hpp"
#include "kernels/ranking.hpp"

namespace fedmrn {
namespace {

class TopK final : public Metric {
public:
    explicit TopK(std::uint32_t k) : k_(k) {}
    [[nodiscard]] std::string kind() const override { return "top" + std::to_string(k_); }
    void check(std::span<const Tensor> in) const override { check_logits(in); }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor> in,
                                      std::size_t input) const override {
        return label_below(in, input);
    }
    void measure(Context& context, const LossArgs& args) const override {
        const Place& logits = args.in[0];
        kernels::count_top_k(context.device, context.lanes, logits.room, logits.tensor.elements(),
                             k_, logits.rows, args.x[0].as<const float>(),
                             args.x[1].as<const std::uint16_t>(), args.tallies);
    }

private:
    std::uint32_t k_;
};

} // namespace

MetricPtr top_k(std::uint32_t k) { return std::make_shared<TopK>(k); }

MetricPtr top1() { return top_k(1); }

} // namespace fedmrn
