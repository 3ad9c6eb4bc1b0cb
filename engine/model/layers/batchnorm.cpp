// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/batchnorm.hpp"

#include "engine/model/layers/image.hpp"

namespace fedmrn {
namespace {

/// Parameters and kept tensors in their order.
enum Parameters { gamma, beta, running_mean, running_variance };
enum Kept { mean, inverse, chosen };

kernels::BatchnormParameters scale_of(const LayerArgs& args) {
    return {args.parameters[gamma].value, args.parameters[beta].value};
}

/// A kept tensor of one value a channel.
PerLane<float> channels_of(const LayerArgs& args, Kept which, std::size_t channels) {
    return {args.kept[which].as<float>(), channels};
}

} // namespace

Tensor BatchNormLayer::infer(std::span<const Tensor> in) const {
    const Image image = image_of(one_real(in));
    const std::size_t pool = options_.pool;
    if (pool == 1) {
        return in[0];
    }
    if (pool == 0 || pool > 15) {
        throw Error("expected a pool of 1 to 15, found " + std::to_string(pool));
    }
    return with_sides(in[0], image.height / pool, image.width / pool, image.channels);
}

std::vector<Parameter> BatchNormLayer::parameters(std::span<const Tensor> in) const {
    const std::vector<std::size_t> shape{image_of(in[0]).channels};
    return {
        {.name = "weight", .role = Role::dense, .shape = shape, .initial = Initial::constant(1)},
        {.name = "bias", .role = Role::dense, .shape = shape},
        {.name = "running_mean", .role = Role::statistic, .shape = shape},
        {.name = "running_var",
         .role = Role::statistic,
         .shape = shape,
         .initial = Initial::constant(1)}};
}

std::vector<Tensor> BatchNormLayer::kept(std::span<const Tensor> in) const {
    const Tensor channels{{image_of(in[0]).channels}, Element::f32, one_a_lane()};
    std::vector<Tensor> kept{channels, channels};
    if (options_.pool > 1) {
        kept.push_back({infer(in).shape, Element::u8, in[0].rows});
    }
    return kept;
}

kernels::BatchnormShape BatchNormLayer::shape(const Tensor& in, std::size_t lanes,
                                              std::size_t batch) const {
    const Image image = image_of(in);
    return {.lanes = lanes,
            .batch = batch,
            .height = image.height,
            .width = image.width,
            .channels = image.channels,
            .relu = options_.relu,
            .pool = options_.pool,
            .real = real_of(in.element)};
}

void BatchNormLayer::forward(Context& context, const LayerArgs& args, bool training) const {
    const Place& in = args.in[0];
    const auto seen = shape(in.tensor, context.lanes, in.room);
    if (!training) {
        kernels::batchnorm_inference(context.device, seen, in.rows, args.x[0], scale_of(args),
                                     args.parameters[running_mean].value,
                                     args.parameters[running_variance].value, args.y);
        return;
    }
    kernels::batchnorm_forward(
        context.device, seen, in.rows, args.x[0], scale_of(args),
        args.parameters[running_mean].statistic, args.parameters[running_variance].statistic,
        channels_of(args, mean, seen.channels), channels_of(args, inverse, seen.channels), args.y,
        seen.pool > 1 ? args.kept[chosen].as<std::uint8_t>() : nullptr);
}

void BatchNormLayer::backward(Context& context, const LayerArgs& args) const {
    const Place& in = args.in[0];
    const auto seen = shape(in.tensor, context.lanes, in.room);
    kernels::batchnorm_backward(context.device, seen, in.rows, args.x[0], args.y,
                                seen.pool > 1 ? args.kept[chosen].as<const std::uint8_t>()
                                              : nullptr,
                                args.dy, scale_of(args), channels_of(args, mean, seen.channels),
                                channels_of(args, inverse, seen.channels), args.dx[0],
                                args.parameters[gamma].gradient, args.parameters[beta].gradient);
}

LayerPtr batchnorm(BatchNorm options) { return std::make_shared<BatchNormLayer>(options); }

} // namespace fedmrn
