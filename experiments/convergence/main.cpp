// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Prints how fast FedAvg and FedMRN converge, as Markdown. See docs/convergence.md.
#include <algorithm>
#include <cstdio>

#include <CLI/CLI.hpp>

#include "fedmrn/error.hpp"
#include "study.hpp"

namespace fedmrn::convergence {
namespace {

struct Column {
    const char* method;
    Series series;
};

void print(const char* value, const Variant& variant, const std::vector<Column>& columns) {
    std::printf("| rounds T |");
    for (const Column& column : columns) std::printf(" %s: %s |", column.method, value);
    std::printf("\n|---|");
    for (std::size_t i = 0; i < columns.size(); ++i) std::printf("---|");
    const std::vector<double>& at = columns.front().series.at;
    for (std::size_t i = 0; i < at.size(); ++i) {
        std::printf("\n| %.0f |", at[i]);
        for (const Column& column : columns) std::printf(" %.3e |", column.series.mean()[i]);
    }
    std::printf("\n| **slope**, 95 %% interval |");
    for (const Column& column : columns) {
        const Estimate found = slope(column.series);
        std::printf(" %.3f, %.3f … %.3f |", found.mean, found.low(), found.high());
    }
    if (variant.stays()) {
        std::printf("\n| **mean over T**, 95 %% interval |");
        for (const Column& column : columns) {
            const Estimate found = level(column.series);
            std::printf(" %.2e, %.2e … %.2e |", found.mean, found.low(), found.high());
        }
    }
    std::printf("\n\n");
    std::fflush(stdout);
}

void measure(const Variant& variant, std::uint32_t seeds, std::uint32_t from) {
    using Study = Series (*)(const std::string&, const Variant&, Range);
    const auto columns = [&](Study study, Range range) {
        std::vector<Column> all;
        if (!variant.of_noise) all.push_back({"FedAvg", study("fedavg", variant, range)});
        all.push_back({"FedMRN", study("fedmrn", variant, range)});
        return all;
    };
    std::printf("## %s\n\nStrongly convex, mean of %u seeds:\n\n", variant.title.c_str(), seeds);
    print("F(w_T) − F*", variant, columns(strongly_convex, {std::max(from, 256U), 8192, seeds}));
    std::printf("Not convex, mean of %u seeds:\n\n", seeds);
    print("mean ‖∇F‖²", variant, columns(non_convex, {std::max(from, 64U), 4096, seeds}));
}

int start(int argc, char** argv) {
    CLI::App app("How fast FedAvg and FedMRN converge, as Markdown.", "convergence");
    std::vector<std::string> names;
    for (const Variant& each : variants()) names.push_back(each.name);
    std::vector<std::string> chosen = {names.front()};
    std::uint32_t seeds = 10, from = 0;
    app.add_option("--variant", chosen, "how step size and noise are set; one or more")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    app.add_option("--seeds", seeds, "runs of each method")
        ->check(CLI::Range(2, 1000))
        ->capture_default_str();
    app.add_option("--from", from, "the first T; without it 256, and 64 where not convex")
        ->check(CLI::Range(64, 2048));
    double l2 = variants().front().l2;
    app.add_option("--l2", l2, "λ of the problem that is not convex")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    for (const std::string& name : chosen) {
        Variant asked = variant(name);
        asked.l2 = l2;
        measure(asked, seeds, from);
    }
    return 0;
}

} // namespace
} // namespace fedmrn::convergence

int main(int argc, char** argv) {
    try {
        return fedmrn::convergence::start(argc, argv);
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
