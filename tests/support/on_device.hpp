// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/backends.hpp"

namespace fedmrn::test {

/// Every kind of device that this machine and build have; the CPU first.
inline std::vector<DeviceKind> kinds_under_test() {
    std::vector<DeviceKind> kinds{DeviceKind::cpu};
    if (!kernels::cuda::list().empty()) {
        kinds.push_back(DeviceKind::cuda);
    }
    return kinds;
}

/// A test body that runs once for each kind of device; all memory goes through Buffer.
class OnDevice : public ::testing::TestWithParam<DeviceKind> {
protected:
    std::unique_ptr<Device> owner = open_device(GetParam());
    Device& device = *owner;
};

inline std::string kind_name(const ::testing::TestParamInfo<DeviceKind>& info) {
    return info.param == DeviceKind::cuda ? "cuda" : "cpu";
}

/// A view of a buffer that holds `stride` values a lane.
template <class T> PerLane<T> per_lane(Buffer<T>& buffer, std::size_t stride) {
    return {buffer.data(), stride};
}
template <class T> PerLane<const T> per_lane(const Buffer<T>& buffer, std::size_t stride) {
    return {buffer.data(), stride};
}

} // namespace fedmrn::test

/// Names a suite of OnDevice tests and asks for it on every device.
#define FEDMRN_ON_DEVICES(suite)                                                                   \
    using suite = fedmrn::test::OnDevice;                                                          \
    INSTANTIATE_TEST_SUITE_P(On, suite, ::testing::ValuesIn(fedmrn::test::kinds_under_test()),     \
                             fedmrn::test::kind_name)
