// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda_device.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <cuda_profiler_api.h>
#include <nvtx3/nvToolsExtCudaRt.h>

#include "fedmrn/error.hpp"
#include "kernels/cuda/ranges.hpp"
#include "kernels/cuda/recording.hpp"
#include "kernels/platforms.hpp"

namespace fedmrn::kernels::cuda {
namespace {

std::string mebibytes(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

[[noreturn]] void out_of_memory(std::size_t bytes) {
    cudaGetLastError(); // so that the next call does not report it again
    std::size_t free = 0, total = 0;
    cudaMemGetInfo(&free, &total);
    throw Error("cuda: no memory left for an array of " + mebibytes(bytes) + "; " +
                    mebibytes(free) + " of " + mebibytes(total) + " are free",
                Fault::run);
}

/// How many GPUs there are; none where there is no driver either, and why says so.
int device_count(std::string& why) {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaErrorInsufficientDriver) { // CUDA's own words do not tell that none is there
        why = "no NVIDIA driver, or one older than CUDA " + std::to_string(CUDART_VERSION / 1000) +
              '.' + std::to_string(CUDART_VERSION % 1000 / 10);
    } else {
        why = status == cudaSuccess ? "none is visible" : cudaGetErrorString(status);
    }
    cudaGetLastError(); // so that the next call does not report it again
    return status == cudaSuccess ? count : 0;
}

cudaMemPool_t memory_pool(int ordinal) {
    cudaMemPool_t pool = nullptr;
    check(cudaDeviceGetDefaultMemPool(&pool, ordinal), "finding the memory pool");
    return pool;
}

/// Of the GPU that is current from here on.
std::size_t count_multiprocessors(int ordinal) {
    int count = 0;
    use_gpu(ordinal);
    check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, ordinal),
          "asking for a GPU's multiprocessors");
    return static_cast<std::size_t>(count);
}

/// Freed memory stays with the process: another client of the same size takes it at once.
void keep_freed_memory(int ordinal) {
    std::uint64_t threshold = UINT64_MAX;
    check(
        cudaMemPoolSetAttribute(memory_pool(ordinal), cudaMemPoolAttrReleaseThreshold, &threshold),
        "setting up the memory pool");
}

} // namespace

void check(cudaError_t status, const char* doing) {
    if (status == cudaSuccess) {
        return;
    }
    cudaGetLastError();
    throw Error("cuda: " + std::string(doing) + ": " + cudaGetErrorString(status), Fault::run);
}

/// Asked first: that is the cheaper question, and where there is one GPU the only one.
void use_gpu(int ordinal) {
    int current = 0;
    check(cudaGetDevice(&current), "asking which GPU is used");
    if (current != ordinal) {
        check(cudaSetDevice(ordinal), "choosing a GPU");
    }
}

CudaDevice::CudaDevice(Precision precision, int ordinal, cudaStream_t given)
    : tensor_floats(precision == Precision::tf32), ordinal_(ordinal), owns_stream_(!given),
      stream_(given), multiprocessors_(count_multiprocessors(ordinal)) {
    if (owns_stream_) {
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "creating a stream");
        nvtxNameCudaStreamA(stream_, "fedmrn");
    }
    check(cudaStreamCreateWithFlags(&second_, cudaStreamNonBlocking), "creating a stream");
    for (cudaEvent_t* event : {&forked_, &joined_}) {
        check(cudaEventCreateWithFlags(event, cudaEventDisableTiming), "creating an event");
    }
    nvtxNameCudaStreamA(second_, "fedmrn, beside");
    keep_freed_memory(ordinal_);
}

CudaDevice::~CudaDevice() {
    for (Block& block : scratch_) {
        release(block.memory);
    }
    for (const DevicePointer<void> memory : outgrown_) {
        release(memory);
    }
    cudaStreamSynchronize(stream_);
    cudaEventDestroy(forked_);
    cudaEventDestroy(joined_);
    cudaStreamDestroy(second_);
    if (owns_stream_) {
        cudaStreamDestroy(stream_);
    }
}

DevicePointer<void> CudaDevice::allocate(std::size_t bytes) {
    void* memory = nullptr;
    const cudaError_t status =
        cudaMallocAsync(&memory, std::max<std::size_t>(bytes, 256), stream());
    if (status == cudaErrorMemoryAllocation) {
        out_of_memory(bytes);
    }
    check(status, "reserving memory");
    return DevicePointer<void>::from_device(memory);
}

void CudaDevice::release(DevicePointer<void> memory) noexcept {
    if (memory) {
        cudaFreeAsync(memory.get(), stream_);
    }
}

void CudaDevice::copy_in(DevicePointer<void> device, const void* host, std::size_t bytes) {
    staging_.copy_in(stream(), device.get(), host, bytes);
}

void CudaDevice::copy_out(void* host, DevicePointer<const void> device, std::size_t bytes) {
    staging_.copy_out(stream(), host, device.get(), bytes);
}

void CudaDevice::copy_within(DevicePointer<void> to, DevicePointer<const void> from,
                             std::size_t bytes) {
    if (bytes != 0) {
        check(cudaMemcpyAsync(to.get(), from.get(), bytes, cudaMemcpyDeviceToDevice, stream()),
              "copying within the device");
    }
}

