// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/set_values.hpp"

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

void check_sets(const Aggregation& aggregation, const ServerConfig& server) {
    const auto refuse = [](std::string_view key) {
        throw Error(fmt::format("{}: this method's server sets the weights instead of moving them, "
                                "which takes server.optimizer = \"sgd\", server.lr = 1 and "
                                "server.momentum = 0",
                                key));
    };
    if (aggregation.sets() == 0) {
        return;
    }
    if (server.optimizer != ServerOptimizer::sgd) {
        refuse("server.optimizer");
    }
    if (server.lr != 1.0) {
        refuse(fmt::format("server.lr = {}", server.lr));
    }
    if (server.momentum != 0.0) {
        refuse(fmt::format("server.momentum = {}", server.momentum));
    }
}

} // namespace fedmrn
