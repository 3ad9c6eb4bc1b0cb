// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/run_text.hpp"

#include <fmt/core.h>

#include "engine/base/text.hpp"
#include "engine/config/schema.hpp"
#include "fedmrn/device.hpp"

namespace fedmrn {
namespace {

/// An enumerated key as the configuration writes it.
std::string word(const Config& config, const char* section, const char* name) {
    return std::get<std::string>(find_key(section, name)->get(config));
}

/// "100 clients (iid), 10 a round"
std::string clients_text(const Config& config, std::uint64_t clients) {
    return fmt::format("{} ({}), {} a round", clients_count(clients), split_name(config),
                       grouped(config.client.cohort));
}

std::string plain_method_name(const Config& config) {
    switch (config.method.name) {
    case MethodName::fedavg:
        return "FedAvg";
    case MethodName::signsgd:
        return "SignSGD (" + word(config, "method", "vote") + ")";
    case MethodName::terngrad:
        return "TernGrad";
    case MethodName::qsgd:
        return "QSGD (" + counted(config.method.levels, "level") + ")";
    case MethodName::topk:
        return fmt::format("Top-k ({:.3g} %)", 100 * config.method.ratio);
    case MethodName::drive:
        return config.method.estimate == EstimateKind::unbiased ? "DRIVE" : "DRIVE (least error)";
    case MethodName::eden:
        return "EDEN (" + counted(config.method.bits, "bit") + ")";
    case MethodName::stc:
        return fmt::format("STC ({:.3g} %)", 100 * config.method.ratio);
    case MethodName::fedsparsify:
        return fmt::format("FedSparsify ({:.3g} % pruned)", 100 * config.method.sparsity);
    case MethodName::fedpm:
        return "FedPM";
    case MethodName::fedbat:
        return "FedBAT";
    case MethodName::fedmud:
        return fmt::format("FedMUD (ratio {:.3g})", config.method.ratio);
    case MethodName::powersgd:
        return fmt::format("PowerSGD (rank {})", config.method.rank);
    case MethodName::fedmrn:
        break;
    }
    std::string text = "FedMRN (" + word(config, "method", "mask") + " mask";
    if (config.method.noise != NoiseKind::uniform)
        text += ", " + word(config, "method", "noise") + " noise";
    if (!config.method.stochastic) text += ", not stochastic";
    if (!config.method.progressive) text += ", not progressive";
    if (config.method.post_training) text += ", masked after training";
    return text + ")";
}

/// "bf16 (as float32 products: slower)"
std::string precision_text(const Config& config) {
    const std::string name = word(config, "experiment", "precision");
    if (config.experiment.precision != Precision::bf16) return name;
    for (const DeviceInfo& info : available_devices())
        if (info.kind == config.experiment.device && !info.bf16)
            return name + " (as float32 products, slower than fp32: this CPU has none)";
    return name;
}

} // namespace

std::string clients_count(std::uint64_t clients) {
    return clients == 0 ? "all users" : counted(clients, "client");
}

std::string split_name(const Config& config) {
    std::string split = word(config, "data", "partition");
    if (config.data.partition == Partition::labeldir) split += fmt::format(" {}", config.data.beta);
    if (config.data.partition == Partition::labelcnt)
        split += fmt::format(" {}", config.data.fraction);
    return split;
}

std::string method_name(const Config& config) {
    return plain_method_name(config) + (config.method.error_feedback ? " + error feedback" : "");
}

std::string setting_name(const Config& config) {
    return fmt::format("{}, {}, {}", config.data.name, config.model.name,
                       clients_text(config, config.data.clients));
}

std::string data_text(const Dataset& dataset) {
    return fmt::format("{}: {} training and {} test samples of {}×{}×{}, {} classes", dataset.name,
                       grouped(dataset.train.samples()), grouped(dataset.test.samples()),
                       dataset.shape.height, dataset.shape.width, dataset.shape.channels,
                       dataset.classes);
}

std::string opening_text(const Config& config, const Experiment& experiment,
                         const std::string& data, const std::string& why, std::uint32_t from) {
    const ParameterLayout& layout = experiment.model().layout;
    std::string text;
    const auto row = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<10}{}\n", name, value);
    };
    row("data", data);
    row("clients",
        fmt::format("{}, {} of batch {}", clients_text(config, experiment.clients().clients()),
                    counted(config.client.epochs, "epoch"), config.client.batch));
    row("model", fmt::format("{}: {} masked weights, {} dense parameters, {} statistics",
                             experiment.model().name, grouped(layout.masked),
                             grouped(layout.trainable - layout.masked),
                             grouped(layout.state - layout.trainable)));
    std::string method = fmt::format("{}, lr {}", method_name(config), config.client.lr);
    if (config.method.name == MethodName::fedmrn)
        method += fmt::format(", {} noise of magnitude {}", word(config, "method", "noise"),
                              config.method.magnitude);
    row("method", method);
    row("device",
        fmt::format("{}, {}, {}; {}", experiment.device(), counted(experiment.lanes(), "lane"),
                    precision_text(experiment.config()), why));
    row("folder", config.experiment.out);
    if (from > 0)
        row("resumed", fmt::format("after round {} of {}", from, config.experiment.rounds));
    return text;
}

} // namespace fedmrn