void CudaDevice::clear(DevicePointer<void> memory, std::size_t bytes) {
    if (bytes != 0) {
        check(cudaMemsetAsync(memory.get(), 0, bytes, stream()), "clearing memory");
    }
}

void CudaDevice::synchronize() { check(cudaStreamSynchronize(stream()), "waiting for the device"); }

std::unique_ptr<Fetch> CudaDevice::fetch(DevicePointer<const void> device, std::size_t bytes) {
    return fetching_.fetch(stream(), device.get(), bytes);
}

std::unique_ptr<Recording> CudaDevice::record(const std::function<void()>& work) {
    return std::make_unique<GraphRecording>(*this, work);
}

void CudaDevice::beside(const std::function<void()>& one, const std::function<void()>& other) {
    struct Swapped { // until its end, whatever is thrown
        cudaStream_t &first, &second;
        Swapped(cudaStream_t& a, cudaStream_t& b) : first(a), second(b) { std::swap(a, b); }
        Swapped(const Swapped&) = delete;
        Swapped& operator=(const Swapped&) = delete;
        ~Swapped() { std::swap(first, second); }
    };
    check(cudaEventRecord(forked_, stream()), "forking a stream");
    check(cudaStreamWaitEvent(second_, forked_), "forking a stream");
    {
        const Swapped swapped(stream_, second_);
        one();
    }
    other();
    check(cudaEventRecord(joined_, second_), "joining a stream");
    check(cudaStreamWaitEvent(stream_, joined_), "joining a stream");
}

std::size_t CudaDevice::free_memory() const {
    std::size_t free = 0, total = 0;
    use_gpu(ordinal_);
    check(cudaMemGetInfo(&free, &total), "asking for free memory");
    std::uint64_t reserved = 0, used = 0; // what the pool keeps is free for us
    check(cudaMemPoolGetAttribute(memory_pool(ordinal_), cudaMemPoolAttrReservedMemCurrent,
                                  &reserved),
          "asking for free memory");
    check(cudaMemPoolGetAttribute(memory_pool(ordinal_), cudaMemPoolAttrUsedMemCurrent, &used),
          "asking for free memory");
    return free + static_cast<std::size_t>(reserved - used);
}

void CudaDevice::push_range(const char* name, std::uint64_t number) { begin_range(name, number); }
void CudaDevice::pop_range() { end_range(); }

void CudaDevice::profile(bool on) {
    synchronize(); // what was queued before belongs to the other side
    check(on ? cudaProfilerStart() : cudaProfilerStop(), "talking to the profiler");
}

void* CudaDevice::scratch(Scratch slot, std::size_t bytes) {
    Block& block = scratch_[static_cast<std::size_t>(slot)];
    if (block.bytes >= bytes) {
        return block.memory.get();
    }
    cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
    check(cudaStreamIsCapturing(stream_, &capture), "asking for a capture");
    if (capture != cudaStreamCaptureStatusNone) {
        throw Error("cuda: a step was captured before it had run once at its size", Fault::run);
    }
    const DevicePointer<void> larger = allocate(bytes);
    if (block.memory) {
        outgrown_.push_back(block.memory);
    }
    block = {larger, bytes};
    return larger.get();
}

namespace {

std::string absence() {
    std::string why;
    device_count(why);
    return why;
}

std::unique_ptr<Device> open(Precision precision, const DevicePlace& place, std::size_t otherwise) {
    std::string why;
    const auto count = static_cast<std::size_t>(device_count(why));
    if (count == 0) {
        throw Error("device cuda: no GPU was found: " + why, Fault::input);
    }
    if (place.gpu && *place.gpu >= count) {
        throw Error("device cuda: expected a GPU below " + std::to_string(count) + ", found " +
                    std::to_string(*place.gpu));
    }
    auto* const stream = static_cast<cudaStream_t>(place.stream);
    if (stream == cudaStreamLegacy || stream == cudaStreamPerThread) {
        throw Error("device cuda: steps are recorded, which a default stream does not allow; give "
                    "one that cudaStreamCreate made");
    }
    return std::make_unique<CudaDevice>(
        precision, static_cast<int>(place.gpu.value_or(otherwise % count)), stream);
}

std::vector<DeviceInfo> list() {
    std::vector<DeviceInfo> devices;
    std::string why;
    for (int i = 0, count = device_count(why); i < count; ++i) {
        cudaDeviceProp properties{};
        check(cudaGetDeviceProperties(&properties, i), "asking for a device's properties");
        DeviceInfo& info = devices.emplace_back();
        info.kind = DeviceKind::cuda;
        info.name = properties.name;
        info.cores = static_cast<std::size_t>(properties.multiProcessorCount);
        info.memory = properties.totalGlobalMem;
        info.capabilities =
            "sm_" + std::to_string(properties.major) + std::to_string(properties.minor);
        if (properties.major >= 8) {
            info.capabilities += " tf32 bf16";
        }
    }
    return devices;
}

} // namespace

Platform platform() {
    return {DeviceKind::cuda, "CUDA device", true, list, absence, open, backend};
}

} // namespace fedmrn::kernels::cuda
