// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/registry.hpp"
#include "engine/stage/error_feedback.hpp"
#include "engine/stage/pulls.hpp"
#include "engine/stage/stages.hpp"

namespace fedmrn {

Stages make_stages(const ClientConfig& client, const MethodConfig& method,
                   const ParameterLayout& layout) {
    std::vector<std::unique_ptr<const Stage>> stages;
    if (client.weight_decay != 0.0) {
        stages.push_back(std::make_unique<WeightDecay>(client.weight_decay));
    }
    if (client.l2 != 0.0) {
        stages.push_back(std::make_unique<L2>(client.l2));
    }
    if (client.proximal != 0.0) {
        stages.push_back(std::make_unique<Proximal>(client.proximal));
    }
    if (methods().checked(method).error_feedback(method.options)) {
        stages.push_back(std::make_unique<ErrorFeedback>(layout));
    }
    return Stages(std::move(stages));
}

} // namespace fedmrn
