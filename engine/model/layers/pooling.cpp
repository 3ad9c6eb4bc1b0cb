// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/pooling.hpp"

#include "engine/model/layers/image.hpp"

namespace fedmrn {

Tensor PoolingLayer::infer(std::span<const Tensor> in) const {
    const Image image = image_of(one_real(in));
    const std::size_t window = options_.window;
    if (window == 0 || window > 15) {
        throw Error("expected a window of 1 to 15, found " + std::to_string(window));
    }
    return with_sides(in[0], image.height / window, image.width / window, image.channels);
}

std::vector<Parameter> PoolingLayer::parameters(std::span<const Tensor> in) const {
    if (!options_.bias) {
        return {};
    }
    return {{.name = "bias", .role = Role::dense, .shape = {image_of(in[0]).channels}}};
}

std::vector<Tensor> PoolingLayer::kept(std::span<const Tensor> in) const {
    if (!keeps_choice()) {
        return {};
    }
    return {{infer(in).shape, Element::u8, in[0].rows}};
}

kernels::PoolingShape PoolingLayer::shape(const Tensor& in, std::size_t lanes,
                                          std::size_t batch) const {
    const Image image = image_of(in);
    return {.lanes = lanes,
            .batch = batch,
            .height = image.height,
            .width = image.width,
            .channels = image.channels,
            .pool = options_.average ? kernels::Pool::average : kernels::Pool::max,
            .window = options_.window,
            .stride = options_.window,
            .relu = options_.relu,
            .real = real_of(in.element)};
}

void PoolingLayer::forward(Context& context, const LayerArgs& args, bool training) const {
    const Place& in = args.in[0];
    kernels::pooling_forward(
        context.device, shape(in.tensor, context.lanes, in.room), in.rows, args.x[0],
        has_bias() ? args.parameters[0].value : PerLane<const float>{}, args.y,
        training && keeps_choice() ? args.kept[0].as<std::uint8_t>() : nullptr);
}

void PoolingLayer::backward(Context& context, const LayerArgs& args) const {
    const Place& in = args.in[0];
    kernels::pooling_backward(
        context.device, shape(in.tensor, context.lanes, in.room), in.rows, args.x[0],
        has_bias() ? args.parameters[0].value : PerLane<const float>{}, args.y,
        keeps_choice() ? args.kept[0].as<const std::uint8_t>() : nullptr, args.dy, args.dx[0],
        has_bias() ? args.parameters[0].gradient : PerLane<float>{});
}

LayerPtr pooling(Pooling options) { return std::make_shared<PoolingLayer>(options); }

} // namespace fedmrn
