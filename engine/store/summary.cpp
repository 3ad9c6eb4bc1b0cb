// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/summary.hpp"

#include <string_view>
#include <utility>

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
    visit("metrics", s.metrics);
    visit("uplink_bits_per_parameter", s.uplink_bits_per_parameter);
    visit("coded_bits_per_parameter", s.coded_bits_per_parameter);
    visit("messages", s.messages);
    visit("uplink_bytes", s.uplink_bytes);
    visit("downlink_bytes", s.downlink_bytes);
    visit("float32_bytes", s.float32_bytes);
    visit("samples_per_second", s.samples_per_second);
    each_second(s.time, visit);
    visit("simulated_seconds", s.simulated_seconds);
    visit("wire", s.traffic);
    visit("device", s.device);
    visit("lanes", s.lanes);
    visit("model_hash", s.model_hash);
    visit("data_hash", s.data_hash);
    visit("clients", s.clients);
    visit(("deployed_" + s.metrics.front().measure.name).c_str(), s.deployed);
    visit("version", s.provenance.version);
    visit("commit", s.provenance.commit);
    visit("compiler", s.provenance.compiler);
    visit("processor", s.provenance.processor);
    visit("started", s.provenance.started);
    visit("finished", s.provenance.finished);
}

using Json = nlohmann::ordered_json;

using Metrics = std::vector<MetricSummary>;

constexpr std::string_view final_prefix = "final_";
constexpr const char* measures_key = "measures";

/// What a file says nothing of: a fraction, the higher the better.
bool plain(const Measure& measure) { return measure == Measure{.name = measure.name}; }

template <class T> void write_field(Json& json, const char* name, const T& value, const Summary&) {
    json[name] = value;
}
void write_field(Json& json, const char*, const Metrics& metrics, const Summary&) {
    Json measures;
    for (const MetricSummary& metric : metrics) {
        const Measure& measure = metric.measure;
        json[std::string(final_prefix) + measure.name] = metric.last;
        json["best_" + measure.name] = metric.best;
        if (!plain(measure))
            measures[measure.name] = {
                {"better", measure.better == Better::lower ? "lower" : "higher"},
                {"unit", measure.unit == Unit::number ? "number" : "fraction"}};
    }
    if (!measures.empty()) json[measures_key] = measures;
}
void write_field(Json& json, const char*, const Traffic& traffic, const Summary&) {
    if (traffic == Traffic{}) return;
    each_sent(traffic, [&](const char* name, std::uint64_t bytes) { json[name] = bytes; });
}
void write_field(Json& json, const char* name, const std::optional<ClientSpread>& spread,
                 const Summary& summary) {
    json[name] = nullptr;
    if (!spread) return;
    const std::string& metric = summary.metrics.front().measure.name;
    json[name] = {{"evaluated", spread->clients},
                  {metric + "_mean", spread->mean},
                  {metric + "_worst_tenth", spread->worst_tenth},
                  {metric + "_deviation", spread->deviation}};
}
void write_field(Json& json, const char* name, const std::optional<double>& value, const Summary&) {
    if (value) json[name] = *value;
}

