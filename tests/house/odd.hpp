// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "engine/stage/stage.hpp"
#include "kernels/update.hpp"

namespace fedmrn::test {

struct OddOptions {
    std::uint32_t frozen = 10; ///< parameters, of the first
};

/// A stage from outside with most of the hooks. Clients are sent the model without its first
/// `frozen` parameters, which have no gradient and are zeros, but for the first: that is what the
/// round says. They send twice their update, every bit of the message turned round.
class Odd final : public Stage, public ModelCodec, public Packing {
public:
    static constexpr std::uint8_t wire = 200;

    Odd(const OddOptions& options, const ParameterLayout& layout)
        : layout_(layout), frozen_(options.frozen) {}

    // The model on its way to clients.
    const ModelCodec* model_codec() const override { return this; }
    std::vector<std::byte> encode(Device& device, const RoundContext& round) const override {
        std::vector<std::byte> bytes((layout_.state - frozen_) * sizeof(float));
        device.copy_out(bytes.data(), round.global + frozen_, bytes.size());
        return bytes;
    }
    void decode(Device& device, std::uint32_t /*round*/, std::span<const std::byte> bytes,
                DevicePointer<float> model) const override {
        device.clear(model, frozen_ * sizeof(float));
        device.copy_in(model + frozen_, bytes.data(), bytes.size());
    }

    // A local step.
    RoundData round_data(Device&, const RoundContext& round) const override {
        return round_data_of(static_cast<float>(round.decay));
    }
    void on_weights(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; frozen_ != 0 && lane < step.lanes; ++lane) {
            device.clear(step.weights[lane], frozen_ * sizeof(float));
            device.copy_within(step.weights[lane], step.data, sizeof(float));
        }
    }
    void on_gradient(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; lane < step.lanes; ++lane) {
            device.clear(step.gradient[lane], frozen_ * sizeof(float));
        }
    }
    void on_descent(Pull& pull) const override { pull.proximal += 0.1; }

    // The update on its way back.
    void on_update(Device& device, const RoundContext&, Departure& clients) const override {
        Buffer<float> once(device, layout_.trainable);
        for (std::size_t k = 0; k < clients.clients().size(); ++k) {
            const DevicePointer<float> update = clients.update(k);
            device.copy_within(once.data(), update, once.size() * sizeof(float));
            kernels::add_values(device, once.size(), once.data(), update);
        }
    }
    void on_message(Device&, const RoundContext&, const Method&,
                    std::span<const MessageView> messages, Departure& clients) const override {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            if (const std::span<float> keep = clients.keep(k); !keep.empty()) {
                keep[0] += 1; // how often it has been in a cohort
            }
        }
    }
    std::size_t memory() const override { return 1; }
    const Packing* packing() const override { return this; }
    std::uint8_t number() const override { return wire; }
    const char* name() const override { return "odd"; }
    std::vector<std::byte> pack(std::span<const std::byte> bytes) const override {
        std::vector<std::byte> turned(bytes.begin(), bytes.end());
        std::ranges::transform(turned, turned.begin(), [](std::byte b) { return ~b; });
        return turned;
    }
    bool unpack(std::span<const std::byte> packed, std::span<std::byte> bytes) const override {
        if (packed.size() != bytes.size()) {
            return false;
        }
        std::ranges::transform(packed, bytes.begin(), [](std::byte b) { return ~b; });
        return true;
    }
    std::uint64_t most(std::uint64_t packed) const override { return packed; }

private:
    ParameterLayout layout_;
    std::size_t frozen_;
};

} // namespace fedmrn::test
