// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/device.hpp"
#include "tests/support/gpu.hpp"

namespace fedmrn::test {

/// Every kind of device that this build has; the CPU first.
inline std::vector<DeviceKind> kinds_under_test() {
    std::vector<DeviceKind> kinds{DeviceKind::cpu};
    if (cuda_is_built()) {
        kinds.push_back(DeviceKind::cuda);
    }
    return kinds;
}

/// A test body that runs once for each kind of device, and is not begun where there is none.
class PerDevice : public ::testing::TestWithParam<DeviceKind> {
protected:
    void SetUp() override {
        if (GetParam() == DeviceKind::cuda) {
            want_gpu();
        }
    }
};

/// The same with the device opened; all memory goes through Buffer. (A fixture is made before
/// SetUp can skip the test: without a GPU it gets the CPU, which nothing then uses.)
class OnDevice : public PerDevice {
protected:
    std::unique_ptr<Device> owner = open_device(gpu_is_there() ? GetParam() : DeviceKind::cpu);
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
