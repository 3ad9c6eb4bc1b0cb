// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// Two experiments in one process, a round of each in turn and then both at the same time: each ends
// with the bits that it has alone.
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <fedmrn/config_file.hpp>
#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>

namespace {

constexpr std::uint32_t rounds = 6;

fedmrn::Experiment experiment(const char* method, int seed) {
    const std::vector<std::string> said{std::string("method.name=") + method,
                                        "experiment.seed=" + std::to_string(seed),
                                        "data.name=synthetic",
                                        "data.clients=6",
                                        "client.cohort=3",
                                        "model.name=mlp"};
    const fedmrn::Config config = fedmrn::parse_config("", "two_runs", said);
    return {config, fedmrn::load_dataset(config.data, config.experiment.seed)};
}

std::string hash(const fedmrn::Experiment& run) { return fedmrn::state_hash(run.state().global); }

std::string alone(const char* method, int seed) {
    fedmrn::Experiment run = experiment(method, seed);
    while (run.state().round < rounds) run.run_round();
    return hash(run);
}

} // namespace

int main() {
    try {
        const std::string first = alone("fedmrn", 1), second = alone("qsgd", 2);

        fedmrn::Experiment one = experiment("fedmrn", 1), other = experiment("qsgd", 2);
        while (one.state().round < rounds) {
            one.run_round();
            other.run_round();
        }
        const bool in_turn = hash(one) == first && hash(other) == second;

        fedmrn::Experiment here = experiment("fedmrn", 1), there = experiment("qsgd", 2);
        std::thread thread([&] { // an experiment is one thread's at a time
            while (there.state().round < rounds) there.run_round();
        });
        while (here.state().round < rounds) here.run_round();
        thread.join();
        const bool at_once = hash(here) == first && hash(there) == second;

        std::printf("%s %s: in turn %s, at the same time %s\n", first.c_str(), second.c_str(),
                    in_turn ? "equal" : "different", at_once ? "equal" : "different");
        return in_turn && at_once && first != second ? 0 : 1;
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "two_runs: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
