// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "tests/support/compare.hpp"
#include "tests/support/narrow_models.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/one_round.hpp"

namespace fedmrn::test {

/// A method on a device, clients with made-up updates, and what the server makes of their messages.
class MethodTest : public OnDevice {
protected:
    /// update: of the trainable parameters; statistics move by `drift`.
    Message message(const Method& method, std::uint64_t client, std::uint64_t samples,
                    const std::vector<float>& update, float drift = 0.25f) {
        std::vector<float> local = global;
        for (std::size_t i = model.layout.trainable; i < model.layout.state; ++i) local[i] += drift;
        const Buffer<float> g(device, global), u(device, update), w(device, local);
        return sent_by(method, device, {7, g.data()},
                       {client, 1000 + client, samples, u.data(), w.data()});
    }
    std::vector<double> aggregate(const Method& method, const std::vector<Message>& messages) {
        const Buffer<float> g(device, global);
        return change_of(method, device, {7, g.data()}, messages, model.layout.state);
    }
    std::vector<float> updates(std::uint64_t seed, double scale = 0.02) {
        return RandomValues(seed).values(model.layout.trainable, scale);
    }

    const Model model = narrow_cnn();
    const std::vector<float> global = random_state(model, 1);
};

} // namespace fedmrn::test
