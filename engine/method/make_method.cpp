// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/fedavg.hpp"
#include "engine/method/fedmrn.hpp"

namespace fedmrn {

std::unique_ptr<Method> make_method(const MethodConfig& config, const ParameterLayout& layout) {
    switch (config.name) {
    case MethodName::fedavg:
        return std::make_unique<FedAvg>(layout);
    case MethodName::fedmrn:
        return std::make_unique<FedMrn>(config, layout);
    }
    return nullptr;
}

} // namespace fedmrn
