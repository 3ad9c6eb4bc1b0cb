// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/losses/logits.hpp"
#include "kernels/distil.hpp"

namespace fedmrn {
namespace {

class Distillation final : public Loss {
public:
    Distillation(double temperature, double weight)
        : rule_{static_cast<float>(temperature), static_cast<float>(weight)} {}
    [[nodiscard]] std::string kind() const override { return "distillation"; }
    void check(std::span<const Tensor> in) const override {
        if (in.size() != 3) {
            throw Error("expected logits, labels and a teacher's logits, found " +
                        std::to_string(in.size()) + " values");
        }
        check_logits(in.first(2));
        if (in[2] != in[0]) {
            throw Error("expected a teacher's logits as the student's, " + text_of(in[0]) +
                        ", found " + text_of(in[2]));
        }
    }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor> in,
                                      std::size_t input) const override {
        return label_below(in, input);
    }
    void apply(Context& context, const LossArgs& args) const override {
        const Place& logits = args.in[0];
        kernels::distillation(context.device, rule_, context.lanes, logits.room,
                              logits.tensor.elements(), logits.rows, args.x[0].as<const float>(),
                              args.x[2].as<const float>(), args.x[1].as<const std::uint16_t>(),
                              args.dx[0].as<float>(), args.tallies);
    }

private:
    kernels::DistilRule rule_;
};

} // namespace

LossPtr distillation(double temperature, double weight) {
    return std::make_shared<Distillation>(temperature, weight);
}

} // namespace fedmrn
