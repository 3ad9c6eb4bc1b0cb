// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <tuple>

#include "kernels/convolution.hpp"
#include "kernels/cpu/operand.hpp"

namespace fedmrn::kernels::cpu {

/// The memory that a primitive works in, in the workspace.
class Scratch {
public:
    Scratch(const dnnl::memory::desc& wanted, const dnnl::engine& engine)
        : memory_(wanted, engine, nullptr), bytes_(wanted.get_size()) {}
    const dnnl::memory& in(Workspace& workspace) {
        if (bytes_ != 0) {
            memory_.set_data_handle(workspace.at(Workspace::slots - 1, bytes_));
        }
        return memory_;
    }

private:
    dnnl::memory memory_;
    std::size_t bytes_;
};

/// oneDNN's primitives of one convolution at one batch size, with their arguments. Images are
/// channels-last in the engine; Winograd wants them in blocks of 16 channels.
struct Convolution {
    Convolution(const dnnl::engine& engine, const ConvolutionShape& shape, std::size_t samples);

    struct Forward {
        dnnl::convolution_forward primitive;
        Operand x, w, y;
        Scratch scratch;
    } forward;
    struct BackwardData {
        dnnl::convolution_backward_data primitive;
        Operand dy, w, dx;
        Scratch scratch;
    } backward_data;
    struct BackwardWeights {
        dnnl::convolution_backward_weights primitive;
        Operand x, dy, dw;
        Scratch scratch;
    } backward_weights;
};

/// Whether oneDNN has convolutions in bf16 for this CPU.
bool multiplies_bf16(const dnnl::engine& engine);

/// Made at first use, kept for the device's life: one entry a shape and batch size. All of them
/// work in one workspace.
struct ConvolutionCache {
    Workspace workspace;

    Convolution& get(const dnnl::engine& engine, const ConvolutionShape& shape,
                     std::size_t samples);

private:
    using Key = std::tuple<std::size_t, std::size_t, std::size_t, std::size_t, std::size_t,
                           std::size_t, std::size_t, Real>;
    std::map<Key, Convolution> entries_;
};

} // namespace fedmrn::kernels::cpu
