// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "engine/method/aggregation.hpp"
#include "engine/method/codec.hpp"
#include "engine/method/variables.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// A method is three parts: what clients train, what they send of it, and what the server makes of
/// what they sent. A derived class is a way to make them and adds nothing.
struct Method {
    Method(std::unique_ptr<const Variables> trained, std::unique_ptr<const Codec> sent,
           std::unique_ptr<const Aggregation> received)
        : local(std::move(trained)), uplink(std::move(sent)), server(std::move(received)) {}
    virtual ~Method() = default;

    std::unique_ptr<const Variables> local;
    std::unique_ptr<const Codec> uplink;
    std::unique_ptr<const Aggregation> server;
};

/// The registered method that a choice names. seed: the experiment's. Throws Error for a name or
/// options that there are not.
std::unique_ptr<Method> make_method(const MethodConfig& choice, const ParameterLayout& layout,
                                    std::uint64_t seed = 0);

} // namespace fedmrn
