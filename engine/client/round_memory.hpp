// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/method/variables.hpp"
#include "engine/stage/stages.hpp"

namespace fedmrn {

/// What rounds change of a local step, in device memory that stays where it is: kernels that were
/// recorded read it there.
class RoundMemory {
public:
    explicit RoundMemory(Device& device) : device_(device) {}

    /// Before a round's first step, when the device has nothing queued that reads the last one's.
    void write(float lr, const Variables& variables, const Stages& stages,
               const RoundContext& round);

    [[nodiscard]] DevicePointer<const float> lr() const { return parts_.front().as<const float>(); }
    [[nodiscard]] DevicePointer<const std::byte> variables() const { return parts_[1]; }
    /// Of each stage.
    [[nodiscard]] std::span<const DevicePointer<const std::byte>> stages() const {
        return std::span(parts_).subspan(2);
    }

private:
    Device& device_;
    Buffer<std::byte> memory_;
    std::vector<DevicePointer<const std::byte>> parts_;
};

} // namespace fedmrn
