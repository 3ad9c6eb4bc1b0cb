// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "simt/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "sanitizers.hpp"
#include "simt/error.hpp"

namespace simt {
namespace {

const char* variable(const char* name) { return std::getenv(name); }

} // namespace

Config::Config() {
    if (detail::asan || detail::tsan) stack = 256 * 1024; // their frames are wider
    if (const char* text = variable("SIMT_SCHED")) {
        const std::string value = text;
        const auto colon = value.find(':');
        const std::string name = value.substr(0, colon);
        if (name == "lifo") {
            schedule = Schedule::lifo;
        } else if (name == "random") {
            schedule = Schedule::random;
        } else if (name != "fifo") {
            throw Error("SIMT_SCHED is fifo, lifo, random or random:seed, not " + value);
        }
        if (colon != std::string::npos) seed = std::stoull(value.substr(colon + 1));
    }
    if (const char* text = variable("SIMT_STREAMS")) lazy_streams = std::string(text) == "lazy";
    if (const char* text = variable("SIMT_THREADS")) {
        threads = static_cast<unsigned>(std::max(1, std::stoi(text)));
    }
    if (const char* text = variable("SIMT_STACK")) stack = std::stoul(text);
    if (const char* text = variable("SIMT_MEMORY")) memory = std::stoul(text);
    if (variable("SIMT_UNPROTECTED")) protect = false;
}

Config& config() {
    static Config instance;
    return instance;
}

} // namespace simt
