// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// The last thing that scripts/gpu-check.sh prints: what the CUDA device is meant to reach beside
// what was measured, from the reports in a folder. A row that was not measured says why.
namespace {

using Json = nlohmann::json;

struct Row {
    std::string what;
    double reach;
    bool at_least; ///< the reach is a lower bound, else an upper one
    std::string unit;
    std::string bound = {}; ///< why arithmetic forbids it, where it does
    std::optional<double> measured = std::nullopt;
    std::string why_not = "not measured";
    [[nodiscard]] bool reached() const {
        return measured && (at_least ? *measured >= reach : *measured <= reach);
    }
    [[nodiscard]] std::string verdict() const {
        return !measured        ? why_not
               : reached()      ? "reached"
               : !bound.empty() ? "bounded by arithmetic: " + bound
                                : "missed";
    }
};

/// Null where there is no such report, or it is not whole.
Json read(const std::filesystem::path& path) {
    std::ifstream file(path);
    const Json json = file ? Json::parse(file, nullptr, false) : Json();
    return json.is_discarded() ? Json() : json;
}

/// A value of the benchmark whose name begins so; times in seconds. Where it is missing, why_not
/// says what the report knows: an entry "cut" stands for all that was to come.
std::optional<double> find(const Json& report, const std::string& name, const std::string& value,
                           std::string& why_not) {
    if (!report.is_object()) {
        return std::nullopt;
    }
    for (const Json& run : report.value("benchmarks", Json::array())) {
        const std::string found = run.value("name", "");
        if (!found.starts_with(name) && found != "cut") {
            continue;
        }
        if (run.value("error_occurred", false)) {
            why_not = run.value("error_message", "failed");
            return std::nullopt;
        }
        const std::string unit = value == "real_time" ? run.value("time_unit", "s") : "s";
        const double seconds = unit == "ns" ? 1e-9 : unit == "us" ? 1e-6 : unit == "ms" ? 1e-3 : 1;
        if (run.contains(value)) {
            return run[value].get<double>() * seconds;
        }
        return std::nullopt;
    }
    return std::nullopt;
}

void measure(Row& row, const Json& report, const std::string& name, const std::string& value,
             double scale = 1) {
    if (const auto found = find(report, name, value, row.why_not)) {
        row.measured = *found * scale;
    }
}

/// The time of one benchmark over another's.
void divide(Row& row, const Json& report, const std::string& name, const std::string& by) {
    const auto above = find(report, name, "real_time", row.why_not);
    const auto below = find(report, by, "real_time", row.why_not);
    if (above && below) {
        row.measured = *above / *below;
    }
}

/// The engine's rate over a peer's, or over the fastest peer's.
void compare(Row& row, const Json& peers, const std::string& model, const std::string& peer = {}) {
    if (!peers.is_object()) {
        return;
    }
    for (const Json& found : peers.value("rows", Json::array())) {
        const std::string name = found.value("peer", "");
        if (found.value("model", "") != model || found.value("method", "") != "fedmrn" ||
            name == "engine" || (!peer.empty() && name != peer)) {
            continue;
        }
        if (found.contains("ratio")) {
            row.measured = std::min(row.measured.value_or(HUGE_VAL), found["ratio"].get<double>());
            if (peer.empty() && *row.measured == found["ratio"].get<double>()) {
                row.what = row.what.substr(0, row.what.find(" (")) + " (" + name + ")";
            }
        } else {
            row.why_not = found.value("why", row.why_not);
        }
    }
}

std::vector<Row> rows(const std::filesystem::path& folder) {
    const Json steps = read(folder / "steps.json"), kernels = read(folder / "kernels.json");
    const Json round = read(folder / "round.json"), evaluation = read(folder / "evaluation.json");
    const Json peers = read(folder / "peers.json");
    std::vector<Row> all;
    const auto row = [&](const char* what, double reach, bool at_least, const char* unit,
                         const char* bound = "") -> Row& {
        return all.emplace_back(Row{what, reach, at_least, unit, bound});
    };
    const std::string step = "local_training/steps_fedmrn_binary_uniform/lanes:";
    measure(row("a local step, 10 lanes x 64, CNN4, FedMRN", 0.55, false, "ms"), steps,
            step + "10/bits:32/", "step_us", 1e-3);
    measure(row("the same in bf16", 0.40, false, "ms"), steps, step + "10/bits:16/", "step_us",
            1e-3);
    measure(row("a lane of 512", 45, false, "us"), steps, step + "512/bits:32/", "step_us",
            1.0 / 512);
    measure(row("the same in bf16", 28, false, "us"), steps, step + "512/bits:16/", "step_us",
            1.0 / 512);
    measure(row("graph launches a local step, 512 lanes", 1, false, ""), steps,
            step + "512/bits:32/", "graph_launches_per_step");
    const auto run = [&](const char* what, double reach, const char* report, const char* name) {
        measure(row(what, reach, false, "s"), read(folder / report),
                std::string("whole_run/") + name, "real_time");
    };
    run("Fashion-MNIST, CNN4, 100 rounds x 10 clients x 10 epochs", 5.5, "run-fashion.json",
        "fashion_mnist_cnn4/bits:32/");
    run("the same in bf16", 4, "run-fashion-bf16.json", "fashion_mnist_cnn4/bits:16/");
    run("CIFAR-10's shape, CNN8, 200 rounds x 10 clients x 10 epochs", 35, "run-cnn8.json",
        "cifar10_cnn8/bits:32/");
    run("CNN2, 1,500 rounds x 50 clients x 5 steps of batch 10", 12, "run-cnn2.json",
        "cifar10_cnn2/bits:32/");
    run("the same by FedAvg", 25, "run-cnn2-fedavg.json", "cifar10_cnn2_fedavg/bits:32/");
    divide(row("FedAvg's round of FedMRN's, quick start", 1.3, false, "x"), round,
           "round/fedavg/lanes:0/cohort:10/bits:32/", "round/fedmrn/lanes:0/cohort:10/bits:32/");
    measure(row("evaluation of 10,000 images", 2, false, "ms"), evaluation,
            "evaluation/eval_batch:500/bits:32/", "real_time", 1e3);
    compare(row("against the best rival, CNN4", 2.5, true, "x"), peers, "cnn4");
    compare(row("against the best rival, CNN2", 2.5, true, "x"), peers, "cnn2");
    compare(row("against PyTorch, one client after another", 50, true, "x"), peers, "cnn4",
            "eager");
    compare(row("against torch.func.vmap over clients", 8, true, "x"), peers, "cnn4", "vmap");
    // docs/performance.md, "Floors": instructions an element, of which random words are the most
    measure(row("mask, noise and weights in one pass, of a copy", 80, true, "%",
                "up to 138 instructions an element"),
            kernels, "mask_weights/mask:0/noise:0/lanes:512/", "percent_of_copy");
    measure(row("packing of masks, of a copy", 80, true, "%", "up to 106 instructions an element"),
            kernels, "pack_masks/mask:0/noise:0/clients:512/", "percent_of_copy");
    measure(row("aggregation of 10,000 masks of 389,920 parameters", 15, false, "ms"), kernels,
            "aggregate_masks/mask:0/noise:0/clients:10000/", "real_time", 1e3);
    return all;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
        fmt::print(stderr, "usage: gpu_reach FOLDER, the reports of scripts/gpu-check.sh\n");
        return 2;
    }
    Json report = Json::array();
    fmt::print("{:<62}{:>12}{:>14}\n", "what", "reach", "measured");
    for (const Row& row : rows(argv[1])) {
        const std::string unit = row.unit.empty() ? "" : " " + row.unit;
        const std::string measured =
            row.measured ? fmt::format("{:.4g}{}", *row.measured, unit) : "-";
        fmt::print("{:<62}{:>12}{:>14}  {}\n", row.what,
                   fmt::format("{} {:g}{}", row.at_least ? ">=" : "<=", row.reach, unit), measured,
                   row.verdict());
        report.push_back({{"what", row.what},
                          {"reach", row.reach},
                          {"at_least", row.at_least},
                          {"unit", row.unit},
                          {"measured", row.measured ? Json(*row.measured) : Json()},
                          {"reached", row.reached()}});
        if (!row.measured) {
            report.back()["why_not"] = row.why_not;
        } else if (!row.reached() && !row.bound.empty()) {
            report.back()["bound"] = row.bound;
        }
    }
    std::ofstream(std::filesystem::path(argv[1]) / "reach.json") << report.dump(1) << '\n';
}
