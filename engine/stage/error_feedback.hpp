// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/stage.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// Error feedback (Seide et al., INTERSPEECH 2014; Karimireddy et al., ICML 2019) for methods that
/// train densely: a client sends p = D + e and keeps e ← p − decode(message) of its masked tensors
/// until it is in a cohort again. What a message decodes to is what the server makes of it alone.
class ErrorFeedback final : public Stage {
public:
    explicit ErrorFeedback(const ParameterLayout& layout) : layout_(layout) {}
    void on_update(Device& device, const RoundContext& round, Departure& clients) const override;
    void on_message(Device& device, const RoundContext& round, const Method& method,
                    std::span<const MessageView> messages, Departure& clients) const override;
    [[nodiscard]] std::size_t memory() const override { return layout_.masked; }

private:
    ParameterLayout layout_;
};

} // namespace fedmrn
