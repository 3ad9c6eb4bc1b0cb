// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/method/dense_training.hpp"
#include "kernels/quantize.hpp"

namespace fedmrn {

/// How the weights' update becomes codes.
struct PackedRule {
    MethodName method = MethodName::signsgd;
    std::uint8_t variant = 0;
    float parameter = 0;
    unsigned levels = 0;                                    ///< 0: signs alone
    std::optional<formula::ScaleKind> scale = std::nullopt; ///< none: it is not sent
};

/// What the methods share that train densely and then send the masked tensors as codes of a few
/// bits with a scale a tensor; other parameters and statistics go as float32.
class PackedMethod : public DenseTraining {
public:
    PackedMethod(const PackedRule& rule, const ParameterLayout& layout);
    using Method::encode;
    [[nodiscard]] PendingMessages encode(Device& device,
                                         std::span<const TrainedClient> clients) const override;
    [[nodiscard]] std::vector<TensorEntry> table(std::uint32_t round) const override;
    void aggregate(Device& device, const RoundContext& round, std::span<const Message> messages,
                   double* mean) const override;

protected:
    /// A masked tensor, or another part of the masked elements, and where its codes stand in a
    /// message; it has a table entry and a scale of its own.
    struct Place {
        std::size_t offset = 0, elements = 0, word = 0;
    };
    /// With places of the derived class's own; their words are given by this one.
    PackedMethod(const PackedRule& rule, const ParameterLayout& layout, std::vector<Place> places);
    [[nodiscard]] const std::vector<Place>& places() const { return places_; }
    [[nodiscard]] std::size_t words() const { return words_; } ///< of a client

    /// Queues the codes [clients][words] and scales [clients][places] of updates.
    virtual void pack(Device& device, std::span<const TrainedClient> clients, std::uint32_t* codes,
                      float* scales) const;
    /// sum [masked] += Σ N_k · fixed(value), of codes [messages][words] on the device.
    virtual void add(Device& device, std::span<const Message> messages, const std::uint32_t* codes,
                     formula::Wide* sum) const;
    /// A place's scale must be below it, so that no value leaves the fixed-point grid.
    [[nodiscard]] virtual float scale_limit(const Place& /*place*/) const {
        return formula::dense_limit;
    }

private:
    /// Throws unless the message was made under this experiment's rule, with sane scales.
    void check(const Message& message) const;

    PackedRule rule_;
    std::vector<Place> places_;
    std::size_t words_ = 0; ///< of all places
};

} // namespace fedmrn
