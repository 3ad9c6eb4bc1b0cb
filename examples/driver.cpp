// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// An experiment in code, round by round: FedMRN on made-up samples, a bit a weight on the uplink.
#include <cstdio>

#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>

namespace {

fedmrn::Config experiment() {
    fedmrn::Config config; // every field has a default: only what differs is said
    config.experiment.rounds = 20;
    config.data.name = "synthetic";
    config.data.clients = 5;
    config.client.cohort = 5;
    config.client.epochs = 10;
    config.client.batch = 32;
    config.model.name = "mlp";
    config.method = {"fedmrn", {{"magnitude", 0.3}}};
    return config;
}

} // namespace

int main() {
    try {
        const fedmrn::Config config = experiment();
        fedmrn::Experiment run(config, fedmrn::load_dataset(config.data, config.experiment.seed));
        std::printf("%s, %u lanes\n", run.device().c_str(), run.lanes());
        double accuracy = 0;
        while (run.state().round < config.experiment.rounds) {
            const auto round = run.run_round();
            accuracy = round->value("accuracy").value_or(accuracy);
            std::printf("round %2u  accuracy %.3f  %llu bytes up, float32 had %llu\n", round->round,
                        accuracy, static_cast<unsigned long long>(round->uplink_bytes),
                        static_cast<unsigned long long>(round->messages * run.float32_bytes()));
        }
        return accuracy > 0.8 ? 0 : 1;
    } catch (const fedmrn::Error& error) { // one line that says what was expected
        std::fprintf(stderr, "driver: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
