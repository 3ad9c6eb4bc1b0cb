// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/client/batch.hpp"
#include "engine/stage/teacher.hpp"

namespace fedmrn {

/// A teacher on a device: what it says of the lanes' batches, by weights that all of them share and
/// its running statistics. Its calls are recorded with the step that they are part of.
class TeacherNetwork {
public:
    TeacherNetwork(Device& device, const Teacher& teacher, std::size_t lanes, std::size_t batch,
                   Real real);

    /// Queues the filling of its inputs with the batches that the student gets.
    void fill(const BatchSource& source, std::size_t lanes, DevicePointer<const LaneState> states);
    /// Queues its way through them, and its logits into the student's input for them.
    void answer(std::size_t lanes, DevicePointer<const LaneState> states, Network& student);

private:
    Device& device_;
    Network network_;
    Buffer<float> state_;
};

} // namespace fedmrn
