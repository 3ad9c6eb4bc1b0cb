// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/batchnorm.hpp"
#include "kernels/convolution.hpp"
#include "kernels/linear.hpp"
#include "kernels/pooling.hpp"

/// The layers in float64, as plain loops, for one lane of `rows` samples. Forward only: gradients
/// are checked against finite differences of these.
namespace fedmrn::test {

using Values = std::vector<double>;

/// Calls body(index of y, index of the first channel of x, of w) for all that a convolution adds
/// up.
template <class Body>
void for_taps(const kernels::ConvolutionShape& s, std::size_t rows, const Body& body) {
    std::size_t at = 0;
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t h = 0; h < s.out_height(); ++h)
            for (std::size_t v = 0; v < s.out_width(); ++v)
                for (std::size_t o = 0; o < s.out; ++o, ++at)
                    for (std::size_t k = 0; k < s.kernel * s.kernel; ++k) {
                        const std::size_t r = h + k / s.kernel, c = v + k % s.kernel;
                        if (r < s.padding || r >= s.height + s.padding || c < s.padding ||
                            c >= s.width + s.padding)
                            continue;
                        body(at, ((n * s.height + r - s.padding) * s.width + c - s.padding) * s.in,
                             (o * s.kernel * s.kernel + k) * s.in);
                    }
}

inline Values reference_convolution(const kernels::ConvolutionShape& s, std::size_t rows,
                                    const Values& x, const Values& w) {
    Values y(rows * s.out_height() * s.out_width() * s.out, 0.0);
    for_taps(s, rows, [&](std::size_t at, std::size_t pixel, std::size_t weight) {
        for (std::size_t i = 0; i < s.in; ++i) y[at] += x[pixel + i] * w[weight + i];
    });
    return y;
}

/// dx and dw of Σ dy · (x ∗ w).
struct ConvolutionGradients {
    Values dx, dw;
};
inline ConvolutionGradients reference_convolution_gradients(const kernels::ConvolutionShape& s,
                                                            std::size_t rows, const Values& x,
                                                            const Values& w, const Values& dy) {
    ConvolutionGradients g{Values(x.size(), 0.0), Values(w.size(), 0.0)};
    for_taps(s, rows, [&](std::size_t at, std::size_t pixel, std::size_t weight) {
        for (std::size_t i = 0; i < s.in; ++i) {
            g.dx[pixel + i] += dy[at] * w[weight + i];
            g.dw[weight + i] += dy[at] * x[pixel + i];
        }
    });
    return g;
}

/// b may be empty.
inline Values reference_linear(std::size_t rows, std::size_t in, std::size_t out, const Values& x,
                               const Values& w, const Values& b) {
    Values y(rows * out);
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t o = 0; o < out; ++o) {
            double sum = b.empty() ? 0.0 : b[o];
            for (std::size_t i = 0; i < in; ++i) sum += x[n * in + i] * w[o * in + i];
            y[n * out + o] = sum;
        }
    return y;
}

/// Mean and biased variance of each channel.
struct ReferenceMoments {
    Values mean, variance;
};
inline ReferenceMoments reference_moments(std::size_t channels, const Values& x) {
    ReferenceMoments m{Values(channels, 0.0), Values(channels, 0.0)};
    const double count = static_cast<double>(x.size() / channels);
    for (std::size_t i = 0; i < x.size(); ++i) m.mean[i % channels] += x[i] / count;
    for (std::size_t i = 0; i < x.size(); ++i)
        m.variance[i % channels] += std::pow(x[i] - m.mean[i % channels], 2) / count;
    return m;
}

/// Normalisation by the given moments, ReLU and max-pool as the shape says.
inline Values reference_batchnorm(const kernels::BatchnormShape& s, std::size_t rows,
                                  const Values& x, const Values& gamma, const Values& beta,
                                  const ReferenceMoments& moments) {
    Values z(x.size()), y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i % s.channels;
        z[i] =
            (x[i] - moments.mean[c]) / std::sqrt(moments.variance[c] + 1e-5) * gamma[c] + beta[c];
        if (s.relu) z[i] = std::max(z[i], 0.0);
    }
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t h = 0; h < s.height / s.pool; ++h)
            for (std::size_t w = 0; w < s.width / s.pool; ++w)
                for (std::size_t c = 0; c < s.channels; ++c) {
                    double best = -HUGE_VAL;
                    for (std::size_t k = 0; k < s.pool * s.pool; ++k) {
                        const std::size_t r = h * s.pool + k / s.pool, v = w * s.pool + k % s.pool;
                        best =
                            std::max(best, z[((n * s.height + r) * s.width + v) * s.channels + c]);
                    }
                    y.push_back(best);
                }
    return y;
}

