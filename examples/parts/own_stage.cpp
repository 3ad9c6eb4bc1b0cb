// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// A stage of one's own, on any method and device: a client's update is shortened to a given length
// before it is sent. The model then moves no further in a round, which is shown.
#include <cmath>
#include <cstdio>

#include <fedmrn/config_file.hpp>
#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>
#include <fedmrn/schema.hpp>
#include <fedmrn/stage.hpp>

#include "engine/stage/stage.hpp"

namespace {

double length(const std::vector<float>& values) {
    double square = 0;
    for (const float value : values) {
        square += static_cast<double>(value) * value;
    }
    return std::sqrt(square);
}

struct ClipOptions {
    double length = 1;
};

class Clip final : public fedmrn::Stage {
public:
    Clip(const ClipOptions& options, const fedmrn::ParameterLayout& layout)
        : length_(options.length), size_(layout.trainable) {}

    void on_update(fedmrn::Device& device, const fedmrn::RoundContext& /*round*/,
                   fedmrn::Departure& clients) const override {
        std::vector<float> update(size_);
        for (std::size_t k = 0; k < clients.clients().size(); ++k) {
            const fedmrn::DevicePointer<float> there = clients.update(k);
            device.copy_out(update.data(), there, size_ * sizeof(float));
            const double found = length(update);
            if (found <= length_) {
                continue;
            }
            for (float& value : update) {
                value = static_cast<float>(value * (length_ / found));
            }
            device.copy_in(there, update.data(), size_ * sizeof(float));
        }
    }

private:
    double length_;
    std::size_t size_;
};

} // namespace

int main() {
    try {
        const auto schema = fedmrn::Schema<ClipOptions>().number(
            "length", &ClipOptions::length, {'(', 0, 1e6, ']'}, "of a client's update, at most");
        fedmrn::StageEntry clip{{"clip", "clip", "updates are shortened", schema.options()}};
        clip.make = [schema](const fedmrn::Options& said, const fedmrn::StageSetting& setting) {
            return std::make_shared<const Clip>(schema.read(said), setting.layout);
        };
        fedmrn::stages().add(std::move(clip));

        const std::vector<std::string> said{"method.name=fedavg", "data.name=synthetic",
                                            "data.clients=4", "client.cohort=4", "model.name=mlp"};
        double moved[2] = {};
        for (const bool clipped : {false, true}) {
            const fedmrn::Config config = fedmrn::parse_config(
                clipped ? "[[stage]]\nname = \"clip\"\nlength = 0.05\n" : "", "own_stage", said);
            fedmrn::Experiment run(config,
                                   fedmrn::load_dataset(config.data, config.experiment.seed));
            std::vector<float> way = run.weights();
            run.run_round();
            for (std::size_t i = 0; i < way.size(); ++i) {
                way[i] -= run.weights()[i];
            }
            moved[clipped] = length(way);
        }
        std::printf("the model moved by %.4f, and clipped by %.4f\n", moved[0], moved[1]);
        return moved[0] > 0.1 && moved[1] > 0 && moved[1] <= 0.05001 ? 0 : 1;
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "own_stage: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
