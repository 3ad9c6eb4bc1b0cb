// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/signsgd.hpp"

namespace fedmrn {
namespace {

PackedRule rule_of(const SignSgdOptions& options) {
    PackedRule rule{.method = MethodName::signsgd,
                    .variant = static_cast<std::uint8_t>(options.vote)};
    if (options.vote == Vote::scaled) {
        rule.scale = formula::ScaleKind::mean_magnitude;
    } else {
        rule.parameter = static_cast<float>(options.magnitude);
    }
    return rule;
}

} // namespace

SignSgd::SignSgd(const SignSgdOptions& options, const ParameterLayout& layout)
    : PackedMethod(rule_of(options), layout), vote_(options.vote), step_(options.magnitude) {}

void SignSgd::aggregate(Device& device, const RoundContext& round,
                        std::span<const Message> messages, double* mean) const {
    PackedMethod::aggregate(device, round, messages, mean);
    if (vote_ != Vote::scaled) {
        kernels::vote(device, layout().masked, step_, vote_ == Vote::majority, mean);
    }
}

MethodEntry signsgd_entry() {
    using O = SignSgdOptions;
    auto schema =
        feedback<O>()
            .word("vote", &O::vote,
                  {{"scaled", Vote::scaled}, {"majority", Vote::majority}, {"mean", Vote::mean}},
                  "how the server decides from signs")
            .number("magnitude", &O::magnitude, {'[', 1e-6, 1, ']'},
                    "the step of a majority or a mean")
            .when({"method.vote = majority or mean", [](const Config& c) {
                       const auto said = c.method.options.find("vote");
                       return said != c.method.options.end() && said->second != Value("scaled");
                   }});
    MethodEntry entry =
        method_entry("signsgd", "SignSGD", "the update's signs", MethodName::signsgd, schema,
                     [](const O& options, const MethodSetting& setting) {
                         return std::make_unique<SignSgd>(options, setting.layout);
                     });
    label_with(entry, schema, [](const O& options) {
        return std::string("SignSGD (") +
               (options.vote == Vote::scaled     ? "scaled"
                : options.vote == Vote::majority ? "majority"
                                                 : "mean") +
               ")";
    });
    return entry;
}

} // namespace fedmrn
