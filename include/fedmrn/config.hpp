// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fedmrn/device_kind.hpp"

namespace fedmrn {

enum class Partition { iid, labeldir, labelcnt, natural, file };
enum class MethodName {
    fedavg,
    fedmrn,
    signsgd,
    terngrad,
    qsgd,
    topk,
    drive,
    eden,
    fedpm,
    fedsparsify,
    fedbat,
    fedmud,
    stc,
    powersgd
};
enum class MaskKind { binary, signed_ };
enum class ServerOptimizer { sgd, adam, yogi };
enum class Sampling { uniform, round_robin, weighted };
enum class NoiseKind { uniform, gaussian, bernoulli };
enum class VoteKind { scaled, majority, mean };
enum class EstimateKind { unbiased, least_error };
enum class MergeKind { average, nonzero, majority };
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

/// [data]: which samples, and who holds them.
struct DataConfig {
    std::string name = "fashion-mnist"; ///< one of dataset_names()
    std::string path; ///< folder of the files, empty: the usual places; or the .npz
    Partition partition = Partition::iid;
    std::string partition_file;   ///< file: as `fedmrn data --save` writes it
    double beta = 0.3;            ///< labeldir: Dirichlet concentration
    double fraction = 0.3;        ///< labelcnt: share of the labels that a client holds
    std::uint64_t clients = 100;  ///< natural: the data set's first users; 0: all of them
    std::uint32_t samples = 1000; ///< synthetic: training samples
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

/// [model]
struct ModelConfig {
    std::string name = "cnn4"; ///< "logistic" | "mlp" | "lenet5" | "cnn2" | "cnn4" | "cnn8"
};

/// [method]: how an update becomes an uplink message.
struct MethodConfig {
    MethodName name = MethodName::fedmrn;
    MaskKind mask = MaskKind::binary;
    NoiseKind noise = NoiseKind::uniform;
    double magnitude = 0.01;      ///< α of the noise; signsgd: the step of a majority or a mean
    bool magnitude_decay = false; ///< the noise shrinks as the learning rate does
    bool stochastic = true;       ///< SM; false: a mask bit is set where p >= 1/2
    bool progressive = true;      ///< PM; false: every element is masked at every step
    bool post_training = false;   ///< train the update densely, mask it once at the end
    VoteKind vote = VoteKind::scaled; ///< signsgd: how the server decides from signs
    std::uint32_t levels = 127;       ///< qsgd: s, levels above zero; 127 are 8 bits a weight
    /// What a message leaves out is added to the client's next update; of methods that train the
    /// update itself. Clients keep a float32 a masked weight.
    bool error_feedback = false;
    double ratio = 1.0 / 32; ///< topk, stc: weights sent of all; fedmud: floats sent of all
    std::uint32_t bits = 1;  ///< eden: 1 … 4 a weight
    EstimateKind estimate = EstimateKind::unbiased; ///< drive: which scale
    std::uint32_t rank = 4;                         ///< powersgd
    std::uint32_t iterations = 2;                   ///< powersgd: of the power method
    double sparsity = 0.9;                ///< fedsparsify: share of the weights that end up pruned
    std::uint32_t prune_rounds = 10;      ///< fedsparsify: rounds until then
    MergeKind merge = MergeKind::average; ///< fedsparsify: how the server unites what clients kept
};

/// [server]
struct ServerConfig {
    ServerOptimizer optimizer = ServerOptimizer::sgd; ///< adam, yogi: FedAdam, FedYogi
    double lr = 1.0;                                  ///< a file's default: 0.01 with adam, yogi
    double momentum = 0.0;                            ///< sgd: FedAvgM's µ
    double beta1 = 0.9, beta2 = 0.99, tau = 1e-3;     ///< adam, yogi
    /// Who trains in a round. weighted: clients by their samples, whose uploads then count alike.
    Sampling sampling = Sampling::uniform;
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
};

} // namespace fedmrn
