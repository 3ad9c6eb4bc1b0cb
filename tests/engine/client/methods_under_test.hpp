// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "fedmrn/config.hpp"

namespace fedmrn::test {

struct NamedMethod {
    std::string name;
    MethodConfig config;
};

/// FedAvg, FedMRN with both masks and three noises, its ablations, what packs codes, what selects,
/// and what learns its bits.
inline std::vector<NamedMethod> methods_under_test() {
    using enum NoiseKind;
    using enum MaskKind;
    constexpr auto fedmrn = MethodName::fedmrn;
    return {
        {"fedavg", {.name = MethodName::fedavg}},
        {"binary uniform", {.name = fedmrn, .mask = binary, .noise = uniform}},
        {"signed gaussian", {.name = fedmrn, .mask = signed_, .noise = gaussian}},
        {"binary bernoulli", {.name = fedmrn, .mask = binary, .noise = bernoulli}},
        {"not stochastic", {.name = fedmrn, .stochastic = false}},
        {"not progressive", {.name = fedmrn, .progressive = false}},
        {"post-training", {.name = fedmrn, .post_training = true}},
        {"signsgd", {.name = MethodName::signsgd}},
        {"terngrad", {.name = MethodName::terngrad}},
        {"qsgd", {.name = MethodName::qsgd}},
        {"drive", {.name = MethodName::drive}},
        {"drive, least error", {.name = MethodName::drive, .estimate = EstimateKind::least_error}},
        {"eden", {.name = MethodName::eden, .bits = 3}},
        {"topk", {.name = MethodName::topk}},
        {"stc", {.name = MethodName::stc, .ratio = 0.1}},
        {"fedsparsify", {.name = MethodName::fedsparsify}},
        {"fedpm", {.name = MethodName::fedpm}},
        {"fedbat", {.name = MethodName::fedbat}},
        {"fedmud", {.name = MethodName::fedmud, .ratio = 0.25}},
        {"powersgd", {.name = MethodName::powersgd, .rank = 2}},
    };
}

} // namespace fedmrn::test
