// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/method.hpp"

namespace fedmrn {

/// FedAvg (McMahan et al., AISTATS 2017): the update as float32.
struct FedAvg final : Method {
    /// Its number in a message.
    static constexpr std::uint8_t wire = 0;
    explicit FedAvg(const ParameterLayout& layout);
};

} // namespace fedmrn
