// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace fedmrn {

enum class DeviceKind { automatic, cpu, cuda };
enum class Precision { automatic, fp32, tf32, bf16 };
enum class Partition { iid, labeldir, labelcnt };
enum class MethodName { fedavg, fedmrn };
enum class MaskKind { binary, signed_ };
enum class NoiseKind { uniform, gaussian, bernoulli };

/// [experiment]: what is run, where, and what is kept.
struct ExperimentConfig {
    std::uint64_t seed = 1;
    std::uint32_t rounds = 100;
    std::uint32_t lanes = 0; ///< clients trained at the same time; 0: chosen by the device
    DeviceKind device = DeviceKind::automatic;
    Precision precision = Precision::automatic; ///< tf32 on GPUs that have it, else fp32
    std::string out;                    ///< folder of the run; empty: runs/<name of the file>
    std::uint32_t checkpoint_every = 1; ///< rounds between checkpoints
};

/// [data]: which samples, and who holds them.
struct DataConfig {
    std::string name = "fashion-mnist"; ///< one of dataset_names()
    std::string path; ///< folder of the files, empty: the usual places; or the .npz
    Partition partition = Partition::iid;
    double beta = 0.3;     ///< labeldir: Dirichlet concentration
    double fraction = 0.3; ///< labelcnt: share of the labels that a client holds
    std::uint64_t clients = 100;
    std::uint32_t samples = 1000; ///< synthetic: training samples
    bool augment = false; ///< training images: random crops (4 pixels of padding), mirrored or not
};

/// [client]: local training.
struct ClientConfig {
    std::uint64_t cohort = 10; ///< clients sampled a round
    std::uint32_t epochs = 1;
    std::uint32_t batch = 64;
    double lr = 0.1;
    double momentum = 0.0;
    double weight_decay = 0.0;
};

/// [model]
struct ModelConfig {
    std::string name = "cnn4"; ///< "mlp" | "lenet5" | "cnn2" | "cnn4" | "cnn8"
};

/// [method]: how an update becomes an uplink message.
struct MethodConfig {
    MethodName name = MethodName::fedmrn;
    MaskKind mask = MaskKind::binary;
    NoiseKind noise = NoiseKind::uniform;
    double magnitude = 0.01;    ///< α of the noise
    bool stochastic = true;     ///< SM; false: a mask bit is set where p >= 1/2
    bool progressive = true;    ///< PM; false: every element is masked at every step
    bool post_training = false; ///< train the update densely, mask it once at the end
};

/// [server]
struct ServerConfig {
    double lr = 1.0;
    double momentum = 0.0;
    std::uint32_t eval_every =
        1; ///< rounds between evaluations; the last round is always evaluated
    std::uint32_t eval_batch = 500;
};

/// A whole experiment. Every field has a default, so that a file names only what differs.
struct Config {
    ExperimentConfig experiment;
    DataConfig data;
    ClientConfig client;
    ModelConfig model;
    MethodConfig method;
    ServerConfig server;
};

} // namespace fedmrn
