// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/integer.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/cpu_device.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;

memory::dim dim(std::size_t n) { return static_cast<memory::dim>(n); }

/// Whether oneDNN adds up bytes times int8 in 32 bits. Without VNNI its sums of two products
/// saturate at 16 bits (its documentation, "Nuances of int8 computations").
bool sums_are_exact() {
    switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx2_vnni:
    case dnnl::cpu_isa::avx512_core_vnni:
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx:
        return true;
    default:
        return false;
    }
}

/// The images with their padding around them, so that a convolution needs none.
std::vector<std::uint8_t> padded(const IntegerShape& s, const std::uint8_t* x) {
    const std::size_t height = s.height + 2 * s.padding, width = s.width + 2 * s.padding;
    std::vector<std::uint8_t> images(s.samples * height * width * s.in,
                                     static_cast<std::uint8_t>(s.zero));
    for (std::size_t n = 0; n < s.samples; ++n) {
        for (std::size_t row = 0; row < s.height; ++row) {
            std::copy_n(x + (n * s.height + row) * s.width * s.in, s.width * s.in,
                        images.begin() +
                            dim(((n * height + row + s.padding) * width + s.padding) * s.in));
        }
    }
    return images;
}

/// Σ x · w of padded images, by oneDNN.
void by_library(CpuDevice& device, const IntegerShape& s, const std::uint8_t* x,
                const std::int8_t* w, std::int32_t* y) {
    const memory::dims images{dim(s.samples), dim(s.in), dim(s.height + 2 * s.padding),
                              dim(s.width + 2 * s.padding)},
        weights{dim(s.out), dim(s.in), dim(s.kernel), dim(s.kernel)},
        results{dim(s.samples), dim(s.out), dim(s.out_height()), dim(s.out_width())};
    const memory::desc x_desc(images, Type::u8, Tag::nhwc), y_desc(results, Type::s32, Tag::nhwc);
    const dnnl::convolution_forward::primitive_desc desc({dnnl::prop_kind::forward_inference,
                                                          dnnl::algorithm::convolution_direct,
                                                          x_desc,
                                                          {weights, Type::s8, Tag::any},
                                                          y_desc,
                                                          {1, 1},
                                                          {0, 0},
                                                          {0, 0}},
                                                         device.engine);
    memory ours({weights, Type::s8, Tag::ohwi}, device.engine, const_cast<std::int8_t*>(w));
    memory wanted(desc.weights_desc(), device.engine);
    dnnl::reorder(ours, wanted).execute(device.stream, ours, wanted);
    memory in(x_desc, device.engine, const_cast<std::uint8_t*>(x)), out(y_desc, device.engine, y);
    dnnl::convolution_forward(desc).execute(
        device.stream, {{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, wanted}, {DNNL_ARG_DST, out}});
    device.stream.wait();
}

/// The same by loops.
void by_loops(const IntegerShape& s, const std::uint8_t* x, const std::int8_t* w, std::int32_t* y) {
    const std::size_t width = s.width + 2 * s.padding, row = s.kernel * s.in;
    const std::size_t image = (s.height + 2 * s.padding) * width * s.in;
    for (std::size_t n = 0; n < s.samples; ++n) {
        for (std::size_t h = 0; h < s.out_height(); ++h) {
            for (std::size_t v = 0; v < s.out_width(); ++v) {
                const std::uint8_t* corner = x + n * image + (h * width + v) * s.in;
                for (std::size_t o = 0; o < s.out; ++o) {
                    std::int32_t sum = 0;
                    for (std::size_t r = 0; r < s.kernel; ++r) {
                        const std::uint8_t* pixels = corner + r * width * s.in;
                        const std::int8_t* weights = w + (o * s.kernel + r) * row;
                        for (std::size_t i = 0; i < row; ++i) { // pixels beside each other
                            sum += std::int32_t{pixels[i]} * std::int32_t{weights[i]};
                        }
                    }
                    *y++ = sum;
                }
            }
        }
    }
}

void integer_convolution(Device& device, const IntegerShape& s, const std::uint8_t* x,
                         const std::int8_t* w, std::int32_t* y) {
    if (s.samples == 0) {
        return;
    }
    const std::vector<std::uint8_t> images = padded(s, x);
    if (sums_are_exact()) {
        const SingleThreaded primitives;
        by_library(cpu_device(device), s, images.data(), w, y);
    } else {
        by_loops(s, images.data(), w, y);
    }
    std::vector<std::int32_t> of_zero(s.out); // what the zero point has added to every sum
    for (std::size_t i = 0; i < s.out * s.taps(); ++i) {
        of_zero[i / s.taps()] += s.zero * std::int32_t{w[i]};
    }
    for (std::size_t i = 0; i < s.samples * s.out_height() * s.out_width() * s.out; ++i) {
        y[i] -= of_zero[i % s.out];
    }
}

} // namespace

void integer_contracts(Backend& backend) {
    backend.set(kernels::integer_convolution, integer_convolution);
}

} // namespace fedmrn::kernels::cpu
