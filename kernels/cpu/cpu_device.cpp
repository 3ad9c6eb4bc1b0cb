// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/cpu_device.hpp"

#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <thread>

#include <unistd.h>

#include "fedmrn/error.hpp"
#include "kernels/cpu/convolution_cache.hpp"
#include "kernels/platforms.hpp"

// libgomp's, which is the runtime that Debian's oneDNN was built with, whichever compiler builds
// us.
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

namespace fedmrn::kernels::cpu {
namespace {

/// A line of /proc/cpuinfo, the first one with this name.
std::string cpuinfo(const std::string& name) {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with(name) && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return {};
}

} // namespace

SingleThreaded::SingleThreaded() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
SingleThreaded::~SingleThreaded() { omp_set_num_threads(before_); }

CpuDevice::CpuDevice()
    : engine(dnnl::engine::kind::cpu, 0), stream(engine),
      convolutions(std::make_unique<ConvolutionCache>()) {}

CpuDevice::~CpuDevice() = default;

DevicePointer<void> CpuDevice::allocate(std::size_t bytes) {
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    void* memory = std::aligned_alloc(64, rounded == 0 ? 64 : rounded);
    if (!memory) {
        throw Error("cpu: no memory left for an array of " + std::to_string(bytes >> 20) + " MiB",
                    Fault::run);
    }
    return DevicePointer<void>::from_device(memory);
}

void CpuDevice::release(DevicePointer<void> memory) noexcept { std::free(memory.get()); }

std::size_t CpuDevice::free_memory() const {
    return static_cast<std::size_t>(sysconf(_SC_AVPHYS_PAGES)) *
           static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
}

float* CpuDevice::scratch(std::size_t slot, std::size_t floats) {
    if (scratch_.size() <= slot) {
        scratch_.resize(slot + 1);
    }
    if (scratch_[slot].size() < floats) {
        scratch_[slot].resize(floats);
    }
    return scratch_[slot].data();
}

namespace {

std::unique_ptr<Device> open(Precision, const DevicePlace& place, std::size_t) {
    if (place.gpu || place.stream != nullptr) {
        throw Error("device cpu: it has no GPU to choose, and no streams");
    }
    try {
        return std::make_unique<CpuDevice>();
    } catch (const dnnl::error& error) {
        throw Error(std::string("cpu: oneDNN cannot be used: ") + error.what(), Fault::run);
    }
}

std::vector<DeviceInfo> list() {
    DeviceInfo info;
    info.name = cpuinfo("model name");
    info.cores = std::max(1u, std::thread::hardware_concurrency());
    info.memory = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                  static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
    const std::string flags = " " + cpuinfo("flags") + " ";
    for (const char* flag : {"avx2", "avx512f", "avx512_bf16", "amx_bf16"}) {
        if (flags.find(" " + std::string(flag) + " ") != std::string::npos) {
            info.capabilities += (info.capabilities.empty() ? "" : " ") + std::string(flag);
        }
    }
    info.bf16 = multiplies_bf16(dnnl::engine(dnnl::engine::kind::cpu, 0));
    return {info};
}

std::string absence() { return {}; }

} // namespace

Platform platform() { return {DeviceKind::cpu, "CPU", false, list, absence, open, backend}; }

} // namespace fedmrn::kernels::cpu
