// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/set_values.hpp"

#include <fmt/format.h>

#include "fedmrn/error.hpp"

namespace fedmrn {

void check_sets(const Aggregation& aggregation, const ServerOptimizer& optimizer,
                const ServerConfig& server) {
    const auto refuse = [](std::string_view key) {
        throw Error(fmt::format("{}: this method's server sets the weights instead of moving them, "
                                "which takes server.optimizer = \"sgd\", server.lr = 1 and "
                                "server.momentum = 0",
                                key));
    };
    if (aggregation.sets() == 0) {
        return;
    }
    if (!optimizer.plain()) {
        const ServerOptimizerEntry& entry = server_optimizers().at(server.optimizer.name);
        const bool moves = entry.option("momentum") != nullptr;
        refuse(moves ? "server.momentum = " +
                           value_text(entry.value("momentum", server.optimizer.options))
                     : "server.optimizer");
    }
    if (server.lr != 1.0) {
        refuse(fmt::format("server.lr = {}", server.lr));
    }
}

} // namespace fedmrn
