// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/summary.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "engine/run/atomic_file.hpp"
#include "engine/run/file.hpp"
#include "engine/run/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// The one list of the fields, for both directions.
template <typename S, typename Visit> void each_field(S& s, Visit visit) {
    visit("rounds", s.rounds);
    visit("final_accuracy", s.final_accuracy);
    visit("best_accuracy", s.best_accuracy);
    visit("uplink_bits_per_parameter", s.uplink_bits_per_parameter);
    visit("uplink_bytes", s.uplink_bytes);
    visit("downlink_bytes", s.downlink_bytes);
    visit("float32_bytes", s.float32_bytes);
    visit("samples_per_second", s.samples_per_second);
    visit("seconds", s.seconds);
    visit("simulated_seconds", s.simulated_seconds);
    visit("device", s.device);
    visit("lanes", s.lanes);
    visit("model_hash", s.model_hash);
}

double ratio(double a, double b) { return b > 0 ? a / b : 0; }

std::string whole(double value) { return grouped(static_cast<std::uint64_t>(value)); }

} // namespace

Summary summarise(const Experiment& experiment, const Ledger& ledger) {
    Summary s;
    s.rounds = experiment.state().round;
    s.final_accuracy = ledger.last_accuracy;
    s.best_accuracy = ledger.best_accuracy;
    s.uplink_bits_per_parameter =
        ratio(8.0 * static_cast<double>(ledger.uplink_bytes),
              static_cast<double>(ledger.messages) *
                  static_cast<double>(experiment.model().layout.trainable));
    s.uplink_bytes = ledger.uplink_bytes;
    s.downlink_bytes = ledger.downlink_bytes;
    s.float32_bytes = experiment.float32_bytes() * ledger.messages;
    s.samples_per_second = ratio(static_cast<double>(ledger.samples), ledger.train_seconds);
    s.seconds = ledger.seconds;
    s.simulated_seconds = ledger.simulated_seconds;
    s.device = experiment.device();
    s.lanes = experiment.lanes();
    s.model_hash = state_hash(experiment.state().global);
    return s;
}

void write_summary(const std::filesystem::path& path, const Summary& summary) {
    nlohmann::ordered_json json;
    each_field(summary, [&](const char* name, const auto& field) { json[name] = field; });
    write_atomically(path, json.dump(2) + "\n");
}

Summary read_summary(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    Summary summary;
    try {
        const auto json = nlohmann::ordered_json::parse(text, text + bytes.size());
        each_field(summary, [&](const char* name, auto& field) { json.at(name).get_to(field); });
    } catch (const nlohmann::ordered_json::exception& error) {
        throw Error(path.string() + ": not a run's summary: " + one_line(error.what()));
    }
    return summary;
}

std::string summary_text(const Summary& s, std::uint64_t messages, const std::string& folder) {
    const double upload = ratio(static_cast<double>(s.uplink_bytes), static_cast<double>(messages));
    const double dense = ratio(static_cast<double>(s.float32_bytes), static_cast<double>(messages));
    std::string text;
    const auto row = [&](const char* name, const std::string& value) {
        text += fmt::format("  {:<18}{}\n", name, value);
    };
    row("accuracy", fmt::format("{} after {} rounds, best {}", percent_text(s.final_accuracy),
                                s.rounds, percent_text(s.best_accuracy)));
    row("a client uploads", fmt::format("{} bytes a round, 1/{:.1f} of float32's {}", whole(upload),
                                        ratio(dense, upload), whole(dense)));
    row("bits a parameter", fmt::format("{:.3f}", s.uplink_bits_per_parameter));
    row("training",
        fmt::format("{} samples/s on {}, {} lane{}; {} in all", whole(s.samples_per_second),
                    s.device, s.lanes, s.lanes == 1 ? "" : "s", duration_text(s.seconds)));
    if (s.simulated_seconds > 0)
        row("network", fmt::format("{} simulated, the slowest client of each round",
                                   duration_text(s.simulated_seconds)));
    row("model", s.model_hash);
    row("folder", folder);
    return text;
}

} // namespace fedmrn
