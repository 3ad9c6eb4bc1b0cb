// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "fedmrn/model.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// Memory that is needed from one moment to another, both included.
struct Claim {
    std::size_t bytes = 0, from = 0, to = 0;
    std::size_t offset = 0;
};

/// Gives every claim a place in which nothing else lies as long as it is needed, a multiple of 256
/// bytes from the start. Returns the bytes of all.
std::size_t place(std::vector<Claim>& claims);

/// Where all that a pass over a model writes lies in one piece of memory. A value lives until the
/// last that reads it has done so, on the way forth or back; what a batch brings along stays. A
/// gradient lives from the first that writes it to the layer that made its value; whoever else has
/// a share in it writes the share beside it, to be added.
struct Plan {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct Gradient {
        std::size_t offset = none;
        std::size_t total = none; ///< to be added to what lies there
    };
    struct Step {
        std::vector<Gradient> dx; ///< of each input
        std::size_t dy = none;    ///< none: there is no way back through it
        std::vector<std::size_t> kept;
    };
    std::vector<std::size_t> values;
    std::vector<Step> nodes, losses;
    std::size_t bytes = 0;
};

/// The values of a model where reals are `real`.
std::vector<Tensor> decided(const Model& model, Real real);

/// Rows that a lane has room for.
std::size_t room_of(const Rows& rows, std::size_t batch);

/// values: as decided() gives them. training: with a way back.
Plan make_plan(const Model& model, const std::vector<Tensor>& values, std::size_t lanes,
               std::size_t batch, bool training);

} // namespace fedmrn
