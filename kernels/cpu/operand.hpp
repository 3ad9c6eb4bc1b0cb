// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <oneapi/dnnl/dnnl.hpp>

#include "kernels/cpu/workspace.hpp"

namespace fedmrn::kernels::cpu {

/// Primitives work in scratch memory of ours. oneDNN's own belongs to the thread that made the
/// primitive, and a lane's thread lives for a round only.
const dnnl::primitive_attr& own_scratch();

/// What is done to an array's values on their way to a primitive, besides a change of layout.
enum class Values {
    as_they_are, ///< oneDNN converts where types differ
    widened,     ///< the array is bf16, the primitive float32
    narrowed,    ///< the array is float32; a float32 primitive sees its values rounded to bf16
};

/// One argument of a oneDNN primitive. The engine's array is bound at each call; where the
/// primitive wants another layout or type, a copy in that layout stands between, in the workspace.
class Operand {
public:
    enum class Use { input, output };
    Operand() = default;
    /// ours: the engine's array; where values are converted here, as float32.
    Operand(const dnnl::memory::desc& ours, const dnnl::memory::desc& wanted, Use use,
            const dnnl::engine& engine, Values values = Values::as_they_are);

    /// Input: the argument, holding data. place: of the operands of one call, which one it is; it
    /// is valid until the workspace's next call with the same place.
    const dnnl::memory& load(const dnnl::stream& stream, Workspace& workspace, std::size_t place,
                             const void* data);
    /// Output: the argument for the primitive to write; finish() brings it to data.
    const dnnl::memory& into(Workspace& workspace, std::size_t place, void* data);
    void finish(const dnnl::stream& stream);

private:
    void bind(Workspace& workspace, std::size_t place, const void* data);
    dnnl::memory ours_, copy_;
    dnnl::reorder reorder_;
    std::size_t bytes_ = 0, copy_bytes_ = 0;
    float* converted_ = nullptr; ///< what ours_ is bound to where values are converted
    void* target_ = nullptr;
    Values values_ = Values::as_they_are;
    bool same_ = true;
};

} // namespace fedmrn::kernels::cpu
