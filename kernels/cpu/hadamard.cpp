// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include <algorithm>

#include "kernels/backends.hpp"
#include "kernels/cpu/random_tile.hpp"

namespace fedmrn::kernels::cpu {
namespace {

/// Values that stay in the first cache through all of their stages; as many as a tile of signs.
constexpr std::size_t chunk_size = formula::sign_tile;

/// The stages h = 1, 2 and 4.
void first_stages(float* values, std::size_t n) {
    for (std::size_t begin = 0; begin < n; begin += 8) {
        float *const v = values + begin, one[8], two[8];
        for (std::size_t i = 0; i < 8; i += 2) {
            one[i] = v[i] + v[i + 1];
            one[i + 1] = v[i] - v[i + 1];
        }
        for (const std::size_t i : {0, 1, 4, 5}) {
            two[i] = one[i] + one[i + 2];
            two[i + 2] = one[i] - one[i + 2];
        }
        for (std::size_t i = 0; i < 4; ++i) {
            v[i] = two[i] + two[i + 4];
            v[i + 4] = two[i] - two[i + 4];
        }
    }
}

/// The stage h, times unit.
void stage(float* values, std::size_t n, std::size_t h, float unit) {
    for (std::size_t begin = 0; begin < n; begin += 2 * h) {
        float* __restrict__ v = values + begin;
        for (std::size_t i = 0; i < h; ++i) {
            const float a = v[i], b = v[i + h];
            v[i] = (a + b) * unit;
            v[i + h] = (a - b) * unit;
        }
    }
}

/// The stages h and 2 h in one pass, times unit.
void two_stages(float* values, std::size_t n, std::size_t h, float unit) {
    for (std::size_t begin = 0; begin < n; begin += 4 * h) {
        float* __restrict__ v = values + begin;
        for (std::size_t i = 0; i < h; ++i) {
            const float a = v[i], b = v[i + h], c = v[i + 2 * h], d = v[i + 3 * h];
            const float sum = a + b, difference = a - b, sum2 = c + d, difference2 = c - d;
            v[i] = (sum + sum2) * unit;
            v[i + h] = (difference + difference2) * unit;
            v[i + 2 * h] = (sum - sum2) * unit;
            v[i + 3 * h] = (difference - difference2) * unit;
        }
    }
}

/// The stages h, 2 h, … end / 2; the last of them times unit.
void stages(float* values, std::size_t n, std::size_t h, std::size_t end, float unit) {
    if (h == 1 && end > 8) {
        first_stages(values, n);
        h = 8;
    }
    for (; 4 * h <= end; h *= 4) {
        two_stages(values, n, h, 4 * h == end ? unit : 1.0f);
    }
    if (h < end) {
        stage(values, n, h, unit);
    }
}

/// H / √n of values that fill(begin, count) writes, chunk by chunk.
template <class Fill> void transform(float* values, std::size_t n, const Fill& fill) {
    const std::size_t chunk = std::min(n, chunk_size);
    const float unit = formula::rotation_unit(n);
    for (std::size_t begin = 0; begin < n; begin += chunk) {
        fill(begin, chunk);
        stages(values + begin, chunk, 1, chunk, chunk == n ? unit : 1.0f);
    }
    stages(values, n, chunk, n, unit);
}

/// out = S values, `count` of them from element `first` on: a tile of signs or a part of one.
void put_signs(std::uint64_t seed, std::size_t first, std::size_t count, const float* values,
               float* out) {
    std::uint32_t words[formula::tile];
    random_tile(seed, first / chunk_size, 0, formula::purpose_sign, words);
    const std::size_t step = std::min<std::size_t>(count, 32);
    for (std::size_t i = 0; i < count; i += step) {
        const std::uint32_t word = words[(first + i) / 32 % formula::tile];
        for (std::size_t j = i; j < i + step; ++j) {
            out[j] = formula::with_sign(values[j], word, first + j);
        }
    }
}

/// The values of `count` codes from a slice's element `begin` on.
void decode(const formula::Codebook& book, const CodedSlice& client, std::size_t begin,
            std::size_t count) {
    const std::size_t step = std::min<std::size_t>(count, 32);
    for (std::size_t i = begin; i < begin + count; i += step) {
        const std::uint32_t* planes = client.words + i / 32 * book.bits;
        std::uint32_t codes[32] = {};
        for (unsigned p = 0; p < book.bits; ++p) {
            for (unsigned j = 0; j < 32; ++j) {
                codes[j] |= (planes[p] >> j & 1u) << p;
            }
        }
        for (std::size_t j = 0; j < step; ++j) {
            client.out[i + j] = client.scale * formula::centroid(book, codes[j]);
        }
    }
}

/// Partial sums in the order of formula::moment_rows.
struct Rows {
    double sum[formula::moment_rows] = {};
    double total() {
        for (std::size_t half = formula::moment_rows / 2; half > 0; half /= 2) {
            for (std::size_t t = 0; t < half; ++t) {
                sum[t] += sum[t + half];
            }
        }
        return sum[0];
    }
};

double square_of(const float* values, std::size_t n) {
    Rows rows;
    const std::size_t step = std::min<std::size_t>(n, formula::moment_rows);
    for (std::size_t begin = 0; begin < n; begin += step) {
        for (std::size_t t = 0; t < step; ++t) {
            const double wide = static_cast<double>(values[begin + t]);
            rows.sum[t] += wide * wide;
        }
    }
    return rows.total();
}

void encode(const formula::Codebook& book, formula::Estimate estimate, const CentroidSource& client,
            std::size_t n) {
    const double rr = square_of(client.values, n);
    const double per_deviation = formula::per_deviation(rr, n);
    Rows qr, qq;
    const std::size_t step = std::min<std::size_t>(n, 32);
    for (std::size_t begin = 0; begin < n; begin += step) {
        const float* values = client.values + begin;
        double *own_qr = qr.sum + begin % formula::moment_rows,
               *own_qq = qq.sum + begin % formula::moment_rows;
        std::uint32_t codes[32];
        for (std::size_t t = 0; t < step; ++t) {
            codes[t] = formula::nearest_code(book, values[t], per_deviation);
            const double q = static_cast<double>(formula::centroid(book, codes[t]));
            own_qr[t] += q * static_cast<double>(values[t]);
            own_qq[t] += q * q;
        }
        for (unsigned p = 0; p < book.bits; ++p) {
            std::uint32_t plane = 0;
            for (std::size_t t = 0; t < step; ++t) {
                plane |= (codes[t] >> p & 1u) << t;
            }
            client.words[begin / 32 * book.bits + p] = plane;
        }
    }
    *client.scale = formula::centroid_scale(estimate, rr, qr.total(), qq.total());
}

} // namespace

void rotate(Device&, std::size_t first, std::span<const RotationSource> clients, std::size_t n) {
    for (const RotationSource& client : clients) {
        transform(client.out, n, [&](std::size_t begin, std::size_t count) {
            put_signs(client.seed, first + begin, count, client.values + begin, client.out + begin);
        });
    }
}

void nearest_centroids(Device&, const formula::Codebook& book, formula::Estimate estimate,
                       std::span<const CentroidSource> clients, std::size_t n) {
    for (const CentroidSource& client : clients) {
        encode(book, estimate, client, n);
    }
}

void rotate_back(Device&, const formula::Codebook& book, std::size_t first,
                 std::span<const CodedSlice> clients, std::size_t n) {
    for (const CodedSlice& client : clients) {
        transform(client.out, n, [&](std::size_t begin, std::size_t count) {
            decode(book, client, begin, count);
        });
        for (std::size_t begin = 0; begin < n; begin += chunk_size) {
            put_signs(client.seed, first + begin, std::min(chunk_size, n - begin),
                      client.out + begin, client.out + begin);
        }
    }
}

} // namespace fedmrn::kernels::cpu
