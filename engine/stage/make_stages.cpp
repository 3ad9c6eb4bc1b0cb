// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/registry.hpp"
#include "engine/stage/error_feedback.hpp"
#include "engine/stage/pulls.hpp"
#include "engine/stage/stages.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

using StageList = std::vector<std::shared_ptr<const Stage>>;

StageList of_keys(const ClientConfig& client, const MethodConfig& method,
                  const ParameterLayout& layout) {
    StageList made;
    if (client.weight_decay != 0.0) {
        made.push_back(std::make_shared<WeightDecay>(client.weight_decay));
    }
    if (client.l2 != 0.0) {
        made.push_back(std::make_shared<L2>(client.l2));
    }
    if (client.proximal != 0.0) {
        made.push_back(std::make_shared<Proximal>(client.proximal));
    }
    if (methods().checked(method).error_feedback(method.options)) {
        made.push_back(std::make_shared<ErrorFeedback>(layout));
    }
    return made;
}

} // namespace

Stages make_stages(const ClientConfig& client, const MethodConfig& method,
                   const ParameterLayout& layout) {
    return Stages(of_keys(client, method, layout));
}

Stages make_stages(const Config& config, const ParameterLayout& layout, const DataShape* data) {
    check_stages(config);
    StageList made = of_keys(config.client, config.method, layout);
    for (const Choice& choice : config.stages) {
        made.push_back(
            stages().at(choice.name).make(choice.options, {layout, config.experiment.seed, data}));
    }
    return Stages(std::move(made));
}

} // namespace fedmrn
