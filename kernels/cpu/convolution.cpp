// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include "kernels/cpu/convolution_cache.hpp"
#include "kernels/cpu/cpu_device.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using dnnl::memory;

memory::desc described(const memory::dims& dims, memory::data_type type, memory::format_tag tag) {
    return {dims, type, tag};
}

memory::dim dim(std::size_t n) { return static_cast<memory::dim>(n); }

memory unbound(const memory::desc& desc, const dnnl::engine& engine) {
    return {desc, engine, nullptr};
}

const dnnl::primitive_attr& attributes() {
    static const dnnl::primitive_attr none;
    return none;
}

} // namespace

Convolution::Convolution(const dnnl::engine& engine, const ConvolutionShape& s,
                         std::size_t samples) {
    using Tag = memory::format_tag;
    const auto real = s.real == Real::f32 ? memory::data_type::f32 : memory::data_type::bf16;
    const memory::dims x = {dim(samples), dim(s.in), dim(s.height), dim(s.width)};
    const memory::dims w = {dim(s.out), dim(s.in), dim(s.kernel), dim(s.kernel)};
    const memory::dims y = {dim(samples), dim(s.out), dim(s.out_height()), dim(s.out_width())};
    const memory::dims stride = {1, 1}, pad = {dim(s.padding), dim(s.padding)};
    const auto image = described(x, real, Tag::nhwc), output = described(y, real, Tag::nhwc);
    const auto any = described(w, real, Tag::any);
    const auto any_gradient = described(w, memory::data_type::f32, Tag::any);
    const auto direct = dnnl::algorithm::convolution_direct;

    const dnnl::convolution_forward::primitive_desc forward_desc(
        {dnnl::prop_kind::forward_training, direct, image, any, output, stride, pad, pad},
        attributes(), engine);
    const dnnl::convolution_backward_data::primitive_desc data_desc(
        {direct, image, any, output, stride, pad, pad}, attributes(), engine, forward_desc);
    const dnnl::convolution_backward_weights::primitive_desc weights_desc(
        {direct, image, any_gradient, output, stride, pad, pad}, attributes(), engine,
        forward_desc);

    images = unbound(image, engine);
    outputs = unbound(output, engine);
    weights = unbound(described(w, memory::data_type::f32, Tag::ohwi), engine);
    forward = dnnl::convolution_forward(forward_desc);
    backward_data = dnnl::convolution_backward_data(data_desc);
    backward_weights = dnnl::convolution_backward_weights(weights_desc);
    forward_weights = memory(forward_desc.weights_desc(), engine);
    backward_data_weights = memory(data_desc.weights_desc(), engine);
    gradient = memory(weights_desc.diff_weights_desc(), engine);
    to_forward = dnnl::reorder(weights, forward_weights);
    to_backward_data = dnnl::reorder(weights, backward_data_weights);
    from_gradient = dnnl::reorder(gradient, weights);
}

Convolution& ConvolutionCache::get(const dnnl::engine& engine, const ConvolutionShape& shape,
                                   std::size_t samples) {
    const Key key{samples,   shape.height, shape.width,   shape.in,
                  shape.out, shape.kernel, shape.padding, shape.real};
    const auto found = entries_.find(key);
    return found != entries_.end()
               ? found->second
               : entries_.try_emplace(key, engine, shape, samples).first->second;
}

namespace {

/// Calls body(convolution, lane, offset of x in bytes, offset of y in bytes) for each active lane.
template <class Body>
void for_lanes(Device& device, const ConvolutionShape& shape, const LaneState* states,
               const Body& body) {
    single_threaded();
    CpuDevice& cpu = cpu_device(device);
    const std::size_t x = shape.batch * shape.height * shape.width * shape.in * size_of(shape.real);
    const std::size_t y =
        shape.batch * shape.out_height() * shape.out_width() * shape.out * size_of(shape.real);
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        body(cpu, cpu.convolutions->get(cpu.engine, shape, states[lane].samples), lane, lane * x,
             lane * y);
    }
}

/// oneDNN takes inputs as pointers to non-const.
void bind(memory& to, const void* data, std::size_t offset = 0) {
    to.set_data_handle(const_cast<std::byte*>(static_cast<const std::byte*>(data) + offset));
}

} // namespace

void convolution_forward(Device& device, const ConvolutionShape& shape, const LaneState* states,
                         const void* x, PerLane<const float> w, void* y) {
    for_lanes(
        device, shape, states,
        [&](CpuDevice& cpu, Convolution& c, std::size_t lane, std::size_t in, std::size_t out) {
            bind(c.weights, w[lane]);
            bind(c.images, x, in);
            bind(c.outputs, y, out);
            c.to_forward.execute(cpu.stream, c.weights, c.forward_weights);
            c.forward.execute(cpu.stream, {{DNNL_ARG_SRC, c.images},
                                           {DNNL_ARG_WEIGHTS, c.forward_weights},
                                           {DNNL_ARG_DST, c.outputs}});
        });
}

void convolution_backward_data(Device& device, const ConvolutionShape& shape,
                               const LaneState* states, const void* dy, PerLane<const float> w,
                               void* dx) {
    for_lanes(
        device, shape, states,
        [&](CpuDevice& cpu, Convolution& c, std::size_t lane, std::size_t in, std::size_t out) {
            bind(c.weights, w[lane]);
            bind(c.outputs, dy, out);
            bind(c.images, dx, in);
            c.to_backward_data.execute(cpu.stream, c.weights, c.backward_data_weights);
            c.backward_data.execute(cpu.stream, {{DNNL_ARG_DIFF_DST, c.outputs},
                                                 {DNNL_ARG_WEIGHTS, c.backward_data_weights},
                                                 {DNNL_ARG_DIFF_SRC, c.images}});
        });
}

void convolution_backward_weights(Device& device, const ConvolutionShape& shape,
                                  const LaneState* states, const void* x, const void* dy,
                                  PerLane<float> dw) {
    for_lanes(
        device, shape, states,
        [&](CpuDevice& cpu, Convolution& c, std::size_t lane, std::size_t in, std::size_t out) {
            bind(c.images, x, in);
            bind(c.outputs, dy, out);
            bind(c.weights, dw[lane]);
            c.backward_weights.execute(cpu.stream, {{DNNL_ARG_SRC, c.images},
                                                    {DNNL_ARG_DIFF_DST, c.outputs},
                                                    {DNNL_ARG_DIFF_WEIGHTS, c.gradient}});
            c.from_gradient.execute(cpu.stream, c.gradient, c.weights);
        });
}

} // namespace fedmrn::kernels::cpu
