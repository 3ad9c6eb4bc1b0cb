// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/batchnorm.hpp"

#include <algorithm>

#include "kernels/cpu/channels.hpp"
#include "kernels/formula/activation.hpp"
#include "kernels/formula/batchnorm.hpp"
#include "kernels/formula/bf16.hpp"
#include "kernels/formula/pooling.hpp"

namespace fedmrn::kernels::cpu {
namespace {

using formula::Bf16;
using formula::to_float;

/// The images of one lane.
template <class T> struct Images {
    const BatchnormShape& shape;
    std::size_t samples;

    [[nodiscard]] std::size_t pixels() const { return samples * shape.height * shape.width; }
    /// Offset of the first channel of an input pixel.
    [[nodiscard]] std::size_t in(std::size_t n, std::size_t h, std::size_t w) const {
        return ((n * shape.height + h) * shape.width + w) * shape.channels;
    }
    /// Calls body(n, h, w, offset of the output pixel) for each pixel of the pooled output.
    template <class Body> void outputs(const Body& body) const {
        std::size_t at = 0;
        for (std::size_t n = 0; n < samples; ++n) {
            for (std::size_t h = 0; h < shape.out_height(); ++h) {
                for (std::size_t w = 0; w < shape.out_width(); ++w, at += shape.channels) {
                    body(n, h, w, at);
                }
            }
        }
    }
    /// Calls body(number in the window, offset of the input pixel) for each pixel of a window.
    template <class Body>
    void window(std::size_t n, std::size_t h, std::size_t w, const Body& body) const {
        const std::size_t pool = shape.pool;
        for (std::size_t k = 0; k < pool * pool; ++k) {
            body(k, in(n, h * pool + k / pool, w * pool + k % pool));
        }
    }
};

/// y = x · scale + shift, ReLU, max-pool, for one block of channels.
template <std::size_t size, class T>
void apply(const Images<T>& images, std::size_t c, const T* x, const float* scale,
           const float* shift, T* y, std::uint8_t* chosen) {
    const bool relu = images.shape.relu;
    images.outputs([&](std::size_t n, std::size_t h, std::size_t w, std::size_t at) {
        float best[size] = {};
        std::int32_t which[size] = {};
        images.window(n, h, w, [&](std::size_t k, std::size_t in) {
            for (std::size_t i = 0; i < size; ++i) {
                const float value =
                    formula::normalised(to_float(x[in + c + i]), scale[i], shift[i]);
                const bool larger = k == 0 || formula::exceeds(value, best[i]);
                best[i] = larger ? value : best[i];
                which[i] = larger ? static_cast<std::int32_t>(k) : which[i];
            }
        });
        for (std::size_t i = 0; i < size; ++i) {
            y[at + c + i] = formula::from_float<T>(formula::rectified(best[i], relu));
        }
        if (!chosen) {
            return;
        }
        for (std::size_t i = 0; i < size; ++i) {
            chosen[at + c + i] = static_cast<std::uint8_t>(which[i]);
        }
    });
}

/// Batch mean and variance of one block of channels, around each channel's first value.
template <std::size_t size, class T>
void moments(const Images<T>& images, std::size_t c, const T* x, formula::BatchMoments* result) {
    float origin[size];
    for (std::size_t i = 0; i < size; ++i) {
        origin[i] = to_float(x[c + i]);
    }
    Sums<size> sums;
    for (std::size_t pixel = 0; pixel < images.pixels(); ++pixel) {
        const T* at = x + pixel * images.shape.channels + c;
        for (std::size_t i = 0; i < size; ++i) {
            const float d = to_float(at[i]) - origin[i];
            sums.first[i] += d;
            sums.second[i] += d * d;
        }
        sums.next();
    }
    sums.flush();
    const auto count = static_cast<double>(images.pixels());
    for (std::size_t i = 0; i < size; ++i) {
        result[i] =
            formula::batch_moments(origin[i], sums.total_first[i], sums.total_second[i], count);
    }
}

template <class T>
void forward_lane(const BatchnormShape& shape, std::size_t samples, const T* x, const float* gamma,
                  const float* beta, float* running_mean, float* running_variance, float* mean,
                  float* inverse, T* y, std::uint8_t* chosen) {
    const Images<T> images{shape, samples};
    const auto count = static_cast<double>(images.pixels());
    for_channels(shape.channels, [&]<std::size_t size>(std::size_t c) {
        formula::BatchMoments batch[size];
        moments<size>(images, c, x, batch);
        float scale[size], shift[size];
        for (std::size_t i = 0; i < size; ++i) {
            const double inv = formula::inverse_deviation(batch[i].variance);
            mean[c + i] = static_cast<float>(batch[i].mean);
            inverse[c + i] = static_cast<float>(inv);
            running_mean[c + i] = formula::running_statistic(running_mean[c + i], batch[i].mean);
            running_variance[c + i] = formula::running_statistic(
                running_variance[c + i], formula::unbiased(batch[i].variance, count));
            const auto affine = formula::by_batch(gamma[c + i], beta[c + i], batch[i].mean, inv);
            scale[i] = affine.scale;
            shift[i] = affine.shift;
        }
        apply<size>(images, c, x, scale, shift, y, chosen);
    });
}

template <class T>
void inference_lane(const BatchnormShape& shape, std::size_t samples, const T* x,
                    const float* gamma, const float* beta, const float* running_mean,
                    const float* running_variance, T* y) {
    const Images<T> images{shape, samples};
    for_channels(shape.channels, [&]<std::size_t size>(std::size_t c) {
        float scale[size], shift[size];
        for (std::size_t i = 0; i < size; ++i) {
            const auto affine = formula::by_running(gamma[c + i], beta[c + i], running_mean[c + i],
                                                    running_variance[c + i]);
            scale[i] = affine.scale;
            shift[i] = affine.shift;
        }
        apply<size>(images, c, x, scale, shift, y, nullptr);
    });
}

/// What the way back needs of one block of channels, in local memory that no store can alias.
template <std::size_t size> struct Channels {
    float mean[size], inverse[size];
    float scale[size], constant[size], slope[size]; ///< formula::Spread
};

/// The gradient that arrives at one pooled pixel, and the pixels of its window that it goes to.
template <std::size_t size> struct Incoming {
    float g[size];            ///< dy where ReLU let y pass, else 0
    std::int32_t which[size]; ///< the pixel of the window that was the largest

    template <class T> Incoming(const T* y, const T* dy, const std::uint8_t* chosen, bool relu) {
        for (std::size_t i = 0; i < size; ++i) {
            g[i] = to_float(dy[i]); // before the choice, so that it is no branch
        }
        for (std::size_t i = 0; i < size; ++i) {
            g[i] = formula::passes(to_float(y[i]), relu) ? g[i] : 0.0f;
        }
        for (std::size_t i = 0; i < size; ++i) {
            which[i] = chosen ? chosen[i] : 0;
        }
    }
    /// The part that goes to pixel k of the window.
    void at(std::size_t k, float* part) const {
        for (std::size_t i = 0; i < size; ++i) {
            part[i] = which[i] == static_cast<std::int32_t>(k) ? g[i] : 0.0f;
        }
    }
};

/// Calls body(offset of the input pixel, its gradient before normalisation) for every pixel that a
/// window covers.
template <std::size_t size, class T, class Body>
void unpool(const Images<T>& images, std::size_t c, const T* y, const std::uint8_t* chosen,
            const T* dy, const Body& body) {
    images.outputs([&](std::size_t n, std::size_t h, std::size_t w, std::size_t at) {
        const Incoming<size> incoming(y + at + c, dy + at + c, chosen ? chosen + at + c : nullptr,
                                      images.shape.relu);
        images.window(n, h, w, [&](std::size_t k, std::size_t in) {
            float g[size];
            incoming.at(k, g);
            body(in + c, g);
        });
    });
}

/// dβ = Σ g and dγ = Σ g · x̂ of one block of channels.
template <std::size_t size, class T>
Sums<size> gradient_sums(const Images<T>& images, const Channels<size>& block, std::size_t c,
                         const T* x, const T* y, const std::uint8_t* chosen, const T* dy) {
    Sums<size> sums;
    unpool<size>(images, c, y, chosen, dy, [&](std::size_t in, const float* g) {
        for (std::size_t i = 0; i < size; ++i) {
            sums.first[i] += g[i];
            sums.second[i] += g[i] * ((to_float(x[in + i]) - block.mean[i]) * block.inverse[i]);
        }
        sums.next();
    });
    sums.flush();
    return sums;
}

/// dx of one block of channels (formula::Spread).
template <std::size_t size, class T>
void spread_back(const Images<T>& images, const Channels<size>& block, std::size_t c, const T* x,
                 const T* y, const std::uint8_t* chosen, const T* dy, T* __restrict__ dx) {
    const BatchnormShape& shape = images.shape;
    const auto write = [&](std::size_t in, const float* g) {
        for (std::size_t i = 0; i < size; ++i) {
            const float centred = to_float(x[in + i]) - block.mean[i];
            dx[in + i] = formula::from_float<T>(formula::spread_to(
                centred, g[i], block.scale[i], block.constant[i], block.slope[i]));
        }
    };
    unpool<size>(images, c, y, chosen, dy, write);
    const float none[size] = {}; // rows and columns that no window covers
    const std::size_t rows = shape.out_height() * shape.pool;
    const std::size_t columns = shape.out_width() * shape.pool;
    for (std::size_t n = 0; n < images.samples; ++n) {
        for (std::size_t h = 0; h < shape.height; ++h) {
            for (std::size_t w = h < rows ? columns : 0; w < shape.width; ++w) {
                write(images.in(n, h, w) + c, none);
            }
        }
    }
}

template <class T>
void backward_lane(const BatchnormShape& shape, std::size_t samples, const T* x, const T* y,
                   const std::uint8_t* chosen, const T* dy, const float* gamma, const float* mean,
                   const float* inverse, T* dx, float* dgamma, float* dbeta) {
    const Images<T> images{shape, samples};
    const auto count = static_cast<double>(images.pixels());
    for_channels(shape.channels, [&]<std::size_t size>(std::size_t c) {
        Channels<size> block;
        std::copy_n(mean + c, size, block.mean);
        std::copy_n(inverse + c, size, block.inverse);
        const Sums<size> sums = gradient_sums<size>(images, block, c, x, y, chosen, dy);
        for (std::size_t i = 0; i < size; ++i) {
            const auto spread = formula::spread(gamma[c + i], inverse[c + i], sums.total_first[i],
                                                sums.total_second[i], count);
            block.scale[i] = spread.scale;
            block.constant[i] = spread.constant;
            block.slope[i] = spread.slope;
            dbeta[c + i] = static_cast<float>(sums.total_first[i]);
            dgamma[c + i] = static_cast<float>(sums.total_second[i]);
        }
        spread_back<size>(images, block, c, x, y, chosen, dy, dx);
    });
}

/// Calls body.operator()<T>(lane, samples, offset of the lane's images, of its pooled images).
template <class Body>
void for_lanes(const BatchnormShape& shape, const LaneState* states, const Body& body) {
    const std::size_t in = shape.batch * shape.height * shape.width * shape.channels;
    const std::size_t out = shape.batch * shape.out_height() * shape.out_width() * shape.channels;
    for (std::size_t lane = 0; lane < shape.lanes; ++lane) {
        const std::size_t samples = states[lane].samples;
        if (samples == 0) {
            continue;
        }
        if (shape.real == Real::f32) {
            body.template operator()<float>(lane, samples, lane * in, lane * out);
        } else {
            body.template operator()<Bf16>(lane, samples, lane * in, lane * out);
        }
    }
}

void batchnorm_forward(Device&, const BatchnormShape& shape, const LaneState* states, const void* x,
                       BatchnormParameters parameters, PerLane<float> running_mean,
                       PerLane<float> running_variance, PerLane<float> mean, PerLane<float> inverse,
                       void* y, std::uint8_t* chosen) {
    for_lanes(shape, states,
              [&]<class T>(std::size_t lane, std::size_t samples, std::size_t in, std::size_t out) {
                  forward_lane(shape, samples, static_cast<const T*>(x) + in,
                               parameters.gamma[lane].get(), parameters.beta[lane].get(),
                               running_mean[lane].get(), running_variance[lane].get(),
                               mean[lane].get(), inverse[lane].get(), static_cast<T*>(y) + out,
                               chosen ? chosen + out : nullptr);
              });
}

void batchnorm_inference(Device&, const BatchnormShape& shape, const LaneState* states,
                         const void* x, BatchnormParameters parameters,
                         PerLane<const float> running_mean, PerLane<const float> running_variance,
                         void* y) {
    for_lanes(shape, states,
              [&]<class T>(std::size_t lane, std::size_t samples, std::size_t in, std::size_t out) {
                  inference_lane(shape, samples, static_cast<const T*>(x) + in,
                                 parameters.gamma[lane].get(), parameters.beta[lane].get(),
                                 running_mean[lane].get(), running_variance[lane].get(),
                                 static_cast<T*>(y) + out);
              });
}

void batchnorm_backward(Device&, const BatchnormShape& shape, const LaneState* states,
                        const void* x, const void* y, const std::uint8_t* chosen, const void* dy,
                        BatchnormParameters parameters, PerLane<const float> mean,
                        PerLane<const float> inverse, void* dx, PerLane<float> dgamma,
                        PerLane<float> dbeta) {
    for_lanes(shape, states,
              [&]<class T>(std::size_t lane, std::size_t samples, std::size_t in, std::size_t out) {
                  backward_lane(shape, samples, static_cast<const T*>(x) + in,
                                static_cast<const T*>(y) + out, chosen ? chosen + out : nullptr,
                                static_cast<const T*>(dy) + out, parameters.gamma[lane].get(),
                                mean[lane].get(), inverse[lane].get(), static_cast<T*>(dx) + in,
                                dgamma[lane].get(), dbeta[lane].get());
              });
}

} // namespace

void batchnorm_contracts(Backend& backend) {
    backend.set(kernels::batchnorm_forward, batchnorm_forward);
    backend.set(kernels::batchnorm_inference, batchnorm_inference);
    backend.set(kernels::batchnorm_backward, batchnorm_backward);
}

} // namespace fedmrn::kernels::cpu
