// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/step_advice.hpp"

#include <sstream>

namespace fedmrn {

std::string step_advice(const Config& config) {
    const auto named = [](const char* key, double value) {
        std::ostringstream text;
        text << key << " = " << value;
        return text.str();
    };
    const ServerConfig& server = config.server;
    std::string advice = "lower " + named("client.lr", config.client.lr);
    if (server.optimizer != ServerOptimizer::sgd || server.lr > 1.0) {
        advice += " or " + named("server.lr", server.lr);
    }
    return server.momentum != 0.0 ? advice + " or " + named("server.momentum", server.momentum)
                                  : advice;
}

} // namespace fedmrn
