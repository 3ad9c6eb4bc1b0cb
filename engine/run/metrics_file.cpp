// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/metrics_file.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "engine/run/atomic_file.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::ordered_json;

Json nullable(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::optional<double> optional_number(const Json& value) {
    if (value.is_null()) return std::nullopt;
    return value.get<double>();
}

/// Throws Json::exception.
RoundMetrics from_json_line(std::string_view line) {
    const Json json = Json::parse(line);
    RoundMetrics round;
    round.round = json.at("round").get<std::uint32_t>();
    round.loss = optional_number(json.at("loss"));
    round.accuracy = optional_number(json.at("accuracy"));
    round.train_loss = json.at("train_loss").get<double>();
    round.samples = json.at("samples").get<std::uint64_t>();
    round.uplink_bytes = json.at("uplink_bytes").get<std::uint64_t>();
    round.downlink_bytes = json.at("downlink_bytes").get<std::uint64_t>();
    round.dropped = json.at("dropped").get<std::uint64_t>();
    round.simulated_seconds = json.at("simulated_seconds").get<double>();
    round.train_seconds = json.at("train_seconds").get<double>();
    round.seconds = json.at("seconds").get<double>();
    return round;
}

} // namespace

std::string to_json_line(const RoundMetrics& round) {
    const Json json{{"round", round.round},
                    {"loss", nullable(round.loss)},
                    {"accuracy", nullable(round.accuracy)},
                    {"train_loss", round.train_loss},
                    {"samples", round.samples},
                    {"uplink_bytes", round.uplink_bytes},
                    {"downlink_bytes", round.downlink_bytes},
                    {"dropped", round.dropped},
                    {"simulated_seconds", round.simulated_seconds},
                    {"train_seconds", round.train_seconds},
                    {"seconds", round.seconds}};
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

void cut_metrics(const std::filesystem::path& path, std::uint32_t round) {
    const std::vector<RoundMetrics> rounds = read_metrics(path);
    if (rounds.size() < round)
        throw Error(fmt::format("{}: holds rounds up to {}, its checkpoint is of round {}",
                                path.string(), rounds.size(), round));
    std::string text;
    for (std::uint32_t i = 0; i < round; ++i) text += to_json_line(rounds[i]);
    write_atomically(path, text);
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
