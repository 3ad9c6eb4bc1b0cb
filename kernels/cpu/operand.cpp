// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/operand.hpp"

namespace fedmrn::kernels::cpu {

const dnnl::primitive_attr& own_scratch() {
    static const dnnl::primitive_attr attributes = [] {
        dnnl::primitive_attr attr;
        attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        return attr;
    }();
    return attributes;
}

Operand::Operand(const dnnl::memory::desc& ours, const dnnl::memory::desc& wanted, Use use,
                 const dnnl::engine& engine)
    : ours_(ours, engine, nullptr), same_(ours == wanted) {
    if (same_) {
        return;
    }
    copy_ = dnnl::memory(wanted, engine);
    reorder_ = use == Use::input ? dnnl::reorder(ours_, copy_) : dnnl::reorder(copy_, ours_);
}

const dnnl::memory& Operand::load(const dnnl::stream& stream, const void* data) {
    bind(data);
    if (same_) {
        return ours_;
    }
    reorder_.execute(stream, ours_, copy_);
    return copy_;
}

const dnnl::memory& Operand::into(void* data) {
    bind(data);
    return same_ ? ours_ : copy_;
}

void Operand::finish(const dnnl::stream& stream) {
    if (!same_) {
        reorder_.execute(stream, copy_, ours_);
    }
}

void Operand::bind(const void* data) {
    ours_.set_data_handle(const_cast<void*>(data)); // oneDNN takes inputs as pointers to non-const
}

} // namespace fedmrn::kernels::cpu
