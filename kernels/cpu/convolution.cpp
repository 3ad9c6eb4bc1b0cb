// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/convolution.hpp"

#include <string>

#include "fedmrn/error.hpp"
#include "kernels/cpu/convolution_cache.hpp"
#include "kernels/cpu/cpu_device.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// One lane's images x and y, as bytes from the beginning of all lanes' images.
struct Place {
    std::size_t lane, x, y;
};

const std::byte* at(const void* data, std::size_t offset) {
    return static_cast<const std::byte*>(data) + offset;
}
std::byte* at(void* data, std::size_t offset) { return static_cast<std::byte*>(data) + offset; }

/// What oneDNN could not do, in our words.
Error failure(const char* pass, const ConvolutionShape& s, const dnnl::error& error) {
    const auto text = [](std::size_t n) { return std::to_string(n); };
    return Error("cpu: oneDNN cannot do the " + std::string(pass) + " pass of a convolution of " +
                     text(s.height) + "x" + text(s.width) + "x" + text(s.in) + " to " +
                     text(s.out) + " channels, kernel " + text(s.kernel) + ", " +
                     (s.real == Real::f32 ? "float32" : "bf16") + ": " + error.what(),
                 Fault::run);
}

/// Calls body(convolution, stream, place) for each active lane.
template <class Body>
void for_lanes(Device& device, const char* pass, const ConvolutionShape& shape,
               const LaneState* states, const Body& body) try {
    const SingleThreaded primitives;
    CpuDevice& cpu = cpu_device(device);
    const std::size_t x = shape.batch * shape.height * shape.width * shape.in * size_of(shape.real);
    const std::size_t y =
        shape.batch * shape.out_height() * shape.out_width() * shape.out * size_of(shape.real);
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        if (states[lane].samples == 0) {
            continue;
        }
        body(cpu.convolutions->get(cpu.engine, shape, states[lane].samples), cpu.stream,
             cpu.convolutions->workspace, Place{lane, lane * x, lane * y});
    }
} catch (const dnnl::error& error) {
    throw failure(pass, shape, error);
}

void convolution_forward(Device& device, const ConvolutionShape& shape, const LaneState* states,
                         const void* x, PerLane<const float> w, void* y) {
    for_lanes(device, "forward", shape, states,
              [&](Convolution& c, dnnl::stream& stream, Workspace& work, const Place& place) {
                  auto& pass = c.forward;
                  pass.primitive.execute(
                      stream,
                      {{DNNL_ARG_SRC, pass.x.load(stream, work, 0, at(x, place.x))},
                       {DNNL_ARG_WEIGHTS, pass.w.load(stream, work, 1, w[place.lane].get())},
                       {DNNL_ARG_DST, pass.y.into(work, 2, at(y, place.y))},
                       {DNNL_ARG_SCRATCHPAD, pass.scratch.in(work)}});
                  pass.y.finish(stream);
              });
}

void convolution_backward_data(Device& device, const ConvolutionShape& shape,
                               const LaneState* states, const void* dy, PerLane<const float> w,
                               void* dx) {
    for_lanes(device, "backward data", shape, states,
              [&](Convolution& c, dnnl::stream& stream, Workspace& work, const Place& place) {
                  auto& pass = c.backward_data;
                  pass.primitive.execute(
                      stream,
                      {{DNNL_ARG_DIFF_DST, pass.dy.load(stream, work, 0, at(dy, place.y))},
                       {DNNL_ARG_WEIGHTS, pass.w.load(stream, work, 1, w[place.lane].get())},
                       {DNNL_ARG_DIFF_SRC, pass.dx.into(work, 2, at(dx, place.x))},
                       {DNNL_ARG_SCRATCHPAD, pass.scratch.in(work)}});
                  pass.dx.finish(stream);
              });
}

void convolution_backward_weights(Device& device, const ConvolutionShape& shape,
                                  const LaneState* states, const void* x, const void* dy,
                                  PerLane<float> dw) {
    for_lanes(device, "backward weights", shape, states,
              [&](Convolution& c, dnnl::stream& stream, Workspace& work, const Place& place) {
                  auto& pass = c.backward_weights;
                  pass.primitive.execute(
                      stream, {{DNNL_ARG_SRC, pass.x.load(stream, work, 0, at(x, place.x))},
                               {DNNL_ARG_DIFF_DST, pass.dy.load(stream, work, 1, at(dy, place.y))},
                               {DNNL_ARG_DIFF_WEIGHTS, pass.dw.into(work, 2, dw[place.lane].get())},
                               {DNNL_ARG_SCRATCHPAD, pass.scratch.in(work)}});
                  pass.dw.finish(stream);
              });
}

} // namespace

void convolution_contracts(Backend& backend) {
    backend.set(kernels::convolution_forward, convolution_forward);
    backend.set(kernels::convolution_backward_data, convolution_backward_data);
    backend.set(kernels::convolution_backward_weights, convolution_backward_weights);
}

} // namespace fedmrn::kernels::cpu
