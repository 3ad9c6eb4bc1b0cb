// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fedmrn/device_kind.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

struct Config;

/// One processor that could run an experiment.
struct DeviceInfo {
    DeviceKind kind = DeviceKind::cpu;
    std::string name;         ///< as the vendor calls it
    std::size_t cores = 0;    ///< CPU cores or GPU multiprocessors
    std::size_t memory = 0;   ///< bytes
    std::string capabilities; ///< e.g. "avx512 bf16", "sm_90"
    bool bf16 = true;         ///< multiplies bf16; false: as float32 products, and slower
};

/// Where on its machine an experiment runs; for a program that uses a GPU itself.
struct DevicePlace {
    /// Of several GPUs which, as CUDA counts them; not said: the one of the rank's place among the
    /// ranks of its machine, the first for a process alone.
    std::optional<std::size_t> gpu = {};
    /// A cudaStream_t of that GPU: all work is queued on it, in the order of the program's own work
    /// there. Steps are recorded from it, so that it is none of CUDA's default streams, and nobody
    /// else queues on it while a member function works. It outlives the experiment. Null: a stream
    /// of the experiment's own.
    void* stream = nullptr;
};

/// All of them, the CPU first.
std::vector<DeviceInfo> available_devices();

/// Resolves automatic; why says in one line which was taken and why. Throws Error where a device
/// was asked for that is not there.
DeviceKind choose_device(DeviceKind asked, std::string& why);

/// Whether Experiment::profile does anything on it.
bool has_profiler(DeviceKind device);

/// Resolves automatic for a device that is there. Throws Error for tf32 where the device has none.
Precision choose_precision(Precision asked, DeviceKind device);

/// A configuration with device and precision resolved. Throws as the two above.
Config resolved(const Config& config);

} // namespace fedmrn
#pragma GCC visibility pop
