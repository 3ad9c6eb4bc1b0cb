// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/pooling.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/channels.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/pooling.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using formula::Bf16;
using formula::to_float;

/// A block of a lane's biases, zeros where there are none.
template <std::size_t size> struct Biases {
    float b[size] = {};
    Biases(const float* bias, std::size_t c) {
        if (bias) {
            std::copy_n(bias + c, size, b);
        }
    }
};

template <Pool pool, class T>
void forward_lane(const PoolingShape& s, std::size_t samples, const T* x, const float* bias, T* y,
                  std::uint8_t* chosen) {
    const auto count = static_cast<float>(s.window * s.window);
    const auto pixel = [&]<std::size_t size>(std::size_t c, const Biases<size>& biases,
                                             const T* first, std::size_t at) {
        float result[size] = {};
        std::int32_t which[size] = {};
        for (std::size_t k = 0; k < s.window * s.window; ++k) {
            const T* in = first + (k / s.window * s.width + k % s.window) * s.channels + c;
            for (std::size_t i = 0; i < size; ++i) {
                const float v = formula::activated(to_float(in[i]), biases.b[i], s.relu);
                if constexpr (pool == Pool::average) {
                    result[i] += v;
                } else {
                    const bool larger = k == 0 || formula::exceeds(v, result[i]);
                    result[i] = larger ? v : result[i];
                    which[i] = larger ? static_cast<std::int32_t>(k) : which[i];
                }
            }
        }
        for (std::size_t i = 0; i < size; ++i) {
            y[at + c + i] =
                formula::from_float<T>(pool == Pool::average ? result[i] / count : result[i]);
        }
        for (std::size_t i = 0; pool == Pool::max && chosen && i < size; ++i) {
            chosen[at + c + i] = static_cast<std::uint8_t>(which[i]);
        }
    };
    for_channels(s.channels, [&]<std::size_t size>(std::size_t c) {
        const Biases<size> biases(bias, c);
        std::size_t at = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            for (std::size_t h = 0; h < s.out_height(); ++h) {
                for (std::size_t w = 0; w < s.out_width(); ++w, at += s.channels) {
                    const std::size_t corner = (n * s.height + h * s.stride) * s.width;
                    pixel(c, biases, x + (corner + w * s.stride) * s.channels, at);
                }
            }
        }
    });
}

/// The windows that cover a row, or a column, of the input: [first, end).
struct Cover {
    std::size_t first, end;
};

std::vector<Cover> covers(const PoolingShape& s, std::size_t side, std::size_t windows) {
    std::vector<Cover> all(side);
    for (std::size_t i = 0; i < side; ++i) {
        const std::size_t first = i < s.window ? 0 : (i - s.window) / s.stride + 1;
        all[i] = {first, std::min(i / s.stride + 1, windows)};
    }
    return all;
}

/// A block of channels' bias gradient, in the order that formula::bias_chunk says.
template <std::size_t size> struct BiasSums {
    float rows[formula::bias_rows][size] = {};
    double total[size] = {};

    void add(std::size_t pixel, const float* g) {
        float* row = rows[pixel % formula::bias_rows];
        for (std::size_t i = 0; i < size; ++i) {
            row[i] += g[i];
        }
        if ((pixel + 1) % formula::bias_chunk == 0) {
            flush();
        }
    }
    void flush() {
        double chunk[size] = {};
        for (auto& row : rows) {
            for (std::size_t i = 0; i < size; ++i) {
                chunk[i] += static_cast<double>(row[i]);
                row[i] = 0.0f;
            }
        }
        for (std::size_t i = 0; i < size; ++i) {
            total[i] += chunk[i];
        }
    }
};

