// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/model/layers.hpp"
#include "fedmrn/error.hpp"
#include "kernels/device.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/lane.hpp"

// What every benchmark starts from: a device, CNN4's layers, arrays of random numbers.
namespace fedmrn::bench {

inline constexpr std::size_t batch = 64;

inline Device& device() {
    static const std::unique_ptr<Device> opened = open_device(DeviceKind::cpu);
    return *opened;
}

/// CNN4 on images of 28 × 28.
inline const ModelSpec& cnn4() {
    static const ModelSpec model = make_model("cnn4", {28, 28, 1}, 10);
    return model;
}

/// CNN4's number-th layer of a kind, from 1.
inline const LayerSpec& layer(LayerKind kind, std::int64_t number) {
    for (const LayerSpec& layer : cnn4().layers) {
        if (layer.kind == kind && --number == 0) {
            return layer;
        }
    }
    throw Error("bench: CNN4 has no such layer");
}

/// The argument "bits" of a benchmark.
inline Real real_of(std::int64_t bits) { return bits == 32 ? Real::f32 : Real::bf16; }

/// One lane in the middle of its client's training, with a full batch.
inline Buffer<LaneState> one_lane() {
    return {device(),
            std::vector<LaneState>{
                {.seed = 7, .first = 0, .count = 600, .step = 4, .steps = 10, .samples = batch}}};
}

/// Uniform in (−amplitude, amplitude).
inline std::vector<float> random_floats(std::size_t size, float amplitude = 1) {
    std::vector<float> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t word = formula::element_word(1, i, 0, formula::purpose_synthetic);
        values[i] = amplitude * (static_cast<float>(word >> 8) * 0x1p-23f - 1.0f);
    }
    return values;
}

inline Buffer<float> random_array(std::size_t size, float amplitude = 1) {
    return {device(), random_floats(size, amplitude)};
}

/// Activations of type real.
inline Buffer<std::byte> random_activations(Real real, std::size_t size) {
    Buffer<std::byte> buffer(device(), size * size_of(real));
    const std::vector<float> values = random_floats(size);
    if (real == Real::f32) {
        buffer.write(std::as_bytes(std::span(values)));
        return buffer;
    }
    std::vector<formula::Bf16> narrow(size);
    for (std::size_t i = 0; i < size; ++i) {
        narrow[i] = formula::from_float<formula::Bf16>(values[i]);
    }
    buffer.write(std::as_bytes(std::span(narrow)));
    return buffer;
}

} // namespace fedmrn::bench
