// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// A model of one's own on data from memory: small pictures of a bright line, upright or lying, for
// a network with a way around its hidden layer.
#include <cstdio>
#include <random>

#include <fedmrn/config.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>
#include <fedmrn/graph.hpp>
#include <fedmrn/head.hpp>
#include <fedmrn/images.hpp>
#include <fedmrn/layers.hpp>
#include <fedmrn/model.hpp>

namespace {

constexpr std::uint32_t side = 8;

fedmrn::Images lines(std::size_t samples, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    fedmrn::Images images;
    for (std::size_t i = 0; i < samples; ++i) {
        const auto label = static_cast<std::uint16_t>(random() % 2);
        const std::uint64_t at = random() % side;
        for (std::uint32_t y = 0; y < side; ++y) {
            for (std::uint32_t x = 0; x < side; ++x) {
                const bool bright = (label == 0 ? x : y) == at;
                const std::uint64_t grey = random() % 120;
                images.pixels.push_back(static_cast<std::uint8_t>(bright ? 255 - grey : grey));
            }
        }
        images.labels.push_back(label);
    }
    return images;
}

fedmrn::Model around(const fedmrn::Options& /*said*/, const fedmrn::DataShape& data,
                     const fedmrn::Head& head) {
    using namespace fedmrn;
    Graph g;
    const Value x = g.input("x", {data.column("x").tensor.shape});
    const Value wide = g.add(linear({.out = 16}), {x});
    Value h = g.add(relu(), {wide});
    h = g.add(linear({.out = 16}), {h});
    h = g.add(sum(), {h, wide}); // a value may be used twice
    h = g.add(relu(), {h});
    const Value logits = g.add(linear({.out = data.classes}), {h});
    g.head(head, logits, g.input(data.label, labels()));
    return g.finish("around");
}

} // namespace

int main() {
    try {
        fedmrn::ModelEntry entry{{"around", "Around", "two layers and a way around one"}};
        entry.make = around;
        fedmrn::models().add(entry);

        fedmrn::Config config;
        config.model.name = "around";
        config.method = {"qsgd"};
        config.data.clients = 8;
        config.client.cohort = 4;
        config.client.epochs = 5;
        config.client.batch = 16;
        const fedmrn::Dataset data =
            fedmrn::image_dataset("lines", {side, side, 1}, 2, lines(640, 1), lines(200, 2));
        fedmrn::Experiment run(config, data);
        for (int round = 0; round < 20; ++round) {
            run.run_round();
        }
        const double accuracy = run.evaluate().metrics.front();
        std::printf("%zu parameters, accuracy %.3f\n", run.model().layout.trainable, accuracy);
        return accuracy > 0.9 ? 0 : 1;
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "own_model: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
