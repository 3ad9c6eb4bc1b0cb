// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
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
    std::optional<double> measured = std::nullopt;
    std::string why_not = "not measured";
    [[nodiscard]] bool reached() const {
        return measured && (at_least ? *measured >= reach : *measured <= reach);
    }
};

/// Null where there is no such report, or it is not whole.
Json read(const std::filesystem::path& path) {
    std::ifstream file(path);
    const Json json = file ? Json::parse(file, nullptr, false) : Json();
    return json.is_discarded() ? Json() : json;
}

/// A value of the benchmark whose name begins so; its times are taken in seconds.
void measure(Row& row, const Json& report, const std::string& name, const std::string& value,
             double scale = 1) {
    if (!report.is_object()) {
        return;
    }
    for (const Json& run : report.value("benchmarks", Json::array())) {
        if (!run.value("name", "").starts_with(name)) {
            continue;
        }
        if (run.value("error_occurred", false)) {
            row.why_not = run.value("error_message", "failed");
            return;
        }
        const std::string unit = value == "real_time" ? run.value("time_unit", "s") : "s";
        const double seconds = unit == "ns" ? 1e-9 : unit == "us" ? 1e-6 : unit == "ms" ? 1e-3 : 1;
        if (run.contains(value)) {
            row.measured = run[value].get<double>() * seconds * scale;
        }
        return;
    }
}

/// The engine's rate over a peer's.
void compare(Row& row, const Json& peers, const std::string& peer) {
    const Json::json_pointer ratio("/results/fedmrn/" + peer + "/ratio");
    if (peers.contains(ratio)) {
        row.measured = peers[ratio].get<double>();
    }
}

std::vector<Row> rows(const std::filesystem::path& folder) {
    const Json kernels = read(folder / "kernels.json"), engine = read(folder / "engine.json");
    const Json peers = read(folder / "peers.json");
    std::vector<Row> all;
    const auto row = [&](const char* what, double reach, bool at_least, const char* unit) -> Row& {
        return all.emplace_back(Row{what, reach, at_least, unit});
    };
    measure(row("mask, noise and weights in one pass, of a copy", 80, true, "%"), kernels,
            "mask_weights/mask:0/noise:0/lanes:512/", "percent_of_copy");
    measure(row("packing of masks, of a copy", 80, true, "%"), kernels,
            "pack_masks/mask:0/noise:0/clients:512/", "percent_of_copy");
    measure(row("aggregation of 10,000 masks of 389,920 parameters", 15, false, "ms"), kernels,
            "aggregate_masks/mask:0/noise:0/clients:10000/", "real_time", 1e3);
    measure(row("Fashion-MNIST, CNN4, 100 rounds x 10 clients x 10 epochs", 4, false, "s"), engine,
            "whole_run/fashion_mnist_cnn4/", "real_time");
    measure(row("CIFAR-10's shape, CNN8, 200 rounds x 10 clients x 10 epochs", 30, false, "s"),
            engine, "whole_run/cifar10_cnn8/", "real_time");
    compare(row("against PyTorch, one client after another", 50, true, "x"), peers, "eager");
    compare(row("against torch.func.vmap over clients", 8, true, "x"), peers, "vmap");
    measure(row("CNN2, 1,500 rounds x 50 clients x 5 steps of batch 10", 6, false, "s"), engine,
            "whole_run/cifar10_cnn2/", "real_time");
    measure(row("graph launches a local step, 512 lanes", 1, false, ""), engine,
            "local_training/steps_fedmrn_binary_uniform/lanes:512/bits:32/",
            "graph_launches_per_step");
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
                   row.measured ? (row.reached() ? "reached" : "missed") : row.why_not);
        report.push_back({{"what", row.what},
                          {"reach", row.reach},
                          {"at_least", row.at_least},
                          {"unit", row.unit},
                          {"measured", row.measured ? Json(*row.measured) : Json()},
                          {"reached", row.reached()}});
        if (!row.measured) {
            report.back()["why_not"] = row.why_not;
        }
    }
    std::ofstream(std::filesystem::path(argv[1]) / "reach.json") << report.dump(1) << '\n';
}
