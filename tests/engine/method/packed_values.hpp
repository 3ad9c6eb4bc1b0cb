// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/formula/centroids.hpp"
#include "kernels/formula/hadamard.hpp"
#include "tests/support/method_test.hpp"
#include "tests/support/option.hpp"

namespace fedmrn::test {

/// Whether a method rotates slices of the update before it packs them.
inline bool rotates(const MethodConfig& config) {
    return config.name == "drive" || config.name == "eden";
}

/// S H r / √n in float64, in place; the signs are those of elements `first` and on.
inline void rotate_back(std::vector<double>& r, std::uint64_t seed, std::size_t first) {
    const std::size_t n = r.size();
    for (std::size_t h = 1; h < n; h *= 2) {
        for (std::size_t i = 0; i < n; ++i) {
            if ((i & h) != 0) continue;
            const double a = r[i], b = r[i + h];
            r[i] = a + b;
            r[i + h] = a - b;
        }
    }
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t word = formula::sign_word(seed, (first + i) / 32);
        r[i] *= ((word >> (first + i) % 32 & 1U) != 0 ? -1.0 : 1.0) / std::sqrt(double(n));
    }
}

/// The values of a message's packed tensors in float64, read as docs/message.md draws them and not
/// by the engine's formulas. Without a scale they are ±1.
inline std::vector<double> values_of(const Message& message, const MethodConfig& config) {
    std::vector<double> values;
    std::size_t word = 0, scale = 0;
    for (const TensorEntry& entry : message.tensors) {
        const unsigned bits = code_bits(entry.encoding);
        if (bits == 0) continue;
        std::vector<double> own;
        for (std::size_t i = 0; i < entry.elements; ++i) {
            unsigned code = 0;
            for (unsigned p = 0; p < bits; ++p) {
                code |= (message.packed[word + i / 32 * bits + p] >> i % 32 & 1U) << p;
            }
            const std::size_t bucket = has_buckets(entry.encoding) ? i / 512 : 0;
            double size = has_scale(entry.encoding) ? double{message.scales[scale + bucket]} : 1.0;
            if (config.name == "terngrad") size *= code >> 1;
            if (config.name == "qsgd")
                size *= (code >> 1) / double(option<std::int64_t>(config, "levels"));
            if (rotates(config)) {
                const double* centroid = formula::lloyd_max[bits - 1];
                size *= centroid[code >> 1] / centroid[(1U << (bits - 1)) - 1];
            }
            own.push_back((code & 1) != 0 ? -size : size);
        }
        if (rotates(config)) rotate_back(own, message.seed, values.size());
        values.insert(values.end(), own.begin(), own.end());
        word += (entry.elements + 31) / 32 * bits;
        if (has_scale(entry.encoding))
            scale += has_buckets(entry.encoding) ? (entry.elements + 511) / 512 : 1;
    }
    return values;
}

/// What float32 may round of a value beside the value's own last bits: a rotation adds up all of
/// its slice, a stage after the other, each off by 2⁻²⁴ of values as large as the scale.
inline double rounding(const Message& message, const MethodConfig& config) {
    if (!rotates(config)) return 0.0;
    return 0x1p-20 * double{*std::max_element(message.scales.begin(), message.scales.end())};
}

/// One weight matrix of `elements` and a bias of one.
inline ParameterLayout one_tensor(std::size_t elements) {
    return {{{"w", Role::masked, {elements}, 0}, {"b", Role::dense, {1}, elements}},
            elements,
            elements + 1,
            elements + 1};
}

/// Its message from an update of the weights.
inline Message message_from(Device& device, const Method& method, std::vector<float> update,
                            std::uint64_t seed = 1) {
    update.push_back(0.0f);
    const Buffer<float> u(device, update);
    return sent_by(method, device, {1, u.data()}, {1, seed, 1, u.data(), u.data()});
}

/// ‖decode(D) − D‖² / ‖D‖².
inline double normalised_error(const std::vector<double>& decoded, const std::vector<float>& d) {
    double error = 0, square = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {
        error += std::pow(decoded[i] - double{d[i]}, 2);
        square += std::pow(double{d[i]}, 2);
    }
    return error / square;
}

} // namespace fedmrn::test
