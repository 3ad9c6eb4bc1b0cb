// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/lane.hpp"

namespace fedmrn::test {

inline std::vector<float> random_floats(std::size_t size, std::uint32_t seed, float scale = 1.0f) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-scale, scale);
    std::vector<float> values(size);
    for (float& value : values) {
        value = uniform(random);
    }
    return values;
}

/// Lanes at different places of their clients' training; the second and the last are idle, the
/// third is at a short batch.
inline std::vector<LaneState> mixed_lanes(std::size_t lanes, std::uint32_t batch) {
    std::vector<LaneState> states(lanes);
    for (std::uint32_t l = 0; l < lanes; ++l) {
        if (l == 1 || (l + 1 == lanes && lanes > 2)) {
            continue;
        }
        LaneState& state = states[l];
        state.seed = 0x9E3779B97F4A7C15u * (l + 1);
        state.first = 7 * l;
        state.count = 3 * batch - 3 * l % batch;
        state.step = 4 * l;
        state.steps = 40;
        state.samples = formula::batch_samples(state, batch);
    }
    return states;
}

/// What body(device) returns, from the CPU device and from the CUDA device.
template <class Body> auto on_both(const Body& body) {
    const auto cpu = open_device(DeviceKind::cpu), cuda = open_device(DeviceKind::cuda);
    return std::pair{body(*cpu), body(*cuda)};
}

template <class T> std::string bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline const std::string& bytes_of(const std::string& bytes) { return bytes; }

/// Every bit the same; body returns a vector, or bytes.
template <class Body> void expect_same_bits(const Body& body, const std::string& what) {
    const auto [cpu, cuda] = on_both(body);
    ASSERT_EQ(cpu.size(), cuda.size());
    EXPECT_TRUE(bytes_of(cpu) == bytes_of(cuda)) << what;
}

/// |cuda − cpu| ≤ tolerance · (largest |cpu| of the vector); body returns a vector of floats.
template <class Body>
void expect_close(const Body& body, double tolerance, const std::string& what) {
    const auto [cpu, cuda] = on_both(body);
    ASSERT_EQ(cpu.size(), cuda.size());
    double largest = 1e-30, worst = 0;
    std::size_t where = 0;
    for (std::size_t i = 0; i < cpu.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(cpu[i])));
        const double error = std::abs(static_cast<double>(cpu[i]) - static_cast<double>(cuda[i]));
        if (!(error <= worst) && !std::isnan(worst)) { // not a number is the worst of all
            worst = error;
            where = i;
        }
    }
    EXPECT_LE(worst, tolerance * largest) << what << ": element " << where << " of " << cpu.size()
                                          << " is " << cuda[where] << ", expected " << cpu[where];
}

inline std::vector<std::byte> encoded(const std::vector<float>& values, Real real) {
    std::vector<std::byte> bytes(values.size() * size_of(real));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (real == Real::f32) {
            std::memcpy(bytes.data() + 4 * i, &values[i], 4);
        } else {
            const auto narrow = formula::from_float<formula::Bf16>(values[i]);
            std::memcpy(bytes.data() + 2 * i, &narrow, 2);
        }
    }
    return bytes;
}

inline std::vector<float> decoded(const std::vector<std::byte>& bytes, Real real) {
    std::vector<float> values(bytes.size() / size_of(real));
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (real == Real::f32) {
            std::memcpy(&values[i], bytes.data() + 4 * i, 4);
        } else {
            formula::Bf16 narrow{};
            std::memcpy(&narrow, bytes.data() + 2 * i, 2);
            values[i] = to_float(narrow);
        }
    }
    return values;
}

} // namespace fedmrn::test
