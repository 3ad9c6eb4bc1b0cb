// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "engine/model/layers/reals.hpp"
#include "fedmrn/layers.hpp"
#include "fedmrn/schema.hpp"

// The layers of the engine that have a name: those that take one value.
namespace fedmrn {
namespace {

constexpr std::int64_t most = 1 << 24; ///< channels, units, words

/// How weights start: N(0, deviation²), where it is 0 as He et al. have it.
Initial initial_of(double deviation) {
    return deviation == 0 ? Initial::he() : Initial::normal(static_cast<float>(deviation));
}

constexpr const char* deviation_help =
    "weights start N(0, deviation²); 0: N(0, 2 / fan-in), He et al., 2015";

/// An entry whose layer is made of its options alone.
template <class T, class Make>
LayerEntry entry(const char* name, const char* help, const Schema<T>& schema, const Make& make) {
    LayerEntry made{{name, name, help, schema.options()}};
    made.make = [schema, make](const Options& said, const Tensor& x) {
        if constexpr (requires { make(schema.read(said), x); }) {
            return make(schema.read(said), x);
        } else {
            return make(schema.read(said));
        }
    };
    return made;
}

struct ConvOptions {
    std::uint32_t out = 1, kernel = 3, padding = 0;
    double deviation = 0;
};

LayerEntry conv_entry() {
    using O = ConvOptions;
    return entry("conv", "convolution of stride 1, without a bias",
                 Schema<O>()
                     .integer("out", &O::out, 1, most, "channels that it makes")
                     .required()
                     .integer("kernel", &O::kernel, 1, 255, "its side")
                     .integer("padding", &O::padding, 0, 255, "zeros around the image")
                     .number("deviation", &O::deviation, {'[', 0, 100, ']'}, deviation_help),
                 [](const O& o) {
                     return conv2d({o.out, o.kernel, o.padding, initial_of(o.deviation)});
                 });
}

LayerEntry batchnorm_entry() {
    using O = BatchNorm;
    return entry(
        "batchnorm", "BatchNorm, then ReLU and a max-pool where they are said",
        Schema<O>()
            .boolean("relu", &O::relu, "max(x, 0) after it")
            .integer("pool", &O::pool, 1, 15, "window and stride of the max-pool; 1: none"),
        [](const O& o) { return batchnorm(o); });
}

LayerEntry pool_entry(const char* name, const char* help, bool average) {
    using O = Pooling;
    const auto schema =
        Schema<O>()
            .integer("size", &O::window, 1, 15, "window and stride")
            .boolean("bias", &O::bias, "one per channel, added before: of the layer before")
            .boolean("relu", &O::relu, "max(x, 0) after the bias, before the pool");
    LayerEntry made = entry(name, help, schema, [average](O o) {
        o.average = average;
        return pooling(o);
    });
    made.joins = [schema](const Options& said) { return schema.read(said).bias; };
    return made;
}

struct LinearOptions {
    std::uint32_t out = 1;
    bool bias = true;
    double deviation = 0;
};

LayerEntry linear_entry() {
    using O = LinearOptions;
    return entry("linear", "all elements of a sample, or of a token, to units",
                 Schema<O>()
                     .integer("out", &O::out, 1, most, "units that it makes")
                     .required()
                     .boolean("bias", &O::bias, "one per unit")
                     .number("deviation", &O::deviation, {'[', 0, 100, ']'}, deviation_help),
                 [](const O& o) {
                     return linear({o.out, o.bias, initial_of(o.deviation)});
                 });
}

struct EmbeddingOptions {
    std::uint32_t vocabulary = 1, dim = 1;
    double deviation = 1;
};

LayerEntry embedding_entry() {
    using O = EmbeddingOptions;
    return entry("embedding", "a row of weights for each token",
                 Schema<O>()
                     .integer("vocabulary", &O::vocabulary, 1, most, "tokens that there are")
                     .required()
                     .integer("dim", &O::dim, 1, most, "elements of a row")
                     .required()
                     .number("deviation", &O::deviation, {'[', 0, 100, ']'}, deviation_help),
                 [](const O& o) {
                     return embedding({o.vocabulary, o.dim, initial_of(o.deviation)});
                 });
}

/// Of images it is the ReLU that pooling has, without a pool: theirs may be narrower than float32.
LayerEntry relu_entry() {
    return entry(
        "relu", "max(x, 0)", Schema<std::monostate>(), [](const std::monostate&, const Tensor& x) {
            return x.element == Element::f32 ? relu() : pooling({.window = 1, .relu = true});
        });
}

LayerEntry plain(const char* name, const char* help, LayerPtr (*make)()) {
    return entry(name, help, Schema<std::monostate>(),
                 [make](const std::monostate&) { return make(); });
}

} // namespace

Registry<LayerEntry>& layers() {
    static Registry<LayerEntry> registry(
        "layer", {
                     conv_entry(),
                     batchnorm_entry(),
                     pool_entry("maxpool", "the largest of each window", false),
                     pool_entry("avgpool", "the mean of each window", true),
                     relu_entry(),
                     plain("flatten", "a sample as one row of elements", flatten),
                     linear_entry(),
                     embedding_entry(),
                     plain("per_token", "[T, …] a sample as […] a token of T", per_token),
                     plain("per_sample", "[…] a token of T as [T, …] a sample", per_sample),
                 });
    return registry;
}

void check_layer(const Choice& choice) {
    const LayerEntry& entry = layers().checked(choice);
    for (const Option& option : entry.options) {
        if (option.required && !choice.options.contains(option.name)) {
            throw Error("expected " + option.name + ": " + option.help);
        }
    }
}

LayerPtr make_layer(const Choice& choice, const Tensor& x) {
    check_layer(choice);
    return layers().at(choice.name).make(choice.options, x);
}

} // namespace fedmrn