/// Adds to g what a window sends to its element k, dy where the pool and ReLU let it pass.
template <Pool pool, std::size_t size, class T>
void add_incoming(const T* y, const std::uint8_t* chosen, const T* dy, std::size_t k, bool relu,
                  float* g) {
    float arriving[size]; // all loads before any store, so that the loops become vector code
    for (std::size_t i = 0; i < size; ++i) {
        arriving[i] = to_float(dy[i]);
    }
    if constexpr (pool == Pool::max) {
        std::int32_t which[size] = {};
        for (std::size_t i = 0; chosen && i < size; ++i) {
            which[i] = chosen[i];
        }
        for (std::size_t i = 0; i < size; ++i) {
            const bool pass = formula::passes(to_float(y[i]), relu);
            arriving[i] = pass ? arriving[i] : 0.0f;
        }
        for (std::size_t i = 0; i < size; ++i) {
            arriving[i] = which[i] == static_cast<std::int32_t>(k) ? arriving[i] : 0.0f;
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        g[i] += arriving[i];
    }
}

template <Pool pool, class T>
void backward_lane(const PoolingShape& s, std::size_t samples, const T* x, const float* bias,
                   const T* y, const std::uint8_t* chosen, const T* dy, T* dx, float* dbias) {
    const auto count = static_cast<float>(s.window * s.window);
    const std::vector<Cover> rows = covers(s, s.height, s.out_height());
    const std::vector<Cover> columns = covers(s, s.width, s.out_width());
    const std::size_t out_height = s.out_height(), out_width = s.out_width();
    const auto pixel = [&]<std::size_t size>(std::size_t c,
                                             [[maybe_unused]] const Biases<size>& biases,
                                             std::size_t n, std::size_t h, std::size_t w,
                                             [[maybe_unused]] std::size_t at, float* g) {
        for (std::size_t oh = rows[h].first; oh < rows[h].end; ++oh) {
            for (std::size_t ow = columns[w].first; ow < columns[w].end; ++ow) {
                const std::size_t out = ((n * out_height + oh) * out_width + ow) * s.channels + c;
                add_incoming<pool, size>(y + out, chosen ? chosen + out : nullptr, dy + out,
                                         (h - oh * s.stride) * s.window + (w - ow * s.stride),
                                         s.relu, g);
            }
        }
        if constexpr (pool == Pool::average) {
            for (std::size_t i = 0; i < size; ++i) {
                const float mean =
                    g[i] / count; // before the choice: a division is no vector branch
                const bool pass = formula::passes(to_float(x[at + i]) + biases.b[i], s.relu);
                g[i] = pass ? mean : 0.0f;
            }
        }
    };
    for_channels(s.channels, [&]<std::size_t size>(std::size_t c) {
        const Biases<size> biases(bias, c);
        BiasSums<size> sums;
        std::size_t p = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            for (std::size_t h = 0; h < s.height; ++h) {
                for (std::size_t w = 0; w < s.width; ++w, ++p) {
                    const std::size_t at = p * s.channels + c;
                    float g[size] = {};
                    pixel(c, biases, n, h, w, at, g);
                    for (std::size_t i = 0; i < size; ++i) {
                        dx[at + i] = formula::from_float<T>(g[i]);
                    }
                    sums.add(p, g);
                }
            }
        }
        sums.flush();
        for (std::size_t i = 0; dbias && i < size; ++i) {
            dbias[c + i] = static_cast<float>(sums.total[i]);
        }
    });
}

/// Calls body.operator()<pool, T>(lane, samples, offset of the lane's images, of its pooled ones).
template <class Body>
void for_lanes(const PoolingShape& s, const LaneState* states, const Body& body) {
    const std::size_t in = s.batch * s.height * s.width * s.channels;
    const std::size_t out = s.batch * s.out_height() * s.out_width() * s.channels;
    const auto with = [&]<Pool pool, class T>() {
        for (std::size_t lane = 0; lane < s.lanes; ++lane) {
            if (states[lane].samples != 0) {
                body.template operator()<pool, T>(lane, states[lane].samples, lane * in,
                                                  lane * out);
            }
        }
    };
    const auto of = [&]<Pool pool>() {
        s.real == Real::f32 ? with.template operator()<pool, float>()
                            : with.template operator()<pool, Bf16>();
    };
    s.pool == Pool::max ? of.template operator()<Pool::max>()
                        : of.template operator()<Pool::average>();
}

void pooling_forward(Device&, const PoolingShape& shape, const LaneState* states, const void* x,
                     PerLane<const float> bias, void* y, std::uint8_t* chosen) {
    for_lanes(shape, states,
              [&]<Pool pool, class T>(std::size_t lane, std::size_t samples, std::size_t in,
                                      std::size_t out) {
                  forward_lane<pool>(shape, samples, static_cast<const T*>(x) + in,
                                     bias.data ? bias[lane].get() : nullptr,
                                     static_cast<T*>(y) + out, chosen ? chosen + out : nullptr);
              });
}

void pooling_backward(Device&, const PoolingShape& shape, const LaneState* states, const void* x,
                      PerLane<const float> bias, const void* y, const std::uint8_t* chosen,
                      const void* dy, void* dx, PerLane<float> dbias) {
    for_lanes(shape, states,
              [&]<Pool pool, class T>(std::size_t lane, std::size_t samples, std::size_t in,
                                      std::size_t out) {
                  backward_lane<pool>(
                      shape, samples, static_cast<const T*>(x) + in,
                      bias.data ? bias[lane].get() : nullptr, static_cast<const T*>(y) + out,
                      chosen ? chosen + out : nullptr, static_cast<const T*>(dy) + out,
                      static_cast<T*>(dx) + in, dbias.data ? dbias[lane].get() : nullptr);
              });
}

} // namespace

void pooling_contracts(Backend& backend) {
    backend.set(kernels::pooling_forward, pooling_forward);
    backend.set(kernels::pooling_backward, pooling_backward);
}

} // namespace fedmrn::kernels::cpu
