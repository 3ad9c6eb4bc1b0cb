// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "bench/support/choice.hpp"
#include "engine/model/layers/batchnorm.hpp"
#include "engine/model/layers/convolution.hpp"
#include "engine/model/layers/linear.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/lane.hpp"

// What every benchmark starts from: a device, CNN4's layers, arrays of random numbers.
namespace fedmrn::bench {

inline constexpr std::size_t batch = 64;

/// CNN4 on images of 28 × 28.
inline const Model& cnn4() {
    static const Model model = make_model("cnn4", shape_of_images({28, 28, 1}, 10));
    return model;
}

/// Calls body(layer, what it reads) for each of a model's layers of a type, in order.
template <class Type, class Body> void for_layers(const Model& model, const Body& body) {
    for (const Model::Node& node : model.nodes) {
        if (const auto* layer = dynamic_cast<const Type*>(node.layer.get())) {
            body(*layer, model.values[node.in[0]]);
        }
    }
}

/// CNN4's number-th layer of a type, from 1, as the kernels see it.
template <class Type> auto shape_of(std::int64_t number, std::size_t lanes, Real real) {
    using Shape = decltype(std::declval<const Type&>().shape(Tensor(), 1, 1));
    std::optional<Shape> shape;
    for_layers<Type>(cnn4(), [&](const Type& layer, const Tensor& in) {
        if (--number == 0) {
            shape = layer.shape(in, lanes, batch);
            shape->real = real;
        }
    });
    if (!shape) {
        throw Error("bench: CNN4 has no such layer");
    }
    return *shape;
}

/// The argument "bits" of a benchmark.
inline Real real_of(std::int64_t bits) { return bits == 32 ? Real::f32 : Real::bf16; }

/// Lanes in the middle of their clients' training, each with a full batch.
inline Buffer<LaneState> busy_lanes(std::size_t lanes) {
    std::vector<LaneState> states(lanes);
    for (std::size_t l = 0; l < lanes; ++l) {
        states[l] = {
            .seed = 7 + l, .first = 0, .count = 600, .step = 4, .steps = 10, .samples = batch};
    }
    return {device(), states};
}
inline Buffer<LaneState> one_lane() { return busy_lanes(1); }

/// Uniform in (−amplitude, amplitude).
inline std::vector<float> random_floats(std::size_t size, float amplitude = 1) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t word = formula::element_word(1, i, 0, formula::purpose_synthetic);
        values[i] = amplitude * (static_cast<float>(word >> 8) * 0x1p-23f - 1.0f);
    }
    return values;
}

/// The same, repeated after a million values.
inline Buffer<float> random_array(std::size_t size, float amplitude = 1) {
    const std::vector<float> values =
        random_floats(std::min<std::size_t>(size, 1 << 20), amplitude);
    Buffer<float> buffer(device(), size);
    for (std::size_t at = 0; at < size; at += values.size()) {
        buffer.write(std::span(values).first(std::min(values.size(), size - at)), at);
    }
    return buffer;
}

/// Activations of type real, of every lane the same.
inline Buffer<std::byte> random_activations(Real real, std::size_t size, std::size_t lanes = 1) {
    const std::vector<float> values = random_floats(size);
    std::vector<formula::Bf16> narrow;
    if (real == Real::bf16) {
        for (const float value : values) {
            narrow.push_back(formula::from_float<formula::Bf16>(value));
        }
    }
    const auto bytes =
        real == Real::f32 ? std::as_bytes(std::span(values)) : std::as_bytes(std::span(narrow));
    Buffer<std::byte> buffer(device(), lanes * bytes.size());
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        buffer.write(bytes, lane * bytes.size());
    }
    return buffer;
}

} // namespace fedmrn::bench
