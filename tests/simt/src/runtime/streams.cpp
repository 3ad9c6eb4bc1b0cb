// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/capture.hpp"
#include "runtime/device_properties.hpp"
#include "runtime/status.hpp"

// cudaStream…, cudaEvent…, cudaLaunchHostFunc.
using namespace simt::detail;

namespace {

Event& event_of(cudaEvent_t handle) { return *reinterpret_cast<Event*>(handle); }

} // namespace

extern "C" {
cudaError_t CUDARTAPI cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    const ApiLock lock;
    *stream = add_stream(!(flags & cudaStreamNonBlocking));
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaStreamCreate(cudaStream_t* stream) {
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}
cudaError_t CUDARTAPI cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
    return cudaStreamCreateWithFlags(stream, flags);
}
cudaError_t CUDARTAPI cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    if (least) *least = 0;
    if (greatest) *greatest = -5;
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaStreamDestroy(cudaStream_t stream) {
    const ApiLock lock;
    Stream& s = stream_of(stream);
    if (is_legacy(s)) return status(cudaErrorInvalidResourceHandle);
    if (auto error = forbid_during_capture(s)) return status(error);
    remove_stream(s);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaStreamSynchronize(cudaStream_t stream) {
    const ApiLock lock;
    Stream& s = stream_of(stream);
    if (auto error = forbid_during_capture(s)) return status(error);
    drain(s);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaStreamQuery(cudaStream_t stream) {
    const ApiLock lock;
    Stream& s = stream_of(stream);
    if (auto error = forbid_during_capture(s)) return status(error);
    const bool busy = !s.queue.empty();
    drain(s); // so that a loop of queries ends
    return status(busy ? cudaErrorNotReady : cudaSuccess);
}
cudaError_t CUDARTAPI cudaDeviceSynchronize() {
    const ApiLock lock;
    if (auto error = forbid_any_capture()) return status(error);
    drain_all();
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    const ApiLock lock;
    return status(submit(stream_of(stream), [=] { function(data); }));
}

cudaError_t CUDARTAPI cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    auto* made = new Event;
    made->device = current_device();
    *event = reinterpret_cast<cudaEvent_t>(made);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaEventCreate(cudaEvent_t* event) {
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}
cudaError_t CUDARTAPI cudaEventDestroy(cudaEvent_t event) {
    const ApiLock lock;
    delete &event_of(event);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    const ApiLock lock;
    Event& e = event_of(event);
    Stream& s = stream_of(stream);
    if (!is_legacy(s) && s.device != e.device) return status(cudaErrorInvalidResourceHandle);
    e.marker = std::make_shared<Marker>();
    e.stream = &s;
    e.capture = s.capture;
    e.nodes = s.tips;
    if (s.capture) return cudaSuccess; // only an order between nodes
    return status(submit(s, [marker = e.marker] { marker->passed = true; }));
}
cudaError_t CUDARTAPI cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
    return cudaEventRecord(event, stream);
}
cudaError_t CUDARTAPI cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    const ApiLock lock;
    const Event& e = event_of(event);
    Stream& s = stream_of(stream);
    if (s.capture || e.capture) return status(wait_captured(s, e));
    if (!e.marker) return cudaSuccess;
    return status(submit(s, [marker = e.marker, of = e.stream] { drain_until(*marker, of); }));
}
cudaError_t CUDARTAPI cudaEventSynchronize(cudaEvent_t event) {
    const ApiLock lock;
    const Event& e = event_of(event);
    if (e.capture) {
        e.capture->invalid = true;
        return status(cudaErrorCapturedEvent);
    }
    if (e.marker) drain_until(*e.marker, e.stream);
    return cudaSuccess;
}
cudaError_t CUDARTAPI cudaEventQuery(cudaEvent_t event) {
    const ApiLock lock;
    const Event& e = event_of(event);
    if (e.capture) return status(cudaErrorCapturedEvent);
    const bool busy = e.marker && !e.marker->passed;
    if (busy) drain_until(*e.marker, e.stream);
    return status(busy ? cudaErrorNotReady : cudaSuccess);
}
/// There is no time here.
cudaError_t CUDARTAPI cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) {
    *milliseconds = 0;
    return cudaSuccess;
}
}
