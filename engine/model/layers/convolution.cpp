// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/convolution.hpp"

#include "engine/model/layers/image.hpp"

namespace fedmrn {

Tensor Convolution::infer(std::span<const Tensor> in) const {
    const Image image = image_of(one_real(in));
    const auto side = [&](std::size_t n) {
        const std::size_t padded = n + 2 * std::size_t{options_.padding};
        return padded < options_.kernel ? 0 : padded - options_.kernel + 1;
    };
    return with_sides(in[0], side(image.height), side(image.width), options_.out);
}

std::vector<Parameter> Convolution::parameters(std::span<const Tensor> in) const {
    const std::size_t out = options_.out, kernel = options_.kernel;
    const std::size_t channels = image_of(in[0]).channels;
    return {{.name = "weight",
             .role = Role::masked,
             .shape = {out, kernel, kernel, channels},
             .initial = options_.initial,
             .exported = {kernel * kernel, channels, {out, channels, kernel, kernel}}}};
}

kernels::ConvolutionShape Convolution::shape(const Tensor& in, std::size_t lanes,
                                             std::size_t batch) const {
    const Image image = image_of(in);
    return {.lanes = lanes,
            .batch = batch,
            .height = image.height,
            .width = image.width,
            .in = image.channels,
            .out = options_.out,
            .kernel = options_.kernel,
            .padding = options_.padding,
            .real = real_of(in.element)};
}

void Convolution::forward(Context& context, const LayerArgs& args, bool) const {
    const Place& in = args.in[0];
    kernels::convolution_forward(context.device, shape(in.tensor, context.lanes, in.room), in.rows,
                                 args.x[0], args.parameters[0].value, args.y);
}

void Convolution::backward(Context& context, const LayerArgs& args) const {
    const Place& in = args.in[0];
    const auto seen = shape(in.tensor, context.lanes, in.room);
    const auto weights = [&] {
        kernels::convolution_backward_weights(context.device, seen, in.rows, args.x[0], args.dy,
                                              args.parameters[0].gradient);
    };
    if (args.dx[0] == nullptr) {
        return weights();
    }
    context.device.beside(weights, [&] {
        kernels::convolution_backward_data(context.device, seen, in.rows, args.dy,
                                           args.parameters[0].value, args.dx[0]);
    });
}

LayerPtr conv2d(Conv2d options) { return std::make_shared<Convolution>(options); }

} // namespace fedmrn
