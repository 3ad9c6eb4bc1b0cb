// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "engine/data/synthetic.hpp"
#include "fedmrn/experiment.hpp"
#include "kernels/formula/key.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/on_device.hpp"

namespace fedmrn::test {

/// The smallest experiment: a perceptron 10-10-2 on 1,000 samples, uneven clients.
inline Config perceptron_config(DeviceKind kind = DeviceKind::cpu) {
    Config config;
    config.experiment.rounds = 40;
    config.experiment.lanes = 2;
    config.experiment.device = kind;
    config.data.name = "synthetic";
    config.data.partition.name = "labeldir";
    config.data.partition["beta"] = 3.0;
    config.data.clients = 10;
    config.client = {.cohort = 5, .epochs = 5, .batch = 32, .lr = 0.3};
    config.model.name = "mlp";
    config.method["magnitude"] = 0.05;
    return config;
}

/// A method with the settings that perceptron_config() gives it.
inline MethodConfig method_named(const std::string& name) {
    if (name == "fedmrn") return {name, {{"magnitude", 0.05}}};
    return {name};
}

/// 16 × 16 images: class 1 is brighter on the left, class 0 on the right.
inline Dataset halves(std::size_t train, std::size_t test) {
    const auto split = [](std::size_t samples, std::uint32_t seed) {
        Images made;
        made.mean = {0.5f};
        made.deviation = {0.25f};
        for (std::uint32_t i = 0; i < samples; ++i) {
            const bool left = i % 2 == 1;
            for (std::uint32_t p = 0; p < 256; ++p) {
                const auto w =
                    formula::element_word(seed, i * 256 + p, 0, formula::purpose_synthetic);
                made.pixels.push_back(
                    static_cast<std::uint8_t>((w >> 25) + ((p % 16 < 8) == left ? 100 : 0)));
            }
            made.labels.push_back(left);
        }
        return made;
    };
    return image_dataset("halves", {16, 16, 1}, 2, split(train, 1), split(test, 2));
}

inline Config cnn_config(DeviceKind kind = DeviceKind::cpu) {
    Config config;
    config.experiment.rounds = 2;
    config.experiment.lanes = 1;
    config.experiment.device = kind;
    config.data.name = "halves";
    config.data.clients = 5;
    config.client = {.cohort = 2, .epochs = 1, .batch = 16, .lr = 0.1};
    config.model.name = "cnn4";
    return config;
}

/// The state's hash after some rounds.
inline std::string hash_after(Experiment& experiment, std::uint32_t rounds) {
    for (std::uint32_t i = 0; i < rounds; ++i) experiment.run_round();
    return state_hash(experiment.state().global);
}
inline std::string hash_after(const Config& config, const Dataset& data, std::uint32_t rounds) {
    Experiment experiment(config, data);
    return hash_after(experiment, rounds);
}

/// Mean accuracy of the last five of config.experiment.rounds rounds.
inline double accuracy_of(const Config& config, const Dataset& data) {
    Experiment experiment(config, data);
    double sum = 0;
    for (std::uint32_t round = 1; round <= config.experiment.rounds; ++round) {
        const auto metrics = experiment.run_round();
        if (round + 5 > config.experiment.rounds) {
            sum += metrics->value("accuracy").value_or(std::nan(""));
        }
    }
    return sum / 5;
}

} // namespace fedmrn::test
