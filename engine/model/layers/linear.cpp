// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/linear.hpp"

#include "engine/model/layers/image.hpp"

namespace fedmrn {

Tensor LinearLayer::infer(std::span<const Tensor> in) const {
    return {{options_.out}, Element::f32, one_real(in).rows};
}

std::vector<Parameter> LinearLayer::parameters(std::span<const Tensor> in) const {
    const std::size_t out = options_.out, size = in[0].elements();
    // A row of an image is taken channel by channel, as after torch.flatten of NCHW.
    const std::size_t channels = in[0].shape.empty() ? 1 : in[0].shape.back();
    std::vector<Parameter> parameters{{.name = "weight",
                                       .role = Role::masked,
                                       .shape = {out, size},
                                       .initial = options_.initial,
                                       .exported = {size / channels, channels, {out, size}}}};
    if (options_.bias) {
        parameters.push_back({.name = "bias", .role = Role::dense, .shape = {out}});
    }
    return parameters;
}

kernels::LinearShape LinearLayer::shape(const Tensor& in, std::size_t lanes,
                                        std::size_t batch) const {
    return {.lanes = lanes,
            .batch = batch,
            .in = in.elements(),
            .out = options_.out,
            .real = real_of(in.element)};
}

void LinearLayer::forward(Context& context, const LayerArgs& args, bool) const {
    const Place& in = args.in[0];
    kernels::linear_forward(context.device, shape(in.tensor, context.lanes, in.room), in.rows,
                            args.x[0], args.parameters[0].value,
                            has_bias() ? args.parameters[1].value : PerLane<const float>{},
                            args.y.as<float>());
}

void LinearLayer::backward(Context& context, const LayerArgs& args) const {
    const Place& in = args.in[0];
    const auto seen = shape(in.tensor, context.lanes, in.room);
    const auto dy = args.dy.as<const float>();
    const auto weights = [&] {
        kernels::linear_backward_weights(
            context.device, seen, in.rows, args.x[0], dy, args.parameters[0].gradient,
            has_bias() ? args.parameters[1].gradient : PerLane<float>{});
    };
    if (args.dx[0] == nullptr) {
        return weights();
    }
    context.device.beside(weights, [&] {
        kernels::linear_backward_data(context.device, seen, in.rows, dy, args.parameters[0].value,
                                      args.dx[0]);
    });
}

LayerPtr linear(Linear options) { return std::make_shared<LinearLayer>(options); }

} // namespace fedmrn
