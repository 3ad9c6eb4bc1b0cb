// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/hadamard.hpp"

#include <algorithm>

#include "kernels/random_tile.hpp"

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

/// The values of all codes of a book, of scale 1: on a CPU they are looked up.
struct Values {
    explicit Values(const formula::Codebook& book) {
        for (std::uint32_t code = 0; code < 2 * formula::most_centroids; ++code) {
            of[code] = formula::centroid(book, code);
        }
    }
    float of[2 * formula::most_centroids];
};

/// The values of up to 32 codes, which are a word of each plane.
inline void decode_word(const Values& values, float scale, unsigned bits, std::size_t count,
                        const std::uint32_t* planes, float* out) {
    std::uint32_t codes[32] = {};
    for (unsigned p = 0; p < bits; ++p) {
        const std::uint32_t plane = planes[p];
        for (unsigned t = 0; t < 32; ++t) {
            codes[t] |= (plane >> t & 1u) << p;
        }
    }
    for (std::size_t t = 0; t < count; ++t) {
        out[t] = scale * values.of[codes[t]];
    }
}

/// The values of `count` codes from a slice's element `begin` on.
void decode(const Values& values, unsigned bits, const CodedSlice& client, std::size_t begin,
            std::size_t count) {
    if (count < 32) {
        decode_word(values, client.scale, bits, count, client.words.get(), client.out.get());
    }
    for (std::size_t i = begin; i + 32 <= begin + count; i += 32) {
        decode_word(values, client.scale, bits, 32, client.words.get() + i / 32 * bits,
                    client.out.get() + i);
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

/// Codes and sums of up to 32 values, which are a word of each plane.
inline void encode_word(const formula::Codebook& book, const Values& all, double per_deviation,
                        std::size_t count, const float* values, double* qr, double* qq,
                        std::uint32_t* planes) {
    std::uint32_t codes[32];
    for (std::size_t t = 0; t < count; ++t) {
        codes[t] = formula::nearest_code(book, values[t], per_deviation);
    }
    for (std::size_t t = 0; t < count; ++t) {
        const double q = static_cast<double>(all.of[codes[t]]);
        qr[t] += q * static_cast<double>(values[t]);
        qq[t] += q * q;
    }
    for (unsigned p = 0; p < book.bits; ++p) {
        std::uint32_t plane = 0;
        for (std::size_t t = 0; t < count; ++t) {
            plane |= (codes[t] >> p & 1u) << t;
        }
        planes[p] = plane;
    }
}

void encode(const formula::Codebook& shared, formula::Estimate estimate,
            const CentroidSource& client, std::size_t n) {
    const formula::Codebook book = shared; // a copy, which no store can change
    const Values all(book);
    const double rr = square_of(client.values.get(), n);
    const double per_deviation = formula::per_deviation(rr, n);
    Rows qr, qq;
    if (n < 32) {
        encode_word(book, all, per_deviation, n, client.values.get(), qr.sum, qq.sum,
                    client.words.get());
    }
    for (std::size_t begin = 0; begin + 32 <= n; begin += 32) {
        const std::size_t row = begin % formula::moment_rows;
        encode_word(book, all, per_deviation, 32, client.values.get() + begin, qr.sum + row,
                    qq.sum + row, client.words.get() + begin / 32 * book.bits);
    }
    *client.scale.get() = formula::centroid_scale(estimate, rr, qr.total(), qq.total());
}

void rotate(Device&, std::size_t first, std::span<const RotationSource> clients, std::size_t n) {
    for (const RotationSource& client : clients) {
        transform(client.out.get(), n, [&](std::size_t begin, std::size_t count) {
            put_signs(client.seed, first + begin, count, client.values.get() + begin,
                      client.out.get() + begin);
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
    const Values values(book);
    for (const CodedSlice& client : clients) {
        transform(client.out.get(), n, [&](std::size_t begin, std::size_t count) {
            decode(values, book.bits, client, begin, count);
        });
        for (std::size_t begin = 0; begin < n; begin += chunk_size) {
            put_signs(client.seed, first + begin, std::min(chunk_size, n - begin),
                      client.out.get() + begin, client.out.get() + begin);
        }
    }
}

} // namespace

void hadamard_contracts(Backend& backend) {
    backend.set(kernels::rotate, rotate);
    backend.set(kernels::nearest_centroids, nearest_centroids);
    backend.set(kernels::rotate_back, rotate_back);
}

} // namespace fedmrn::kernels::cpu
