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
    return {
        {"fedavg", {"fedavg"}},
        {"binary uniform", {"fedmrn", {{"mask", "binary"}, {"noise", "uniform"}}}},
        {"signed gaussian",
         {"fedmrn", {{"mask", "signed"}, {"noise", "gaussian"}, {"magnitude", 0.01}}}},
        {"binary bernoulli", {"fedmrn", {{"mask", "binary"}, {"noise", "bernoulli"}}}},
        {"not stochastic", {"fedmrn", {{"stochastic", false}}}},
        {"not progressive", {"fedmrn", {{"progressive", false}}}},
        {"post-training", {"fedmrn", {{"post_training", true}}}},
        {"signsgd", {"signsgd"}},
        {"signsgd, majority", {"signsgd", {{"magnitude", 0.001}, {"vote", "majority"}}}},
        {"terngrad", {"terngrad"}},
        {"qsgd", {"qsgd"}},
        {"drive", {"drive"}},
        {"drive, least error", {"drive", {{"estimate", "least_error"}}}},
        {"eden, 1 bit", {"eden"}},
        {"eden, 4 bits", {"eden", {{"bits", 4}}}},
        {"topk", {"topk"}},
        {"stc", {"stc", {{"ratio", 0.1}, {"error_feedback", false}}}},
        {"fedsparsify", {"fedsparsify"}},
        {"fedpm", {"fedpm"}},
        {"fedpm, adam",
         {"fedpm", {{"optimizer", "adam"}, {"initial_scores", "gaussian"}, {"eval_masks", 3}}}},
        {"fedbat", {"fedbat"}},
        {"fedmud", {"fedmud", {{"ratio", 0.25}}}},
        {"fedmud, magnitude", {"fedmud", {{"ratio", 0.25}, {"frozen_magnitude", 0.5}}}},
        {"frozen_factor", {"frozen_factor", {{"ratio", 0.25}}}},
        {"powersgd", {"powersgd", {{"rank", 2}, {"error_feedback", false}}}},
    };
}

} // namespace fedmrn::test
