// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/summary.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "engine/base/atomic_file.hpp"
#include "engine/base/file.hpp"
#include "engine/base/text.hpp"
#include "engine/store/fields.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// The one list of the fields, for both directions.
template <typename S, typename Visit> void each_field(S& s, Visit visit) {
    visit("rounds", s.rounds);
    visit("final_accuracy", s.final_accuracy);
    visit("best_accuracy", s.best_accuracy);
    visit("uplink_bits_per_parameter", s.uplink_bits_per_parameter);
    visit("messages", s.messages);
    visit("uplink_bytes", s.uplink_bytes);
    visit("downlink_bytes", s.downlink_bytes);
    visit("float32_bytes", s.float32_bytes);
    visit("samples_per_second", s.samples_per_second);
    each_second(s.time, visit);
    visit("simulated_seconds", s.simulated_seconds);
    visit("device", s.device);
    visit("lanes", s.lanes);
    visit("model_hash", s.model_hash);
    visit("data_hash", s.data_hash);
    visit("clients", s.clients);
    visit("version", s.provenance.version);
    visit("commit", s.provenance.commit);
    visit("compiler", s.provenance.compiler);
    visit("processor", s.provenance.processor);
    visit("started", s.provenance.started);
    visit("finished", s.provenance.finished);
}

using Json = nlohmann::ordered_json;

template <class T> Json to_json(const T& value) { return value; }
Json to_json(const std::optional<ClientSpread>& spread) {
    if (!spread) return nullptr;
    return {{"evaluated", spread->clients},
            {"accuracy_mean", spread->mean},
            {"accuracy_worst_tenth", spread->worst_tenth},
            {"accuracy_deviation", spread->deviation}};
}

template <class T> void from_json(const Json& json, T& value) { json.get_to(value); }
void from_json(const Json& json, std::optional<ClientSpread>& spread) {
    if (json.is_null()) return;
    spread = ClientSpread{
        json.at("evaluated").get<std::uint64_t>(), json.at("accuracy_mean").get<double>(),
        json.at("accuracy_worst_tenth").get<double>(), json.at("accuracy_deviation").get<double>()};
}

double ratio(double a, double b) { return b > 0 ? a / b : 0; }

std::string whole(double value) { return grouped(static_cast<std::uint64_t>(value)); }

/// "0:25 in all: training 0:20, evaluation 0:03, checkpoints 0:01, the rest 0:01"; what took less
/// than a hundredth is part of the rest.
std::string time_text(const WallTime& time) {
    std::string text = duration_text(time.all) + " in all";
    double rest = time.all;
    const auto part = [&](const char* name, double seconds) {
        if (seconds < 0.01 * time.all || seconds <= 0) return;
        text += fmt::format("{} {} {}", rest == time.all ? ":" : ",", name, duration_text(seconds));
        rest -= seconds;
    };
    part("training", time.training);
    part("messages", time.messages);
    part("aggregation", time.aggregation);
    part("evaluation", time.evaluation);
    part("checkpoints", time.checkpoints);
    part("the rest", rest);
    return text;
}

} // namespace

Summary summarise(const Experiment& experiment, const Ledger& ledger,
                  std::span<const RoundMetrics> rounds) {
    Summary s;
    s.rounds = experiment.state().round;
    for (const RoundMetrics& round : rounds) {
        if (!round.accuracy) continue;
        s.final_accuracy = *round.accuracy;
        s.best_accuracy = std::max(s.best_accuracy, *round.accuracy);
    }
    s.messages = ledger.messages;
    s.uplink_bits_per_parameter =
        ratio(8.0 * static_cast<double>(ledger.uplink_bytes),
              static_cast<double>(ledger.messages) *
                  static_cast<double>(experiment.model().layout.trainable));
    s.uplink_bytes = ledger.uplink_bytes;
    s.downlink_bytes = ledger.downlink_bytes;
    s.float32_bytes = experiment.float32_bytes() * ledger.messages;
    s.samples_per_second = ratio(static_cast<double>(ledger.samples), ledger.time.training);
    s.time = ledger.time;
    s.simulated_seconds = ledger.simulated_seconds;
    s.device = experiment.device();
    s.lanes = experiment.lanes();
    s.model_hash = state_hash(experiment.state().global);
    return s;
}

void write_summary(const std::filesystem::path& path, const Summary& summary) {
    Json json;
    each_field(summary, [&](const char* name, const auto& field) { json[name] = to_json(field); });
    write_atomically(path, json.dump(2) + "\n");
}

Summary read_summary(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    Summary summary;
    try {
        const auto json = Json::parse(text, text + bytes.size());
        each_field(summary,
                   [&](const char* name, auto& field) { from_json(json.at(name), field); });
    } catch (const Json::exception& error) {
        throw Error(path.string() + ": not a run's summary: " + one_line(error.what()));
    }
    return summary;
}

std::string bytes_per_upload(const Summary& s) {
    if (s.messages == 0) return "-";
    return whole(ratio(static_cast<double>(s.uplink_bytes), static_cast<double>(s.messages)));
}

std::string share_of_float32(const Summary& s) {
    if (s.uplink_bytes == 0) return "-";
    return fmt::format("1/{:.1f}",
                       static_cast<double>(s.float32_bytes) / static_cast<double>(s.uplink_bytes));
}

std::string summary_text(const Summary& s, const std::string& folder) {
    std::string text;
    const auto row = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<18}{}\n", name, value);
    };
    row("accuracy", fmt::format("{} after {}, best {}", percent_text(s.final_accuracy),
                                counted(s.rounds, "round"), percent_text(s.best_accuracy)));
    if (s.messages == 0) {
        row("a client uploads", "nothing: in every round all clients dropped out");
    } else {
        row("a client uploads",
            fmt::format("{} bytes a round, {} of float32's {}", bytes_per_upload(s),
                        share_of_float32(s), grouped(s.float32_bytes / s.messages)));
        row("bits a parameter", fmt::format("{:.3f}", s.uplink_bits_per_parameter));
    }
    row("training", fmt::format("{} samples/s on {}, {}", whole(s.samples_per_second), s.device,
                                counted(s.lanes, "lane")));
    row("time", time_text(s.time));
    if (s.simulated_seconds > 0)
        row("network", fmt::format("{} simulated, the slowest client of each round",
                                   duration_text(s.simulated_seconds)));
    if (s.clients)
        row("clients",
            fmt::format("mean {}, worst tenth {}, deviation {} over {}",
                        percent_text(s.clients->mean), percent_text(s.clients->worst_tenth),
                        percent_text(s.clients->deviation), counted(s.clients->clients, "client")));
    row("model", s.model_hash);
    row("folder", folder);
    return text;
}

} // namespace fedmrn
