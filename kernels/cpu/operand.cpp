// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/operand.hpp"

#include <algorithm>

#include "kernels/formula/bf16.hpp"

namespace fedmrn::kernels::cpu {

using formula::Bf16;

const dnnl::primitive_attr& own_scratch() {
    static const dnnl::primitive_attr attributes = [] {
        dnnl::primitive_attr attr;
        attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        return attr;
    }();
    return attributes;
}

Operand::Operand(const dnnl::memory::desc& ours, const dnnl::memory::desc& wanted, Use use,
                 const dnnl::engine& engine, Values values)
    : ours_(ours, engine, nullptr), values_(values), same_(ours == wanted) {
    if (values_ != Values::as_they_are) {
        converted_.resize(ours.get_size() / sizeof(float));
        bind(converted_.data());
    }
    if (same_) {
        return;
    }
    copy_ = dnnl::memory(wanted, engine);
    reorder_ = use == Use::input ? dnnl::reorder(ours_, copy_) : dnnl::reorder(copy_, ours_);
}

const dnnl::memory& Operand::load(const dnnl::stream& stream, const void* data) {
    const std::size_t count = converted_.size();
    if (values_ == Values::as_they_are) {
        bind(data);
    } else if (values_ == Values::widened) {
        const auto* narrow = static_cast<const Bf16*>(data);
        std::transform(narrow, narrow + count, converted_.data(),
                       [](Bf16 v) { return formula::to_float(v); });
    } else {
        const auto* wide = static_cast<const float*>(data);
        std::transform(wide, wide + count, converted_.data(),
                       [](float v) { return formula::to_float(formula::from_float<Bf16>(v)); });
    }
    if (same_) {
        return ours_;
    }
    reorder_.execute(stream, ours_, copy_);
    return copy_;
}

const dnnl::memory& Operand::into(void* data) {
    if (values_ == Values::as_they_are) {
        bind(data);
    }
    target_ = data;
    return same_ ? ours_ : copy_;
}

void Operand::finish(const dnnl::stream& stream) {
    if (!same_) {
        reorder_.execute(stream, copy_, ours_);
    }
    if (values_ == Values::widened) {
        std::transform(converted_.begin(), converted_.end(), static_cast<Bf16*>(target_),
                       [](float v) { return formula::from_float<Bf16>(v); });
    }
}

void Operand::bind(const void* data) {
    ours_.set_data_handle(const_cast<void*>(data)); // oneDNN takes inputs as pointers to non-const
}

} // namespace fedmrn::kernels::cpu
