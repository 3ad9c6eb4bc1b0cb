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
    : ours_(ours, engine, nullptr), bytes_(ours.get_size()), values_(values),
      same_(ours == wanted) {
    if (same_) {
        return;
    }
    copy_ = dnnl::memory(wanted, engine, nullptr);
    copy_bytes_ = wanted.get_size();
    reorder_ = use == Use::input ? dnnl::reorder(ours_, copy_) : dnnl::reorder(copy_, ours_);
}

const dnnl::memory& Operand::load(const dnnl::stream& stream, Workspace& workspace,
                                  std::size_t place, const void* data) {
    bind(workspace, place, data);
    const std::size_t count = bytes_ / sizeof(float);
    if (values_ == Values::widened) {
        const auto* narrow = static_cast<const Bf16*>(data);
        std::transform(narrow, narrow + count, converted_,
                       [](Bf16 v) { return formula::to_float(v); });
    } else if (values_ == Values::narrowed) {
        const auto* wide = static_cast<const float*>(data);
        std::transform(wide, wide + count, converted_,
                       [](float v) { return formula::to_float(formula::from_float<Bf16>(v)); });
    }
    if (same_) {
        return ours_;
    }
    reorder_.execute(stream, ours_, copy_);
    return copy_;
}

const dnnl::memory& Operand::into(Workspace& workspace, std::size_t place, void* data) {
    bind(workspace, place, data);
    target_ = data;
    return same_ ? ours_ : copy_;
}

void Operand::finish(const dnnl::stream& stream) {
    if (!same_) {
        reorder_.execute(stream, copy_, ours_);
    }
    if (values_ == Values::widened) {
        std::transform(converted_, converted_ + bytes_ / sizeof(float), static_cast<Bf16*>(target_),
                       [](float v) { return formula::from_float<Bf16>(v); });
    }
}

void Operand::bind(Workspace& workspace, std::size_t place, const void* data) {
    if (!same_) {
        copy_.set_data_handle(workspace.at(2 * place, copy_bytes_));
    }
    if (values_ == Values::as_they_are) {
        ours_.set_data_handle(const_cast<void*>(data)); // oneDNN takes inputs as non-const
    } else {
        converted_ = static_cast<float*>(workspace.at(2 * place + 1, bytes_));
        ours_.set_data_handle(converted_);
    }
}

} // namespace fedmrn::kernels::cpu
