// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <oneapi/dnnl/dnnl.hpp>

#include "bench/cuda/cuda.hpp"
#include "bench/support/registry.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"

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

/// Reads and removes --device=… and --precision=… . Throws Error for a device that is not there.
inline void choose(int& argc, char** argv) {
    std::string device = "cpu", precision = "auto";
    int kept = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument.starts_with("--device=")) {
            device = argument.substr(9);
        } else if (argument.starts_with("--precision=")) {
            precision = argument.substr(12);
        } else {
            argv[kept++] = argv[i];
        }
    }
    argc = kept;
    if (device != "cpu" && device != "cuda") {
        throw Error("--device: expected cpu or cuda, found \"" + device + "\"");
    }
    if (precision != "auto" && precision != "fp32" && precision != "tf32") {
        throw Error("--precision: expected auto, fp32 or tf32, found \"" + precision + "\"");
    }
    choice().device = device == "cuda" ? DeviceKind::cuda : DeviceKind::cpu;
    if (!on_cpu() && available_devices().size() < 2) {
#ifdef FEDMRN_WITH_CUDA
        throw Error("--device=cuda: no GPU was found");
#else
        throw Error("--device=cuda: this build has no CUDA device; use the preset cuda");
#endif
    }
    choice().precision = choose_precision(precision == "fp32"   ? Precision::fp32
                                          : precision == "tf32" ? Precision::tf32
                                                                : Precision::automatic,
                                          choice().device);
}

/// What a result needs to be compared: which sources, which machine, which compiler and libraries.
/// The commit is the source tree's when the program runs; FEDMRN_COMMIT names it where the program
/// was carried to another machine.
inline void describe() {
    using benchmark::AddCustomContext;
    const char* given = std::getenv("FEDMRN_COMMIT");
    const std::string commit = given ? given : git("rev-parse --short=12 HEAD");
    AddCustomContext("commit", commit.empty() ? "unknown" : commit);
    if (!given) {
        AddCustomContext("dirty",
                         git("status --porcelain --untracked-files=no").empty() ? "no" : "yes");
    }
    const std::vector<DeviceInfo> devices = available_devices();
    AddCustomContext("cpu", devices.front().name + " (" + devices.front().capabilities + ")");
    AddCustomContext("device", on_cpu() ? "cpu" : "cuda");
    if (!on_cpu()) {
        AddCustomContext("gpu", devices[1].name + " (" + devices[1].capabilities + ")");
        AddCustomContext("precision", choice().precision == Precision::tf32 ? "tf32" : "fp32");
        for (const auto& [name, value] : cuda_versions()) {
            AddCustomContext(name, value);
        }
    }
    const dnnl_version_t* onednn = dnnl_version();
    AddCustomContext("compiler", FEDMRN_COMPILER);
    AddCustomContext("onednn", std::to_string(onednn->major) + "." + std::to_string(onednn->minor) +
                                   "." + std::to_string(onednn->patch));
}

/// The main of a benchmark program: Google Benchmark's, and the device. Exit status 2, after one
/// line, for a device that is not there.
inline int run(int argc, char** argv) {
    try {
        choose(argc, argv);
        benchmark::Initialize(&argc, argv);
        if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
            return 1;
        }
        describe();
        for (const auto list : registrations()) {
            list();
        }
        benchmark::RunSpecifiedBenchmarks();
        benchmark::Shutdown();
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return static_cast<int>(error.fault());
    }
}

} // namespace fedmrn::bench
