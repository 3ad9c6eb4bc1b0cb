// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simt/device.hpp>

#include "device_array.hpp"
#include "seeded_bugs.hpp"

// Mistakes of the host: memory, streams, graphs.

__global__ void step_kernel(int* p, int factor, int term) { *p = *p * factor + term; }

inline bool memory(Bug bug) {
    int on_host = 0;
    void* p = nullptr;
    check(cudaMalloc(&p, sizeof(int)));
    check(cudaMemset(p, 0, sizeof(int)));
    auto* value = static_cast<int*>(p);
    if (bug == Bug::host_dereference) *const_cast<volatile int*>(value) = 1;
    if (bug == Bug::use_after_free) check(cudaFreeAsync(p, nullptr));
    // in a struct, where the launch does not see it
    struct Held {
        int* p;
    } const held{value};
    const auto kernel = +[](Held h) { *h.p += 3; };
    simt::launch(kernel, 1, 1, 0, nullptr, held);
    const bool refused = bug == Bug::too_many_threads || bug == Bug::ignored_launch_error;
    try {
        simt::launch(step_kernel, 1, refused ? 2048 : 1, 0, nullptr,
                     bug == Bug::host_pointer_argument ? &on_host : value, 2, 1);
    } catch (...) {
        if (bug != Bug::ignored_launch_error) throw;
    }
    int result = 0;
    check(cudaMemcpy(&result, value, sizeof(int), cudaMemcpyDeviceToHost));
    check(cudaFree(p));
    if (bug == Bug::double_free) check(cudaFree(p));
    return result == 7;
}

/// Two streams, and one event between them.
struct Pair {
    Pair() {
        check(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking));
        check(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() {
        cudaStreamDestroy(first);
        cudaStreamDestroy(second);
        cudaEventDestroy(event);
    }
    /// What comes next on `to` comes after what `from` holds.
    void order(cudaStream_t from, cudaStream_t to) const {
        check(cudaEventRecord(event, from));
        check(cudaStreamWaitEvent(to, event, 0));
    }
    cudaStream_t first{}, second{};
    cudaEvent_t event{};
};

inline bool streams(Bug bug) {
    const Pair pair;
    const DeviceArray<int> value(std::vector<int>{1});
    void* pinned = nullptr;
    check(cudaMallocHost(&pinned, sizeof(int)));
    auto* host = static_cast<int*>(pinned);
    *host = 0;
    simt::launch(step_kernel, 1, 1, 0, pair.first, value.data(), 5, 2);
    if (bug != Bug::missing_stream_wait) pair.order(pair.first, pair.second);
    simt::launch(step_kernel, 1, 1, 0, pair.second, value.data(), 3, 1);
    check(cudaMemcpyAsync(host, value.data(), sizeof(int), cudaMemcpyDeviceToHost, pair.second));
    if (bug != Bug::missing_synchronize) check(cudaStreamSynchronize(pair.second));
    const int result = *host;
    check(cudaDeviceSynchronize());
    check(cudaFreeHost(pinned));
    return result == 22;
}

/// A value goes to the device from pinned memory, is worked on, and its memory goes back.
inline bool upload(Bug bug) {
    const Pair pair;
    void *pinned = nullptr, *p = nullptr;
    check(cudaMallocHost(&pinned, sizeof(int)));
    check(cudaMalloc(&p, sizeof(int)));
    auto *host = static_cast<int*>(pinned), *value = static_cast<int*>(p);
    *host = 4;
    check(cudaMemcpyAsync(value, host, sizeof(int), cudaMemcpyHostToDevice, pair.first));
    if (bug != Bug::source_reused_early) check(cudaStreamSynchronize(pair.first));
    *host = 0;
    simt::launch(step_kernel, 1, 1, 0, pair.first, value, 5, 2);
    check(cudaMemcpyAsync(host, value, sizeof(int), cudaMemcpyDeviceToHost, pair.first));
    if (bug != Bug::freed_before_use) pair.order(pair.first, pair.second);
    check(cudaFreeAsync(value, pair.second));
    check(cudaDeviceSynchronize());
    const int result = *host;
    check(cudaFreeHost(pinned));
    return result == 22;
}

/// A recorded step, replayed; an array that it works on must stay where it is.
inline bool replay(Bug bug) {
    const Pair pair;
    void* p = nullptr;
    check(cudaMalloc(&p, sizeof(int)));
    check(cudaMemsetAsync(p, 0, sizeof(int), pair.first));
    check(cudaStreamBeginCapture(pair.first, cudaStreamCaptureModeGlobal));
    simt::launch(step_kernel, 1, 1, 0, pair.first, static_cast<int*>(p), 2, 1);
    cudaGraph_t graph{};
    cudaGraphExec_t exec{};
    check(cudaStreamEndCapture(pair.first, &graph));
    check(cudaGraphInstantiate(&exec, graph, 0));
    check(cudaGraphLaunch(exec, pair.first));
    check(cudaStreamSynchronize(pair.first));
    if (bug == Bug::stale_graph_pointer) { // grown: the same array, elsewhere
        void* larger = nullptr;
        check(cudaMalloc(&larger, 2 * sizeof(int)));
        check(cudaMemcpy(larger, p, sizeof(int), cudaMemcpyDeviceToDevice));
        check(cudaFree(p));
        p = larger;
    }
    check(cudaGraphLaunch(exec, pair.first));
    check(cudaStreamSynchronize(pair.first));
    int result = 0;
    check(cudaMemcpy(&result, p, sizeof(int), cudaMemcpyDeviceToHost));
    check(cudaFree(p));
    check(cudaGraphExecDestroy(exec));
    check(cudaGraphDestroy(graph));
    return result == 3;
}

inline bool graphs(Bug bug) {
    const Pair pair;
    const DeviceArray<int> x(std::vector<int>{1}), y(std::vector<int>{1});
    check(cudaStreamBeginCapture(pair.first, cudaStreamCaptureModeGlobal));
    simt::launch(step_kernel, 1, 1, 0, pair.first, x.data(), 5, 2);
    pair.order(pair.first, pair.second);
    for (int i = 0; i < 8; ++i) {
        simt::launch(step_kernel, 1, 1, 0, pair.second, y.data(), 1, 1);
        const auto target = bug == Bug::missing_graph_dependency ? pair.second : pair.first;
        simt::launch(step_kernel, 1, 1, 0, target, x.data(), i % 2 ? 1 : 2, i);
        if (bug == Bug::missing_graph_dependency) { // the same array from both sides
            simt::launch(step_kernel, 1, 1, 0, pair.first, x.data(), 3, 1);
        }
    }
    void* p = nullptr;
    if (bug == Bug::synchronize_in_capture) check(cudaStreamSynchronize(pair.first));
    if (bug == Bug::allocate_in_capture) check(cudaMalloc(&p, 4));
    if (bug != Bug::unjoined_fork) pair.order(pair.second, pair.first);
    cudaGraph_t graph{};
    cudaGraphExec_t exec{};
    check(cudaStreamEndCapture(pair.first, &graph));
    check(cudaGraphInstantiate(&exec, graph, 0));
    check(cudaGraphLaunch(exec, pair.first));
    check(cudaStreamSynchronize(pair.first));
    check(cudaGraphExecDestroy(exec));
    check(cudaGraphDestroy(graph));
    int want = 7;
    for (int i = 0; i < 8; ++i) {
        want = want * (i % 2 ? 1 : 2) + i;
        if (bug == Bug::missing_graph_dependency) want = want * 3 + 1;
    }
    return x.read()[0] == want && y.read()[0] == 9;
}
