// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/signsgd.hpp"

#include "engine/method/packed.hpp"
#include "engine/method/registry.hpp"

namespace fedmrn {
namespace {

PackedRule rule_of(const SignSgdOptions& options) {
    PackedRule rule{.method = SignSgd::wire, .variant = static_cast<std::uint8_t>(options.vote)};
    if (options.vote == Vote::scaled) {
        rule.scale = formula::ScaleKind::mean_magnitude;
    } else {
        rule.parameter = static_cast<float>(options.magnitude);
    }
    return rule;
}

/// Signs that stand for a step each.
class StepCodec final : public PackedCodec {
public:
    StepCodec(const SignSgdOptions& options, const ParameterLayout& layout)
        : PackedCodec(rule_of(options), layout), step_(options.magnitude) {}
    void add(Device& device, const RoundContext& round, const WeightedMessages& messages,
             DevicePointer<formula::Wide> sum) const override {
        // Of steps, not of signs.
        StateCodec::add(device, round, messages, sum); // NOLINT(bugprone-parent-virtual-call)
    }

private:
    void interpret(Device& device, DevicePointer<double> values) const override {
        kernels::vote(device, layout().masked, step_, false, values);
    }
    double step_;
};

/// Adds signs; what they have voted for is a step.
class VoteAggregation final : public MeanAggregation {
public:
    VoteAggregation(const SignSgdOptions& options, const ParameterLayout& layout)
        : MeanAggregation(layout.state), signs_(rule_of(options), layout), masked_(layout.masked),
          step_(options.magnitude), majority_(options.vote == Vote::majority) {}
    void add(Device& device, const RoundContext& round, const Codec& /*codec*/,
             const WeightedMessages& messages, Sums& sums) const override {
        MeanAggregation::add(device, round, signs_, messages, sums);
    }
    void finish(Device& device, const RoundContext& round, const Sums& sums,
                DevicePointer<double> change) const override {
        MeanAggregation::finish(device, round, sums, change);
        kernels::vote(device, masked_, step_, majority_, change);
    }

private:
    PackedCodec signs_;
    std::size_t masked_;
    double step_; ///< of a mean or a majority
    bool majority_;
};

std::unique_ptr<const Codec> codec_of(const SignSgdOptions& options,
                                      const ParameterLayout& layout) {
    if (options.vote == Vote::scaled) {
        return std::make_unique<PackedCodec>(rule_of(options), layout);
    }
    return std::make_unique<StepCodec>(options, layout);
}

std::unique_ptr<const Aggregation> aggregation_of(const SignSgdOptions& options,
                                                  const ParameterLayout& layout) {
    if (options.vote == Vote::scaled) {
        return std::make_unique<MeanAggregation>(layout.state);
    }
    return std::make_unique<VoteAggregation>(options, layout);
}

} // namespace

SignSgd::SignSgd(const SignSgdOptions& options, const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout), codec_of(options, layout),
             aggregation_of(options, layout)) {}

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
                       return methods().at("signsgd").value("vote", c.method.options) !=
                              KeyValue("scaled");
                   }});
    MethodEntry entry = method_entry("signsgd", "SignSGD", "the update's signs", SignSgd::wire,
                                     schema, [](const O& options, const MethodSetting& setting) {
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
