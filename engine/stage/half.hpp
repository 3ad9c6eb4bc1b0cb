// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/stage.hpp"
#include "kernels/formula/half.hpp"

namespace fedmrn {

struct HalfOptions {
    formula::HalfFormat format = formula::HalfFormat::float16;
};

/// The model is sent in 16 bits a parameter, rounded to nearest, ties to even; statistics, of which
/// there are few and whose range is not the weights', stay float32. Halves first, then statistics.
class Half final : public Stage, public ModelCodec {
public:
    Half(const HalfOptions& options, const ParameterLayout& layout)
        : options_(options), layout_(layout) {}
    [[nodiscard]] const ModelCodec* model_codec() const override { return this; }
    [[nodiscard]] std::vector<std::byte> encode(Device& device,
                                                const RoundContext& round) const override;
    void decode(Device& device, std::uint32_t round, std::span<const std::byte> bytes,
                DevicePointer<float> model) const override;

private:
    HalfOptions options_;
    ParameterLayout layout_;
};

} // namespace fedmrn
