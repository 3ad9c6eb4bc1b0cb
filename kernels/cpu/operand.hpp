// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace fedmrn::kernels::cpu {

/// Primitives work in scratch memory of ours. oneDNN's own belongs to the thread that made the
/// primitive, and a lane's thread lives for a round only.
const dnnl::primitive_attr& own_scratch();

/// One argument of a oneDNN primitive. The engine's array is bound at each call; where the
/// primitive wants another layout or type, a copy in that layout stands between, kept from call to
/// call.
class Operand {
public:
    enum class Use { input, output };
    Operand() = default;
    Operand(const dnnl::memory::desc& ours, const dnnl::memory::desc& wanted, Use use,
            const dnnl::engine& engine);

    /// Input: the argument, holding data. It is valid until the next load.
    const dnnl::memory& load(const dnnl::stream& stream, const void* data);
    /// Output: the argument for the primitive to write; finish() brings it to data.
    const dnnl::memory& into(void* data);
    void finish(const dnnl::stream& stream);

private:
    void bind(const void* data);
    dnnl::memory ours_, copy_;
    dnnl::reorder reorder_;
    bool same_ = true;
};

} // namespace fedmrn::kernels::cpu
