// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/reals.hpp"
#include "fedmrn/layers.hpp"
#include "kernels/activation.hpp"

namespace fedmrn {
namespace {

class Relu final : public Layer {
public:
    [[nodiscard]] std::string kind() const override { return "relu"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        if (one_real(in).element != Element::f32) {
            throw Error("expected float32, as a linear layer gives it, found " + text_of(in[0]) +
                        "; batchnorm and pooling have a ReLU of their own");
        }
        return in[0];
    }
    [[nodiscard]] bool rereads(std::size_t) const override { return false; }

    void forward(Context& context, const LayerArgs& args, bool) const override {
        const Place& in = args.in[0];
        kernels::relu_forward(context.device, context.lanes, in.room, in.tensor.elements(), in.rows,
                              args.x[0].as<const float>(), args.y.as<float>());
    }

    void backward(Context& context, const LayerArgs& args) const override {
        const Place& in = args.in[0];
        kernels::relu_backward(context.device, context.lanes, in.room, in.tensor.elements(),
                               in.rows, args.y.as<const float>(), args.dy.as<const float>(),
                               args.dx[0].as<float>());
    }
};

} // namespace

LayerPtr relu() { return std::make_shared<Relu>(); }

} // namespace fedmrn
