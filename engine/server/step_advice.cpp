// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/step_advice.hpp"

#include <sstream>

#include "fedmrn/server.hpp"

namespace fedmrn {

std::string step_advice(const Config& config) {
    std::ostringstream advice;
    const auto name = [&](const char* key, double value) {
        advice << (advice.tellp() == 0 ? "lower " : " or ") << key << " = " << value;
    };
    const ServerConfig& server = config.server;
    name("client.lr", config.client.lr);
    if (config.client.momentum != 0.0) name("client.momentum", config.client.momentum);
    const ServerOptimizerEntry& optimizer = server_optimizers().at(server.optimizer.name);
    if (optimizer.lr != 1.0 || server.lr > 1.0) name("server.lr", server.lr);
    if (optimizer.option("momentum") != nullptr) {
        const auto momentum =
            std::get<double>(optimizer.value("momentum", server.optimizer.options));
        if (momentum != 0.0) name("server.momentum", momentum);
    }
    return advice.str();
}

} // namespace fedmrn