template <class T> void read_field(const Json& json, const char* name, T& value, const Summary&) {
    json.at(name).get_to(value);
}
void read_field(const Json& json, const char* name, std::optional<double>& value, const Summary&) {
    value.reset();
    if (json.contains(name)) value = json.at(name).get<double>();
}
void read_field(const Json& json, const char*, Metrics& metrics, const Summary&) {
    metrics.clear();
    for (const auto& [key, value] : json.items()) {
        if (!key.starts_with(final_prefix)) continue;
        MetricSummary& metric = metrics.emplace_back();
        metric.measure.name = key.substr(final_prefix.size());
        metric.last = value.get<double>();
        metric.best = json.at("best_" + metric.measure.name).get<double>();
    }
    if (metrics.empty()) (void)json.at("final_accuracy"); // says what is missing
    if (!json.contains(measures_key)) return;
    for (MetricSummary& metric : metrics) {
        const Json& measures = json.at(measures_key);
        const auto found = measures.find(metric.measure.name);
        if (found == measures.end()) continue;
        if (found->at("better").get<std::string>() == "lower")
            metric.measure.better = Better::lower;
        if (found->at("unit").get<std::string>() == "number") metric.measure.unit = Unit::number;
    }
}
void read_field(const Json& json, const char*, Traffic& traffic, const Summary&) {
    each_sent(traffic, [&](const char* name, std::uint64_t& bytes) {
        bytes = json.value(name, std::uint64_t{0});
    });
}
void read_field(const Json& json, const char* name, std::optional<ClientSpread>& spread,
                const Summary& summary) {
    const Json& found = json.at(name);
    if (found.is_null()) return;
    const std::string& metric = summary.metrics.front().measure.name;
    spread = ClientSpread{found.at("evaluated").get<std::uint64_t>(),
                          found.at(metric + "_mean").get<double>(),
                          found.at(metric + "_worst_tenth").get<double>(),
                          found.at(metric + "_deviation").get<double>()};
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

std::vector<Measure> judged_by(const Model& model) {
    std::vector<Measure> measures = measures_of(model);
    if (measures.empty()) measures.push_back(loss_measure());
    return measures;
}

MetricSummary summary_of(const Measure& measure, std::span<const RoundMetrics> rounds) {
    MetricSummary metric{measure};
    bool any = false;
    for (const RoundMetrics& round : rounds) {
        const std::optional<double> value = round.value(measure.name);
        if (!value) continue;
        metric.last = *value;
        if (!std::exchange(any, true) || measure.prefers(*value, metric.best)) metric.best = *value;
    }
    return metric;
}

Summary summarise(const Experiment& experiment, const Ledger& ledger,
                  std::span<const RoundMetrics> rounds) {
    Summary s;
    s.rounds = experiment.round();
    s.metrics.clear();
    for (const Measure& measure : judged_by(experiment.model()))
        s.metrics.push_back(summary_of(measure, rounds));
    s.messages = ledger.messages;
    const double parameters = static_cast<double>(ledger.messages) *
                              static_cast<double>(experiment.model().layout.trainable);
    s.uplink_bits_per_parameter = ratio(8.0 * static_cast<double>(ledger.uplink_bytes), parameters);
    if (const auto uncoded = experiment.uncoded_bytes(); uncoded && ledger.messages != 0)
        s.coded_bits_per_parameter =
            ratio(8.0 * static_cast<double>(ledger.uplink_bytes - *uncoded * ledger.messages),
                  parameters);
    s.uplink_bytes = ledger.uplink_bytes;
    s.downlink_bytes = ledger.downlink_bytes;
    s.float32_bytes = experiment.float32_bytes() * ledger.messages;
    s.samples_per_second = ratio(static_cast<double>(ledger.samples), ledger.time.training);
    s.time = ledger.time;
    s.simulated_seconds = ledger.simulated_seconds;
    s.traffic = ledger.traffic;
    s.device = experiment.device();
    s.lanes = experiment.lanes();
    s.model_hash = state_hash(experiment.state().global);
    return s;
}

void write_summary(const std::filesystem::path& path, const Summary& summary) {
    Json json;
    each_field(summary, [&](const char* name, const auto& field) {
        write_field(json, name, field, summary);
    });
    write_atomically(path, json.dump(2) + "\n");
}

Summary read_summary(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    Summary summary;
    try {
        const auto json = Json::parse(text, text + bytes.size());
        each_field(summary,
                   [&](const char* name, auto& field) { read_field(json, name, field, summary); });
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
    for (const MetricSummary& metric : s.metrics) {
        const Unit unit = metric.measure.unit;
        row(metric.measure.name.c_str(),
            fmt::format("{} after {}, best {}", measured_text(unit, metric.last),
                        counted(s.rounds, "round"), measured_text(unit, metric.best)));
    }
    if (s.deployed) {
        const Measure& measure = s.metrics.front().measure;
        row("deployed", fmt::format("{} {} of the weights as they are put to use", measure.name,
                                    measured_text(measure.unit, *s.deployed)));
    }
    if (s.messages == 0) {
        row("a client uploads", "nothing: in every round all clients dropped out");
    } else {
        row("a client uploads",
            fmt::format("{} bytes a round, {} of float32's {}", bytes_per_upload(s),
                        share_of_float32(s), grouped(s.float32_bytes / s.messages)));
        std::string bits = fmt::format("{:.3f}", s.uplink_bits_per_parameter);
        if (s.coded_bits_per_parameter)
            bits += fmt::format(": {:.3f} in masks and codes, {:.3f} beside them",
                                *s.coded_bits_per_parameter,
                                s.uplink_bits_per_parameter - *s.coded_bits_per_parameter);
        row("bits a parameter", bits);
    }
    row("in all", fmt::format("{} up, {} down", bytes_text(static_cast<double>(s.uplink_bytes)),
                              bytes_text(static_cast<double>(s.downlink_bytes))));
    row("training", fmt::format("{} samples/s on {}, {}", whole(s.samples_per_second), s.device,
                                counted(s.lanes, "lane")));
    row("time", time_text(s.time));
    if (s.simulated_seconds > 0)
        row("network", fmt::format("{} simulated, the slowest client of each round",
                                   duration_text(s.simulated_seconds)));
    if (s.traffic != Traffic{})
        row("between ranks", fmt::format("{}: sums {}, messages {}, the rest {}",
                                         bytes_text(static_cast<double>(s.traffic.all())),
                                         bytes_text(static_cast<double>(s.traffic.sums)),
                                         bytes_text(static_cast<double>(s.traffic.messages)),
                                         bytes_text(static_cast<double>(s.traffic.rest))));
    if (s.clients) {
        const Unit unit = s.metrics.front().measure.unit;
        row("clients", fmt::format("mean {}, worst tenth {}, deviation {} over {}",
                                   measured_text(unit, s.clients->mean),
                                   measured_text(unit, s.clients->worst_tenth),
                                   measured_text(unit, s.clients->deviation),
                                   counted(s.clients->clients, "client")));
    }
    row("model", s.model_hash);
    row("folder", folder);
    return text;
}

} // namespace fedmrn
