// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include <oneapi/dnnl/dnnl.hpp>

#include "bench/cuda/cuda.hpp"
#include "kernels/cpu/cpu_device.hpp"

namespace fedmrn::bench {

/// C = A · B of 768 × 768 matrices on one thread, in the layout that oneDNN likes best: what the
/// vector (or matrix) units of a core reach.
class Gemm final : public Product {
public:
    static constexpr dnnl::memory::dim size = 768;

    explicit Gemm(Real real) : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
        const kernels::cpu::SingleThreaded primitives;
        using Memory = dnnl::memory;
        const auto type = real == Real::f32 ? Memory::data_type::f32 : Memory::data_type::bf16;
        const Memory::desc any({size, size}, type, Memory::format_tag::any);
        const dnnl::matmul::primitive_desc desc({any, any, any}, engine_);
        a_ = filled(desc.src_desc());
        b_ = filled(desc.weights_desc());
        c_ = filled(desc.dst_desc());
        matmul_ = dnnl::matmul(desc);
    }

    [[nodiscard]] double operations() const override { return 2.0 * size * size * size; }
    void run() override {
        const kernels::cpu::SingleThreaded primitives;
        matmul_.execute(stream_, {{DNNL_ARG_SRC, a_}, {DNNL_ARG_WEIGHTS, b_}, {DNNL_ARG_DST, c_}});
    }

private:
    [[nodiscard]] dnnl::memory filled(const dnnl::memory::desc& desc) const {
        dnnl::memory memory(desc, engine_);
        std::memset(memory.get_data_handle(), 0x3c, desc.get_size()); // 0x3c3c: 0.0115
        return memory;
    }

    dnnl::engine engine_;
    dnnl::stream stream_;
    dnnl::memory a_, b_, c_;
    dnnl::matmul matmul_;
};

} // namespace fedmrn::bench
