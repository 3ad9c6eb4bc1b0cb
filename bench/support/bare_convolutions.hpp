// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "bench/support/peaks.hpp"
#include "bench/support/setup.hpp"

namespace fedmrn::bench {

/// How bare convolutions run: by the direct algorithm, with images as the primitive likes them best
/// or channels last; or each primitive by the faster of the direct and Winograd's algorithm.
enum class Bare { direct, channels_last, fastest };

/// CNN4's four convolutions straight through oneDNN, batch 64, one thread, no reorders: weights,
/// and unless channels_last images too, lie as each primitive likes best. Nothing is handed from
/// layer to layer, so this is what the library gives at best, and the yardstick of the engine's
/// step.
class BareConvolutions {
public:
    BareConvolutions(Real real, Bare how) : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
        const kernels::cpu::SingleThreaded primitives;
        for_layers<Convolution>(cnn4(), [&](const Convolution& layer, const Tensor& in) {
            layers_.push_back(choose(layer.shape(in, 1, batch), real, how));
        });
    }

    void forward() {
        const kernels::cpu::SingleThreaded primitives;
        for (Layer& l : layers_) {
            run(l.forward);
        }
    }
    /// Without the gradient of the images, which nobody needs.
    void backward() {
        const kernels::cpu::SingleThreaded primitives;
        for (std::size_t i = layers_.size(); i-- > 0;) {
            run(layers_[i].weights);
            if (i != 0) {
                run(layers_[i].data);
            }
        }
    }

private:
    using Memory = dnnl::memory;
    struct Call {
        dnnl::primitive primitive;
        std::unordered_map<int, Memory> arguments;
    };
    struct Layer {
        Call forward, data, weights;
    };

    void run(Call& call) { call.primitive.execute(stream_, call.arguments); }

    [[nodiscard]] Memory filled(const Memory::desc& desc) const {
        Memory memory(desc, engine_);
        std::memset(memory.get_data_handle(), 0x3c, desc.get_size()); // 0x3c3c: 0.0115
        return memory;
    }

    [[nodiscard]] Layer choose(const kernels::ConvolutionShape& spec, Real real, Bare how) {
        const auto tag =
            how == Bare::channels_last ? Memory::format_tag::nhwc : Memory::format_tag::any;
        Layer best = make(spec, real, tag, dnnl::algorithm::convolution_direct);
        if (how != Bare::fastest) {
            return best;
        }
        try {
            Layer other = make(spec, real, tag, dnnl::algorithm::convolution_winograd);
            for (Call Layer::*call : {&Layer::forward, &Layer::data, &Layer::weights}) {
                const auto seconds = [&](Call& c) {
                    run(c);
                    return timings([&] { run(c); }, 0.1).median;
                };
                if (seconds(other.*call) < seconds(best.*call)) {
                    best.*call = other.*call;
                }
            }
        } catch (const dnnl::error&) { // no Winograd for this type, CPU or version
        }
        return best;
    }

    [[nodiscard]] Layer make(const kernels::ConvolutionShape& layer, Real real,
                             Memory::format_tag tag, dnnl::algorithm algorithm) const {
        using Dims = Memory::dims;
        const auto type = real == Real::f32 ? Memory::data_type::f32 : Memory::data_type::bf16;
        const auto dims = [](auto... sides) { return Dims{static_cast<Memory::dim>(sides)...}; };
        const Dims x_dims = dims(batch, layer.in, layer.height, layer.width);
        const Dims w_dims = dims(layer.out, layer.in, layer.kernel, layer.kernel);
        const Dims y_dims = dims(batch, layer.out, layer.out_height(), layer.out_width());
        const Dims stride{1, 1}, pad = dims(layer.padding, layer.padding);
        const auto any = Memory::format_tag::any;
        const Memory::desc x(x_dims, type, tag), y(y_dims, type, tag), w(w_dims, type, any);
        const Memory::desc dw(w_dims, Memory::data_type::f32, any);
        const dnnl::convolution_forward::primitive_desc forward(
            {dnnl::prop_kind::forward_training, algorithm, x, w, y, stride, pad, pad}, engine_);
        const dnnl::convolution_backward_data::primitive_desc data(
            {algorithm, x, w, y, stride, pad, pad}, engine_, forward);
        const dnnl::convolution_backward_weights::primitive_desc weights(
            {algorithm, x, dw, y, stride, pad, pad}, engine_, forward);
        return {{dnnl::convolution_forward(forward),
                 {{DNNL_ARG_SRC, filled(forward.src_desc())},
                  {DNNL_ARG_WEIGHTS, filled(forward.weights_desc())},
                  {DNNL_ARG_DST, filled(forward.dst_desc())}}},
                {dnnl::convolution_backward_data(data),
                 {{DNNL_ARG_DIFF_DST, filled(data.diff_dst_desc())},
                  {DNNL_ARG_WEIGHTS, filled(data.weights_desc())},
                  {DNNL_ARG_DIFF_SRC, filled(data.diff_src_desc())}}},
                {dnnl::convolution_backward_weights(weights),
                 {{DNNL_ARG_SRC, filled(weights.src_desc())},
                  {DNNL_ARG_DIFF_DST, filled(weights.diff_dst_desc())},
                  {DNNL_ARG_DIFF_WEIGHTS, filled(weights.diff_weights_desc())}}}};
    }

    dnnl::engine engine_;
    dnnl::stream stream_;
    std::vector<Layer> layers_;
};

} // namespace fedmrn::bench
