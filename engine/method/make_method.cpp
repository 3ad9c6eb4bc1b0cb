// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/drive.hpp"
#include "engine/method/eden.hpp"
#include "engine/method/fedavg.hpp"
#include "engine/method/fedbat.hpp"
#include "engine/method/fedmrn.hpp"
#include "engine/method/fedmud.hpp"
#include "engine/method/fedpm.hpp"
#include "engine/method/fedsparsify.hpp"
#include "engine/method/powersgd.hpp"
#include "engine/method/qsgd.hpp"
#include "engine/method/signsgd.hpp"
#include "engine/method/sparse.hpp"
#include "engine/method/terngrad.hpp"

namespace fedmrn {

std::unique_ptr<Method> make_method(const MethodConfig& config, const ParameterLayout& layout,
                                    std::uint64_t seed) {
    switch (config.name) {
    case MethodName::fedavg:
        return std::make_unique<FedAvg>(layout);
    case MethodName::fedmrn:
        return std::make_unique<FedMrn>(config, layout);
    case MethodName::signsgd:
        return std::make_unique<SignSgd>(config, layout);
    case MethodName::terngrad:
        return std::make_unique<TernGrad>(layout);
    case MethodName::qsgd:
        return std::make_unique<Qsgd>(config, layout);
    case MethodName::drive:
        return std::make_unique<Drive>(config, layout);
    case MethodName::eden:
        return std::make_unique<Eden>(config, layout);
    case MethodName::topk:
        return std::make_unique<TopK>(config, layout);
    case MethodName::stc:
        return std::make_unique<Stc>(config, layout);
    case MethodName::fedsparsify:
        return std::make_unique<FedSparsify>(config, layout);
    case MethodName::fedpm:
        return std::make_unique<FedPm>(layout, seed);
    case MethodName::fedbat:
        return std::make_unique<FedBat>(layout);
    case MethodName::fedmud:
        return std::make_unique<FedMud>(config, layout);
    case MethodName::powersgd:
        return std::make_unique<PowerSgd>(config, layout);
    }
    return nullptr;
}

} // namespace fedmrn
