// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/metrics_file.hpp"

#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "engine/base/atomic_file.hpp"
#include "engine/store/fields.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::ordered_json;

using Metrics = std::vector<MetricValue>;

/// The one list of a line's fields, for both directions; metrics stand by their own names.
template <class Round, class Visit> void each_field(Round& round, Visit visit) {
    visit("round", round.round);
    visit("loss", round.loss);
    visit("metrics", round.metrics);
    visit("train_loss", round.train_loss);
    visit("samples", round.samples);
    visit("messages", round.messages);
    visit("uplink_bytes", round.uplink_bytes);
    visit("downlink_bytes", round.downlink_bytes);
    visit("dropped", round.dropped);
    visit("simulated_seconds", round.simulated_seconds);
    visit("wire", round.traffic);
    each_second(round.time, visit);
}

bool is_field(std::string_view name) {
    const RoundMetrics any;
    bool found = false;
    const auto compare = [&](const char* field, const auto&) { found |= name == field; };
    each_field(any, compare);
    each_sent(any.traffic, compare);
    return found;
}

template <class T> Json to_json(const T& value) { return value; }
Json to_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

template <class T> void from_json(const Json& json, T& value) { json.get_to(value); }
void from_json(const Json& json, std::optional<double>& value) {
    value = json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

template <class T> void write_field(Json& line, const char* name, const T& value) {
    line[name] = to_json(value);
}
void write_field(Json& line, const char*, const Metrics& metrics) {
    for (const MetricValue& metric : metrics) line[metric.name] = to_json(metric.value);
}
void write_field(Json& line, const char*, const Traffic& traffic) {
    if (traffic == Traffic{}) return;
    each_sent(traffic, [&](const char* name, std::uint64_t bytes) { line[name] = bytes; });
}

template <class T> void read_field(const Json& line, const char* name, T& value) {
    from_json(line.at(name), value);
}
/// What the list does not name is a metric.
void read_field(const Json& line, const char*, Metrics& metrics) {
    for (const auto& [name, value] : line.items())
        if (!is_field(name)) from_json(value, metrics.emplace_back(MetricValue{name, {}}).value);
}
void read_field(const Json& line, const char*, Traffic& traffic) {
    each_sent(traffic, [&](const char* name, std::uint64_t& bytes) {
        bytes = line.value(name, std::uint64_t{0});
    });
}

/// Throws Json::exception.
RoundMetrics from_json_line(std::string_view line) {
    const Json json = Json::parse(line);
    RoundMetrics round;
    each_field(round, [&](const char* name, auto& field) { read_field(json, name, field); });
    return round;
}

std::string text_of(std::span<const RoundMetrics> rounds) {
    std::string text;
    for (const RoundMetrics& round : rounds) text += to_json_line(round);
    return text;
}

} // namespace

std::string to_json_line(const RoundMetrics& round) {
    Json json;
    each_field(round, [&](const char* name, const auto& field) { write_field(json, name, field); });
    return json.dump() + "\n";
}

std::vector<RoundMetrics> read_metrics(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<RoundMetrics> rounds;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) break;
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        try {
            rounds.push_back(from_json_line(line));
        } catch (const Json::exception&) {
            if (text.empty()) break;
            throw Error(
                fmt::format("{}:{}: expected a round's metrics as JSON", path.string(), number));
        }
        if (rounds.back().round != number)
            throw Error(fmt::format("{}:{}: expected round {}, found {}", path.string(), number,
                                    number, rounds.back().round));
    }
    return rounds;
}

void cut_metrics(const std::filesystem::path& path, std::uint32_t round, std::uint32_t eval_every) {
    std::vector<RoundMetrics> rounds = read_metrics(path);
    if (rounds.size() < round)
        throw Error(fmt::format("{}: holds rounds up to {}, its checkpoint is of round {}",
                                path.string(), rounds.size(), round));
    rounds.resize(round);
    for (RoundMetrics& row : rounds) {
        if (row.round % eval_every == 0) continue;
        row.loss.reset();
        for (MetricValue& metric : row.metrics) metric.value.reset();
    }
    write_atomically(path, text_of(rounds));
}

void set_evaluation(const std::filesystem::path& path, double loss,
                    std::span<const double> metrics) {
    std::vector<RoundMetrics> rounds = read_metrics(path);
    rounds.back().loss = loss;
    for (std::size_t i = 0; i < metrics.size(); ++i) rounds.back().metrics.at(i).value = metrics[i];
    write_atomically(path, text_of(rounds));
}

void require_columns(std::span<const Measure> measures) {
    for (const Measure& measure : measures)
        if (is_field(measure.name))
            throw Error(fmt::format("metric {}: expected another name: a round's line has a field "
                                    "of this one",
                                    measure.name));
}

MetricsLog::MetricsLog(const std::filesystem::path& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
    if (!file_.open())
        throw Error(path_.string() + ": cannot write: " + std::strerror(errno), Fault::run);
}

void MetricsLog::append(const RoundMetrics& round) {
    const std::string line = to_json_line(round);
    if (!write_fully(file_.get(), reinterpret_cast<const std::byte*>(line.data()), line.size()))
        throw Error(path_.string() + ": cannot write: " + std::strerror(errno), Fault::run);
}

void MetricsLog::sync() {
    if (::fdatasync(file_.get()) != 0 && errno != EINVAL)
        throw Error(path_.string() + ": cannot write: " + std::strerror(errno), Fault::run);
}

} // namespace fedmrn
