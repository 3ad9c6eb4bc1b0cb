// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/convolution_cache.hpp"

#include <optional>

namespace fedmrn::kernels::cpu {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
using Type = memory::data_type;
using Use = Operand::Use;

memory::dim dim(std::size_t n) { return static_cast<memory::dim>(n); }

/// Where Winograd's F(4×4, 3×3) is the faster algorithm: measured on Zen 4 for each pass of CNN4's
/// and CNN8's layers. It changes float results within their tolerance, and no bit that is promised.
enum class Pass { forward, backward_data, backward_weights };

bool prefers_winograd(const ConvolutionShape& s, Pass pass) {
    const bool possible =
        s.real == Real::f32 && s.kernel == 3 && s.padding == 1 && s.in % 16 == 0 && s.out % 16 == 0;
    const std::size_t least = pass == Pass::backward_weights ? 3 : 7;
    return possible && s.height >= least && s.width >= least;
}

/// The tensors of a convolution as oneDNN describes them.
struct Descriptions {
    memory::dims x, w, y, pad;
    Type real;

    Descriptions(const ConvolutionShape& s, std::size_t n)
        : x{dim(n), dim(s.in), dim(s.height), dim(s.width)}, w{dim(s.out), dim(s.in), dim(s.kernel),
                                                               dim(s.kernel)},
          y{dim(n), dim(s.out), dim(s.out_height()), dim(s.out_width())}, pad{dim(s.padding),
                                                                              dim(s.padding)},
          real(s.real == Real::f32 ? Type::f32 : Type::bf16) {}

    [[nodiscard]] memory::desc image() const { return {x, real, Tag::nhwc}; }
    [[nodiscard]] memory::desc output() const { return {y, real, Tag::nhwc}; }
    [[nodiscard]] memory::desc weights() const { return {w, Type::f32, Tag::ohwi}; }
};

/// Calls make(algorithm, layout of images) with Winograd where it is preferred and there, else with
/// the direct algorithm.
template <class Make> auto choose(const ConvolutionShape& shape, Pass pass, const Make& make) {
    if (prefers_winograd(shape, pass)) {
        try {
            return make(dnnl::algorithm::convolution_winograd, Tag::any);
        } catch (const dnnl::error& error) { // no AVX-512, say
            if (error.status != dnnl_unimplemented) {
                throw;
            }
        }
    }
    return make(dnnl::algorithm::convolution_direct, Tag::nhwc);
}

dnnl::convolution_forward::primitive_desc forward_desc(const dnnl::engine& engine,
                                                       const Descriptions& d,
                                                       dnnl::algorithm algorithm, Tag tag) {
    return {{dnnl::prop_kind::forward_training,
             algorithm,
             memory::desc(d.x, d.real, tag),
             memory::desc(d.w, d.real, Tag::any),
             memory::desc(d.y, d.real, tag),
             {1, 1},
             d.pad,
             d.pad},
            own_scratch(),
            engine};
}

Convolution::Forward make_forward(const dnnl::engine& engine, const ConvolutionShape& shape,
                                  const Descriptions& d) {
    const auto desc = choose(shape, Pass::forward, [&](dnnl::algorithm algorithm, Tag tag) {
        return forward_desc(engine, d, algorithm, tag);
    });
    return {dnnl::convolution_forward(desc),
            {d.image(), desc.src_desc(), Use::input, engine},
            {d.weights(), desc.weights_desc(), Use::input, engine},
            {d.output(), desc.dst_desc(), Use::output, engine},
            dnnl::memory(desc.scratchpad_desc(), engine)};
}

Convolution::BackwardData make_backward_data(const dnnl::engine& engine,
                                             const ConvolutionShape& shape, const Descriptions& d) {
    const auto desc = choose(shape, Pass::backward_data, [&](dnnl::algorithm algorithm, Tag tag) {
        return dnnl::convolution_backward_data::primitive_desc(
            {algorithm,
             memory::desc(d.x, d.real, tag),
             memory::desc(d.w, d.real, Tag::any),
             memory::desc(d.y, d.real, tag),
             {1, 1},
             d.pad,
             d.pad},
            own_scratch(), engine, forward_desc(engine, d, algorithm, tag));
    });
    return {dnnl::convolution_backward_data(desc),
            {d.output(), desc.diff_dst_desc(), Use::input, engine},
            {d.weights(), desc.weights_desc(), Use::input, engine},
            {d.image(), desc.diff_src_desc(), Use::output, engine},
            dnnl::memory(desc.scratchpad_desc(), engine)};
}

Convolution::BackwardWeights make_backward_weights(const dnnl::engine& engine,
                                                   const ConvolutionShape& shape,
                                                   const Descriptions& d) {
    const auto desc =
        choose(shape, Pass::backward_weights, [&](dnnl::algorithm algorithm, Tag tag) {
            return dnnl::convolution_backward_weights::primitive_desc(
                {algorithm,
                 memory::desc(d.x, d.real, tag),
                 memory::desc(d.w, Type::f32, Tag::any),
                 memory::desc(d.y, d.real, tag),
                 {1, 1},
                 d.pad,
                 d.pad},
                own_scratch(), engine, forward_desc(engine, d, algorithm, tag));
        });
    return {dnnl::convolution_backward_weights(desc),
            {d.image(), desc.src_desc(), Use::input, engine},
            {d.output(), desc.diff_dst_desc(), Use::input, engine},
            {d.weights(), desc.diff_weights_desc(), Use::output, engine},
            dnnl::memory(desc.scratchpad_desc(), engine)};
}

} // namespace

Convolution::Convolution(const dnnl::engine& engine, const ConvolutionShape& shape,
                         std::size_t samples)
    : forward(make_forward(engine, shape, {shape, samples})),
      backward_data(make_backward_data(engine, shape, {shape, samples})),
      backward_weights(make_backward_weights(engine, shape, {shape, samples})) {}

Convolution& ConvolutionCache::get(const dnnl::engine& engine, const ConvolutionShape& shape,
                                   std::size_t samples) {
    const Key key{samples,   shape.height, shape.width,   shape.in,
                  shape.out, shape.kernel, shape.padding, shape.real};
    const auto found = entries_.find(key);
    return found != entries_.end()
               ? found->second
               : entries_.try_emplace(key, engine, shape, samples).first->second;
}

} // namespace fedmrn::kernels::cpu
