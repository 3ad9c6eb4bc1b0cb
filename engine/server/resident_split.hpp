// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/client/batch.hpp"
#include "fedmrn/columns.hpp"
#include "fedmrn/model.hpp"
#include "kernels/device.hpp"

namespace fedmrn {

/// The columns of a split that a model reads, in device memory as they are for the whole run. Where
/// that is the host's, values that have an owner are not copied: the owner is kept.
class ResidentSplit {
public:
    /// As require_columns has found fit. order: who holds which samples; empty: in the split's own
    /// order.
    ResidentSplit(Device& device, const Split& split, const Model& model,
                  std::span<const std::uint32_t> order);

    [[nodiscard]] BatchSource view() const {
        return {fills_, order_.size() != 0 ? order_.data() : nullptr};
    }
    [[nodiscard]] std::size_t samples() const { return samples_; }

private:
    template <class T>
    DevicePointer<const T> keep(std::span<const T> values,
                                const std::shared_ptr<const void>& owner = {});
    [[nodiscard]] kernels::SplitView bytes_of(const Column& column);
    [[nodiscard]] kernels::RowsView rows_of(const Column& column);

    Device& device_;
    std::size_t samples_;
    std::vector<Buffer<std::byte>> kept_;
    std::vector<std::shared_ptr<const void>> owners_;
    Buffer<std::uint32_t> order_;
    std::vector<InputFill> fills_;
};

} // namespace fedmrn
