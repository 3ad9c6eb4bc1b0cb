// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/status.hpp"

#include <utility>

namespace simt::detail {
namespace {

std::recursive_mutex& api_mutex() {
    static auto* mutex = new std::recursive_mutex;
    return *mutex;
}
thread_local cudaError_t last_error = cudaSuccess; // CUDA's too is one for each host thread

struct Name {
    cudaError_t error;
    const char *name, *text;
};
#define SIMT_ERROR(error, text)                                                                    \
    { error, #error, text }
constexpr Name names[] = {
    SIMT_ERROR(cudaSuccess, "no error"),
    SIMT_ERROR(cudaErrorInvalidValue, "invalid argument"),
    SIMT_ERROR(cudaErrorMemoryAllocation, "out of memory"),
    SIMT_ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    SIMT_ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
    SIMT_ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    SIMT_ERROR(cudaErrorNotReady, "device not ready"),
    SIMT_ERROR(cudaErrorNotSupported, "operation not supported"),
    SIMT_ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    SIMT_ERROR(cudaErrorCooperativeLaunchTooLarge, "too many blocks in cooperative launch"),
    SIMT_ERROR(cudaErrorIllegalState, "the operation cannot be performed in the present state"),
    SIMT_ERROR(cudaErrorStreamCaptureUnsupported,
               "operation not permitted when stream is capturing"),
    SIMT_ERROR(cudaErrorStreamCaptureInvalidated,
               "operation failed due to a previous error during capture"),
    SIMT_ERROR(cudaErrorStreamCaptureMerge,
               "operation would result in a merge of separate capture sequences"),
    SIMT_ERROR(cudaErrorStreamCaptureUnmatched,
               "capture was not ended in the same stream as it began"),
    SIMT_ERROR(cudaErrorStreamCaptureUnjoined, "capturing stream has unjoined work"),
    SIMT_ERROR(cudaErrorStreamCaptureIsolation,
               "dependency created on uncaptured work in another stream"),
    SIMT_ERROR(cudaErrorStreamCaptureImplicit,
               "operation would make the legacy stream depend on a capturing blocking stream"),
    SIMT_ERROR(cudaErrorCapturedEvent,
               "operation not permitted on an event last recorded in a capturing stream"),
};
#undef SIMT_ERROR

const Name& find(cudaError_t error) {
    static constexpr Name unknown{cudaErrorUnknown, "cudaErrorUnknown", "unknown error"};
    for (const Name& name : names) {
        if (name.error == error) return name;
    }
    return unknown;
}

} // namespace

ApiLock::ApiLock() : lock_(api_mutex()) {}

cudaError_t status(cudaError_t error) {
    if (error != cudaSuccess) last_error = error;
    return error;
}

} // namespace simt::detail

extern "C" {
cudaError_t CUDARTAPI cudaGetLastError() {
    return std::exchange(simt::detail::last_error, cudaSuccess);
}
cudaError_t CUDARTAPI cudaPeekAtLastError() { return simt::detail::last_error; }
const char* CUDARTAPI cudaGetErrorString(cudaError_t error) {
    return simt::detail::find(error).text;
}
const char* CUDARTAPI cudaGetErrorName(cudaError_t error) { return simt::detail::find(error).name; }
}
