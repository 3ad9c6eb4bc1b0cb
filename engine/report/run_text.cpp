// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/run_text.hpp"

#include <fmt/core.h>

#include "engine/base/text.hpp"
#include "engine/config/schema.hpp"
#include "engine/method/registry.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/images.hpp"
#include "fedmrn/stage.hpp"

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

/// "bf16 (as float32 products: slower)"
std::string precision_text(const Config& config) {
    std::string name = word(config, "experiment", "precision");
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
    return partitions().at(config.data.partition.name).text(config.data.partition.options);
}

std::string method_name(const Config& config) {
    const std::string stages = stages_text(config);
    return methods().at(config.method.name).text(config.method.options) +
           (stages.empty() ? "" : " + " + stages);
}

std::string setting_name(const Config& config) {
    return fmt::format("{}, {}, {}", config.data.name, config.model.name,
                       clients_text(config, config.data.clients));
}

std::string data_text(const Dataset& dataset) {
    const auto image = image_shape_of(dataset);
    const std::string what =
        image ? fmt::format("{}×{}×{}", image->height, image->width, image->channels)
              : text_of(dataset.shape());
    return fmt::format("{}: {} training and {} test samples of {}{}", dataset.name,
                       grouped(dataset.train.samples()), grouped(dataset.test.samples()), what,
                       dataset.classes() != 0 ? fmt::format(", {} classes", dataset.classes())
                                              : std::string());
}

std::string opening_text(const Config& config, const Experiment& experiment,
                         const std::string& data, const std::string& why, std::uint32_t from) {
    const ParameterLayout& layout = experiment.model().layout;
    std::string text;
    const auto row = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<10}{}\n", name, value);
    };
    row("data", data);
    if (const std::size_t aside = experiment.clients().validation.size(); aside != 0)
        row("judged by", fmt::format("{} training samples that clients set aside, not the test set",
                                     grouped(aside)));
    row("clients",
        fmt::format("{}, {} of batch {}", clients_text(config, experiment.clients().clients()),
                    counted(config.client.epochs, "epoch"), config.client.batch));
    row("model", fmt::format("{}: {} masked weights, {} dense parameters, {} statistics",
                             experiment.model().name, grouped(layout.masked),
                             grouped(layout.trainable - layout.masked),
                             grouped(layout.state - layout.trainable)));
    const MethodEntry& entry = methods().at(config.method.name);
    std::string method =
        fmt::format("{}, lr {}", entry.text(config.method.options), config.client.lr);
    if (entry.detail) method += ", " + entry.detail(config.method.options);
    row("method", method);
    if (!config.stages.empty()) row("stages", stages_text(config));
    row("device",
        fmt::format("{}, {}, {}; {}", experiment.device(), counted(experiment.lanes(), "lane"),
                    precision_text(experiment.config()), why));
    row("folder", config.experiment.out);
    if (from > 0)
        row("resumed", fmt::format("after round {} of {}", from, config.experiment.rounds));
    return text;
}

} // namespace fedmrn
