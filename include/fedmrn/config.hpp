// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fedmrn/device_kind.hpp"
#include "fedmrn/options.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

enum class Schedule { constant, inverse };

/// [experiment]: what is run, where, and what is kept.
struct ExperimentConfig {
    std::uint64_t seed = 1;
    std::uint32_t rounds = 100;
    std::uint32_t lanes = 0; ///< clients trained at the same time; 0: chosen by the device
    DeviceKind device = DeviceKind::automatic;
    Precision precision = Precision::automatic; ///< tf32 on GPUs that have it, else fp32
    std::string out; ///< folder of the run; empty: runs/<name of the file>
    /// Rounds between checkpoints; 0: as often as they cost at most a tenth of the time.
    std::uint32_t checkpoint_every = 0;
    bool per_client = false; ///< the final model on each client's own samples: clients.csv
};

/// [data]: which samples, and who holds them. name and options: of one of datasets().
struct DataConfig : Choice {
    DataConfig() : Choice("fashion-mnist") {}
    std::string path;            ///< folder of the files, empty: the usual places; or the .npz
    Choice partition{"iid"};     ///< one of partitions()
    std::uint64_t clients = 100; ///< natural: the data set's first users; 0: all of them
    double validation =
        0; ///< share of each client's samples that judge the model in the test set's place
    bool augment = false; ///< training images: random crops (4 pixels of padding), mirrored or not
};

/// [client]: local training.
struct ClientConfig {
    std::uint64_t cohort = 10; ///< clients sampled a round
    std::uint32_t epochs = 1;
    std::uint32_t batch = 64;
    double lr = 0.1;                        ///< of the first round
    Schedule schedule = Schedule::constant; ///< inverse: lr / (1 + (round − 1) / decay_rounds)
    double decay_rounds = 10.0;
    double momentum = 0.0;
    double weight_decay = 0.0;
    double l2 = 0.0;       ///< λ: λ/2 · ‖w‖² of the trained weights is added to the loss
    double proximal = 0.0; ///< FedProx: ρ/2 · ‖w_k − w‖² is added to a client's loss
};

/// [model] name and options: of one of models().
struct ModelConfig : Choice {
    ModelConfig() : Choice("cnn4") {}
    Choice loss{"cross_entropy"};            ///< one of losses()
    std::vector<Choice> metrics{"accuracy"}; ///< of metrics(), the first before all; none: the loss
};

/// [method] name and options, of one of methods(): how an update becomes an uplink message.
struct MethodConfig : Choice {
    MethodConfig() : Choice("fedmrn") {}
    using Choice::Choice;
};

/// [[stage]], in their order: each the name and options of one of stages(). Beside them stand those
/// that keys make, first: client.weight_decay, l2 and proximal, and a method's error_feedback.
using StageConfig = std::vector<Choice>;

/// [server]
struct ServerConfig {
    Choice optimizer{"sgd"};    ///< one of server_optimizers()
    double lr = 1.0;            ///< a file's default: 0.01 with adam, yogi
    Choice sampling{"uniform"}; ///< who trains in a round: one of samplers()
    std::uint32_t eval_every =
        1; ///< rounds between evaluations; the last round is always evaluated
    std::uint32_t eval_batch = 500;
};

/// [network]: a simulated clock beside the byte counts, and clients that drop out. Rates are
/// medians over the clients; 0: takes no time.
struct NetworkConfig {
    double uplink = 0, downlink = 0; ///< Mbit/s of a client
    double speed = 0;                ///< samples that a client trains on in a second
    double spread =
        0; ///< σ of the rates' log-normal distribution: 1 has stragglers 10 times slower
    double dropout = 0; ///< probability that a client of the cohort does not finish a round
};

/// A whole experiment. Every field has a default, so that a file names only what differs.
struct Config {
    ExperimentConfig experiment;
    DataConfig data;
    ClientConfig client;
    ModelConfig model;
    MethodConfig method;
    ServerConfig server;
    NetworkConfig network;
    StageConfig stages;
};

} // namespace fedmrn
#pragma GCC visibility pop
