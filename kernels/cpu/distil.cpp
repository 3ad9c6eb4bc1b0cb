// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/distil.hpp"

#include <algorithm>
#include <cmath>

namespace fedmrn::kernels::cpu {
namespace {

/// The softmax of a row's logits over a temperature.
class Softmax {
public:
    Softmax(const float* logits, std::size_t classes, double temperature)
        : logits_(logits), largest_(std::max_element(logits, logits + classes)),
          temperature_(temperature) {
        for (std::size_t c = 0; c < classes; ++c) {
            sum_ += std::exp(below(c));
        }
    }
    [[nodiscard]] std::size_t likeliest() const {
        return static_cast<std::size_t>(largest_ - logits_);
    }
    [[nodiscard]] double at(std::size_t c) const { return std::exp(below(c)) / sum_; }
    /// −ln of the likeliest.
    [[nodiscard]] double log_sum() const { return std::log(sum_); }
    /// A logit over the temperature, less the largest one's.
    [[nodiscard]] double below(std::size_t c) const {
        return (static_cast<double>(logits_[c]) - static_cast<double>(*largest_)) / temperature_;
    }
    /// −ln of a label, without a temperature; in the order of the cross-entropy's own terms.
    [[nodiscard]] double surprise(std::size_t label) const {
        return log_sum() + static_cast<double>(*largest_) - static_cast<double>(logits_[label]);
    }

private:
    const float *logits_, *largest_;
    double temperature_, sum_ = 0;
};

/// KL(teacher ‖ student); what the teacher excludes adds nothing.
double divergence(const Softmax& teacher, const Softmax& student, std::size_t classes) {
    double sum = student.log_sum() - teacher.log_sum();
    for (std::size_t c = 0; c < classes; ++c) {
        const double p = teacher.at(c);
        sum += p != 0 ? p * (teacher.below(c) - student.below(c)) : 0;
    }
    return sum;
}

void distillation(Device&, DistilRule rule, std::size_t lanes, std::size_t batch,
                  std::size_t classes, const LaneState* states, const float* student,
                  const float* teacher, const std::uint16_t* labels, float* gradient,
                  LaneMetrics* metrics) {
    const double t = static_cast<double>(rule.temperature);
    const double of_teacher = static_cast<double>(rule.weight), of_labels = 1 - of_teacher;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::uint32_t samples = states[lane].samples;
        for (std::size_t row = 0; row < samples; ++row) {
            const std::size_t at = lane * batch + row, label = labels[at];
            const float *z = student + at * classes, *aims = teacher + at * classes;
            const Softmax own(z, classes, 1), soft(z, classes, t), aim(aims, classes, t);
            metrics[lane].sum += of_labels * own.surprise(label) +
                                 of_teacher * t * t * divergence(aim, soft, classes);
            metrics[lane].hits += own.likeliest() == label;
            ++metrics[lane].rows;
            for (std::size_t c = 0; gradient && c < classes; ++c) {
                const double by_label = own.at(c) - (c == label ? 1.0 : 0.0);
                gradient[at * classes + c] = static_cast<float>(
                    (of_labels * by_label + of_teacher * t * (soft.at(c) - aim.at(c))) / samples);
            }
        }
    }
}

} // namespace

void distil_contracts(Backend& backend) { backend.set(kernels::distillation, distillation); }

} // namespace fedmrn::kernels::cpu
