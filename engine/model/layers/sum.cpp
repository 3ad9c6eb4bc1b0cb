// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/sum.hpp"

#include "engine/model/layers/reals.hpp"
#include "fedmrn/layers.hpp"

namespace fedmrn {
namespace {

class Sum final : public Layer {
public:
    [[nodiscard]] std::string kind() const override { return "sum"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        if (in.size() < 2) {
            throw Error("expected two values or more, found " + std::to_string(in.size()));
        }
        one_real(in.first(1));
        for (const Tensor& other : in) {
            if (other != in[0]) {
                throw Error("expected values of one type, found " + text_of(in[0]) + " and " +
                            text_of(other));
            }
        }
        return in[0];
    }
    [[nodiscard]] bool rereads(std::size_t) const override { return false; }
    [[nodiscard]] bool rereads_output() const override { return false; }
    [[nodiscard]] bool needs_dx() const override { return false; }

    void forward(Context& context, const LayerArgs& args, bool) const override {
        for (std::size_t k = 1; k < args.in.size(); ++k) {
            kernels::weighted_sum(context.device, shape(context, args), args.out.rows, 1.0f,
                                  k == 1 ? args.x[0] : args.y, 1.0f, args.x[k], args.y);
        }
    }

    void backward(Context& context, const LayerArgs& args) const override {
        for (DevicePointer<void> dx : args.dx) {
            if (dx != nullptr) {
                kernels::weighted_sum(context.device, shape(context, args), args.out.rows, 1.0f,
                                      args.dy, 0.0f, nullptr, dx);
            }
        }
    }

private:
    [[nodiscard]] static kernels::SumShape shape(const Context& context, const LayerArgs& args) {
        return {.lanes = context.lanes,
                .batch = args.out.room,
                .size = args.out.tensor.elements(),
                .real = real_of(args.out.tensor.element)};
    }
};

} // namespace

LayerPtr sum() { return std::make_shared<Sum>(); }

} // namespace fedmrn
