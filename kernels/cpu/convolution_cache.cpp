// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/convolution_cache.hpp"

#include <mutex>
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

bool prefers_winograd(const ConvolutionShape& s, Type real, Pass pass) {
    const bool possible =
        real == Type::f32 && s.kernel == 3 && s.padding == 1 && s.in % 16 == 0 && s.out % 16 == 0;
    const std::size_t least = pass == Pass::backward_weights ? 3 : 7;
    return possible && s.height >= least && s.width >= least;
}

/// A convolution of one batch size as oneDNN describes it. Where oneDNN has no bf16 for this CPU,
/// real becomes float32, and the operands convert: products of bf16 values are exact in it.
struct Description {
    const ConvolutionShape& shape;
    memory::dims x, w, y, pad;
    Type real;

    Description(const ConvolutionShape& s, std::size_t n)
        : shape(s), x{dim(n), dim(s.in), dim(s.height), dim(s.width)}, w{dim(s.out), dim(s.in),
                                                                         dim(s.kernel),
                                                                         dim(s.kernel)},
          y{dim(n), dim(s.out), dim(s.out_height()), dim(s.out_width())}, pad{dim(s.padding),
                                                                              dim(s.padding)},
          real(s.real == Real::f32 ? Type::f32 : Type::bf16) {}

    [[nodiscard]] bool converts() const { return shape.real == Real::bf16 && real == Type::f32; }

    Operand image(const memory::desc& wanted, Use use, const dnnl::engine& engine) const {
        return images(x, wanted, use, engine);
    }
    Operand output(const memory::desc& wanted, Use use, const dnnl::engine& engine) const {
        return images(y, wanted, use, engine);
    }
    /// Weights, as the primitive multiplies them, or their gradient, which is float32.
    Operand weights(const memory::desc& wanted, Use use, const dnnl::engine& engine) const {
        const bool rounded = converts() && use == Use::input;
        return {{w, Type::f32, Tag::ohwi},
                wanted,
                use,
                engine,
                rounded ? Values::narrowed : Values::as_they_are};
    }

private:
    Operand images(const memory::dims& dims, const memory::desc& wanted, Use use,
                   const dnnl::engine& engine) const {
        return {{dims, real, Tag::nhwc},
                wanted,
                use,
                engine,
                converts() ? Values::widened : Values::as_they_are};
    }
};

/// Held while oneDNN makes a primitive or is asked for one: lanes and experiments want the same
/// ones at the same time, and it shares what it compiles.
std::mutex& making() {
    static std::mutex mutex;
    return mutex;
}

/// make(algorithm, layout of images), or nothing where oneDNN has no such primitive for this CPU.
template <class Make>
auto attempt(const Make& make, dnnl::algorithm algorithm, Tag layout)
    -> std::optional<decltype(make(algorithm, layout))> {
    try {
        return make(algorithm, layout);
    } catch (const dnnl::error& error) {
        if (error.status != dnnl_unimplemented) {
            throw;
        }
        return std::nullopt;
    }
}

/// Winograd where it is preferred and there, else the direct algorithm, in bf16 where that is asked
/// for and there, else in float32, which is always there.
template <class Make> auto choose(Description& d, Pass pass, const Make& make) {
    for (;;) {
        if (prefers_winograd(d.shape, d.real, pass)) {
            if (auto made = attempt(make, dnnl::algorithm::convolution_winograd, Tag::any)) {
                return *std::move(made);
            }
        }
        if (d.real == Type::f32) {
            return make(dnnl::algorithm::convolution_direct, Tag::nhwc);
        }
        if (auto made = attempt(make, dnnl::algorithm::convolution_direct, Tag::nhwc)) {
            return *std::move(made);
        }
        d.real = Type::f32;
    }
}

dnnl::convolution_forward::primitive_desc
forward_desc(const dnnl::engine& engine, const Description& d, dnnl::algorithm algorithm, Tag tag) {
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

Convolution::Forward make_forward(const dnnl::engine& engine, Description d) {
    const auto desc = choose(d, Pass::forward, [&](dnnl::algorithm algorithm, Tag tag) {
        return forward_desc(engine, d, algorithm, tag);
    });
    return {dnnl::convolution_forward(desc), d.image(desc.src_desc(), Use::input, engine),
            d.weights(desc.weights_desc(), Use::input, engine),
            d.output(desc.dst_desc(), Use::output, engine),
            Scratch(desc.scratchpad_desc(), engine)};
}

Convolution::BackwardData make_backward_data(const dnnl::engine& engine, Description d) {
    const auto desc = choose(d, Pass::backward_data, [&](dnnl::algorithm algorithm, Tag tag) {
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
            d.output(desc.diff_dst_desc(), Use::input, engine),
            d.weights(desc.weights_desc(), Use::input, engine),
            d.image(desc.diff_src_desc(), Use::output, engine),
            Scratch(desc.scratchpad_desc(), engine)};
}

Convolution::BackwardWeights make_backward_weights(const dnnl::engine& engine, Description d) {
    const auto desc = choose(d, Pass::backward_weights, [&](dnnl::algorithm algorithm, Tag tag) {
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
    return {dnnl::convolution_backward_weights(desc), d.image(desc.src_desc(), Use::input, engine),
            d.output(desc.diff_dst_desc(), Use::input, engine),
            d.weights(desc.diff_weights_desc(), Use::output, engine),
            Scratch(desc.scratchpad_desc(), engine)};
}

} // namespace

Convolution::Convolution(const dnnl::engine& engine, const ConvolutionShape& shape,
                         std::size_t samples)
    : forward(make_forward(engine, {shape, samples})),
      backward_data(make_backward_data(engine, {shape, samples})),
      backward_weights(make_backward_weights(engine, {shape, samples})) {}

bool multiplies_bf16(const dnnl::engine& engine) {
    const std::scoped_lock lock(making());
    ConvolutionShape shape;
    shape.height = shape.width = 8;
    shape.in = shape.out = 16;
    shape.real = Real::bf16;
    Description d(shape, 1);
    choose(d, Pass::forward, [&](dnnl::algorithm algorithm, Tag tag) {
        return forward_desc(engine, d, algorithm, tag);
    });
    return !d.converts();
}

Convolution& ConvolutionCache::get(const dnnl::engine& engine, const ConvolutionShape& shape,
                                   std::size_t samples) {
    const Key key{samples,   shape.height, shape.width,   shape.in,
                  shape.out, shape.kernel, shape.padding, shape.real};
    if (const auto found = entries_.find(key); found != entries_.end()) {
        return found->second;
    }
    const std::scoped_lock lock(making());
    return entries_.try_emplace(key, engine, shape, samples).first->second;
}

} // namespace fedmrn::kernels::cpu
