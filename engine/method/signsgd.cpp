// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/signsgd.hpp"

namespace fedmrn {
namespace {

PackedRule rule_of(const MethodConfig& config) {
    PackedRule rule{.method = MethodName::signsgd,
                    .variant = static_cast<std::uint8_t>(config.vote)};
    if (config.vote == VoteKind::scaled) {
        rule.scale = formula::ScaleKind::mean_magnitude;
    } else {
        rule.parameter = static_cast<float>(config.magnitude);
    }
    return rule;
}

} // namespace

SignSgd::SignSgd(const MethodConfig& config, const ParameterLayout& layout)
    : PackedMethod(rule_of(config), layout), vote_(config.vote), step_(config.magnitude) {}

void SignSgd::aggregate(Device& device, const RoundContext& round,
                        std::span<const Message> messages, double* mean) const {
    PackedMethod::aggregate(device, round, messages, mean);
    if (vote_ != VoteKind::scaled) {
        kernels::vote(device, layout().masked, step_, vote_ == VoteKind::majority, mean);
    }
}

} // namespace fedmrn