/// Calls body(index of y, indices of x) for every window of a pool.
template <class Body>
void for_windows(const kernels::PoolingShape& s, std::size_t rows, const Body& body) {
    std::size_t at = 0;
    for (std::size_t n = 0; n < rows; ++n)
        for (std::size_t h = 0; h < s.out_height(); ++h)
            for (std::size_t w = 0; w < s.out_width(); ++w)
                for (std::size_t c = 0; c < s.channels; ++c, ++at) {
                    std::vector<std::size_t> elements;
                    for (std::size_t k = 0; k < s.window * s.window; ++k) {
                        const std::size_t r = h * s.stride + k / s.window;
                        const std::size_t v = w * s.stride + k % s.window;
                        elements.push_back(((n * s.height + r) * s.width + v) * s.channels + c);
                    }
                    body(at, elements);
                }
}

/// Bias, ReLU and pool; b may be empty.
inline Values reference_pooling(const kernels::PoolingShape& s, std::size_t rows, const Values& x,
                                const Values& b) {
    Values y(rows * s.out_height() * s.out_width() * s.channels);
    for_windows(s, rows, [&](std::size_t at, const std::vector<std::size_t>& elements) {
        double best = -HUGE_VAL, sum = 0;
        for (const std::size_t i : elements) {
            const double z = x[i] + (b.empty() ? 0.0 : b[i % s.channels]);
            const double v = s.relu ? std::max(z, 0.0) : z;
            best = std::max(best, v);
            sum += v;
        }
        y[at] = s.pool == kernels::Pool::max ? best : sum / static_cast<double>(elements.size());
    });
    return y;
}

/// Σ over the rows of −ln softmax(logits)[label].
inline double reference_cross_entropy(std::size_t classes, const Values& logits,
                                      const std::vector<std::uint16_t>& labels) {
    double loss = 0;
    for (std::size_t n = 0; n < logits.size() / classes; ++n) {
        const double* z = &logits[n * classes];
        const double largest = *std::max_element(z, z + classes);
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) sum += std::exp(z[c] - largest);
        loss += std::log(sum) + largest - z[labels[n]];
    }
    return loss;
}

/// ln softmax(z / T) of a row.
inline Values reference_log_softmax(const double* z, std::size_t classes, double temperature) {
    Values tempered(z, z + classes);
    for (double& v : tempered) v /= temperature;
    const double largest = *std::max_element(tempered.begin(), tempered.end());
    double sum = 0;
    for (const double v : tempered) sum += std::exp(v - largest);
    for (double& v : tempered) v -= largest + std::log(sum);
    return tempered;
}

/// Σ over the rows of (1 − λ) · cross-entropy + λ · T² · KL(teacher ‖ student).
inline double reference_distillation(double temperature, double weight, std::size_t classes,
                                     const Values& student, const Values& teacher,
                                     const std::vector<std::uint16_t>& labels) {
    double loss = (1 - weight) * reference_cross_entropy(classes, student, labels);
    for (std::size_t n = 0; n < student.size(); n += classes) {
        const Values q = reference_log_softmax(&student[n], classes, temperature),
                     p = reference_log_softmax(&teacher[n], classes, temperature);
        for (std::size_t c = 0; c < classes; ++c) {
            loss += weight * temperature * temperature * std::exp(p[c]) * (p[c] - q[c]);
        }
    }
    return loss;
}

/// ∂f/∂v[i] by central differences: with h = 10⁻⁵ both their errors are near 10⁻¹⁰ for values
/// around one.
template <class Function> Values finite_differences(Values& v, const Function& f, double h = 1e-5) {
    Values gradient(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        const double before = v[i];
        v[i] = before + h;
        const double above = f();
        v[i] = before - h;
        gradient[i] = (above - f()) / (2 * h);
        v[i] = before;
    }
    return gradient;
}

inline double dot(const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

} // namespace fedmrn::test
