// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <string>

#include <benchmark/benchmark.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "fedmrn/device.hpp"

namespace fedmrn::bench {

/// The first line that a git command prints in the source tree; empty where there is none.
inline std::string git(const std::string& arguments) {
    const std::string command = "git -C '" FEDMRN_SOURCE "' " + arguments + " 2>/dev/null";
    std::FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) {
        return {};
    }
    std::array<char, 256> line{};
    std::string text = std::fgets(line.data(), line.size(), pipe) ? line.data() : "";
    pclose(pipe);
    return text.substr(0, text.find('\n'));
}

/// Google Benchmark's main, with what a result needs to be compared: which sources, which machine,
/// which compiler and library. The commit is the source tree's when the program runs.
inline int run(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 1;
    }
    const DeviceInfo cpu = available_devices().front();
    const dnnl_version_t* onednn = dnnl_version();
    const std::string commit = git("rev-parse --short=12 HEAD");
    benchmark::AddCustomContext("commit", commit.empty() ? "unknown" : commit);
    benchmark::AddCustomContext(
        "dirty", git("status --porcelain --untracked-files=no").empty() ? "no" : "yes");
    benchmark::AddCustomContext("cpu", cpu.name + " (" + cpu.capabilities + ")");
    benchmark::AddCustomContext("compiler", FEDMRN_COMPILER);
    benchmark::AddCustomContext("onednn", std::to_string(onednn->major) + "." +
                                              std::to_string(onednn->minor) + "." +
                                              std::to_string(onednn->patch));
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

} // namespace fedmrn::bench
