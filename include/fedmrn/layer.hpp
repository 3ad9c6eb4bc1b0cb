// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/device_kind.hpp"
#include "fedmrn/lane.hpp"
#include "fedmrn/parameter.hpp"
#include "fedmrn/tensor.hpp"

namespace fedmrn { // the library's own
class Device;
} // namespace fedmrn

#pragma GCC visibility push(default)
namespace fedmrn {

/// What layers and losses are called with. What they queue on the device runs in the order of the
/// calls and may be recorded: no memory is to be allocated and nothing waited for.
struct Context {
    Device& device;
    std::size_t lanes = 1;
};

/// Where the rows of a value are: `room` of them a lane, of which the first rows[lane].samples are
/// there. The others are neither to be read nor written. rows is device memory.
struct Place {
    Tensor tensor; ///< element is decided: never Element::real
    std::size_t room = 0;
    DevicePointer<const LaneState> rows;
};

/// A tensor of the state, as every lane has it.
struct ParameterView {
    PerLane<const float> value;
    PerLane<float> statistic; ///< forward in training: a statistic, to be updated; else null
    PerLane<float> gradient;  ///< backward: to be written; null: of a statistic
};

/// What a layer works on, in device memory: values are [lanes][room][elements of a row].
struct LayerArgs {
    std::span<const Place> in; ///< of x and dx
    Place out;                 ///< of y and dy
    std::span<const DevicePointer<const void>> x;
    DevicePointer<void> y;        ///< forward: to be written
    DevicePointer<const void> dy; ///< backward
    /// Backward: to be written, not added to; see needs_dx.
    std::span<const DevicePointer<void>> dx;
    std::span<const DevicePointer<void>> kept; ///< as kept() asked for; none in an evaluation
    std::span<const ParameterView> parameters; ///< as parameters() asked for
};

/// A kind of layer with its settings. Holds no state: one object may stand in several places of
/// several models, and be used by several threads.
class Layer {
public:
    virtual ~Layer() = default;

    /// What it is, for errors and a profiler: "convolution".
    [[nodiscard]] virtual std::string kind() const = 0;
    /// What a layer that was given no name is called, a number behind it: "conv" makes conv1.
    [[nodiscard]] virtual std::string prefix() const { return kind(); }

    /// What it makes of these. Throws Error that says what does not fit.
    [[nodiscard]] virtual Tensor infer(std::span<const Tensor> in) const = 0;
    /// The tensors it needs.
    [[nodiscard]] virtual std::vector<Parameter> parameters(std::span<const Tensor> in) const;
    /// What forward keeps for backward, beside values.
    [[nodiscard]] virtual std::vector<Tensor> kept(std::span<const Tensor> in) const;

    /// What integers of x[input] have to be below, from 0 on; 0: any will do.
    [[nodiscard]] virtual std::uint32_t below(std::span<const Tensor> /*in*/,
                                              std::size_t /*input*/) const {
        return 0;
    }

    /// Whether backward reads x[input], or y, again. Where not, it finds null and memory is saved.
    [[nodiscard]] virtual bool rereads(std::size_t input) const;
    [[nodiscard]] virtual bool rereads_output() const { return true; }
    /// Whether backward must be given a dx that nobody wants. False: it then finds null. What holds
    /// integers has none in any case.
    [[nodiscard]] virtual bool needs_dx() const { return true; }
    /// Whether it is written for this kind of device. On the CPU device all memory is the host's; a
    /// layer that computes by itself, and calls no contract, is written for that one alone.
    [[nodiscard]] virtual bool runs_on(DeviceKind) const { return true; }
    /// The same bytes with other rows: neither forward nor backward is called.
    [[nodiscard]] virtual bool is_view() const { return false; }

    /// training: statistics are updated and what backward needs is kept.
    virtual void forward(Context& context, const LayerArgs& args, bool training) const = 0;
    /// Writes dx and the gradients of parameters; x, y and kept are as forward left them.
    virtual void backward(Context& context, const LayerArgs& args) const = 0;
};

} // namespace fedmrn
#pragma GCC visibility pop
