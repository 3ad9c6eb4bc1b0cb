// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/teacher_network.hpp"

namespace fedmrn {

TeacherNetwork::TeacherNetwork(Device& device, const Teacher& teacher, std::size_t lanes,
                               std::size_t batch, Real real)
    : device_(device), network_(device, teacher.model, lanes, batch, real, false),
      state_(device, teacher.state) {}

void TeacherNetwork::fill(const BatchSource& source, std::size_t lanes,
                          DevicePointer<const LaneState> states) {
    fill_batch(device_, source, lanes, states, network_);
}

void TeacherNetwork::answer(std::size_t lanes, DevicePointer<const LaneState> states,
                            Network& student) {
    const Range part(device_, "teacher", lanes);
    network_.infer(states, {state_.data(), 0}, lanes);
    device_.copy_within(student.input(Teacher::input), network_.given(),
                        lanes * network_.given_bytes());
}

} // namespace fedmrn
