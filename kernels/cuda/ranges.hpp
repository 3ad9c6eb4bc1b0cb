// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <nvtx3/nvToolsExt.h>

// NVTX: named ranges in Nsight's time line, in a domain of their own. Without a profiler a range
// costs two calls of an empty function.
namespace fedmrn::kernels::cuda {

inline nvtxDomainHandle_t range_domain() {
    static const nvtxDomainHandle_t domain = nvtxDomainCreateA("fedmrn");
    return domain;
}

/// number: the round, the lanes or the layer, shown as the range's payload.
inline void begin_range(const char* name, std::uint64_t number) {
    nvtxEventAttributes_t attributes{};
    attributes.version = NVTX_VERSION;
    attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
    attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
    attributes.message.ascii = name;
    attributes.payloadType = NVTX_PAYLOAD_TYPE_UNSIGNED_INT64;
    attributes.payload.ullValue = number;
    nvtxDomainRangePushEx(range_domain(), &attributes);
}
inline void end_range() { nvtxDomainRangePop(range_domain()); }

} // namespace fedmrn::kernels::cuda
