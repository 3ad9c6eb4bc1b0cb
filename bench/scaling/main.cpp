// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Tables of rounds on many GPUs: computed, not measured. Prints what was assumed, then Markdown.

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/scaling/rounds.hpp"

namespace fedmrn::scaling {
namespace {

struct Options {
    std::vector<std::size_t> gpus{8, 64, 512};
    std::size_t node = 8, cohort = 4096, each = 64, rounds = 20;
    std::uint64_t seed = 1;
    double parameters = 0, sum_bytes = 8, bits = 1;
    Machine machine;
    Work work;
    std::string file;
};

/// A number of at least, or above, a bound.
CLI::Validator number(double bound, bool above) {
    return {[bound, above](std::string& text) {
                double value = 0;
                const bool read = CLI::detail::lexical_cast(text, value);
                if (read && (above ? value > bound : value >= bound) && std::isfinite(value))
                    return std::string();
                return fmt::format("expected a number {} {:g}, found {}",
                                   above ? "above" : "of at least", bound, text);
            },
            "NUMBER"};
}

std::vector<std::pair<double, double>> read_measured(const std::string& file) {
    std::ifstream in(file);
    std::vector<std::pair<double, double>> measured;
    for (double planned = 0, seconds = 0; in >> planned >> seconds;) {
        if (!(planned > 0 && seconds > 0)) break;
        measured.emplace_back(planned, seconds);
    }
    if (measured.empty() || !in.eof())
        throw CLI::ValidationError(file, "expected lines of two positive numbers, planned work "
                                         "and seconds of a client");
    return measured;
}

/// Rates are said in GB/s and times in microseconds.
void add_options(CLI::App& app, Options& o) {
    const auto link = [&](const char* name, Link& value, double us, double gb) {
        value = {us * 1e-6, gb * 1e9};
        app.add_option_function<double>(
               fmt::format("--{}-latency", name), [&value](double x) { value.latency = x * 1e-6; },
               fmt::format("microseconds (else {})", us))
            ->check(number(0, false));
        app.add_option_function<double>(
               fmt::format("--{}-bandwidth", name),
               [&value](double x) { value.bandwidth = x * 1e9; }, fmt::format("GB/s (else {})", gb))
            ->check(number(0, true));
    };
    app.add_option("--parameters", o.parameters, "trained parameters")
        ->required()
        ->check(number(0, true));
    app.add_option("--client-seconds", o.work.seconds, "a client on one GPU, its lanes full")
        ->required()
        ->check(number(0, true));
    app.add_option("--known-spread", o.work.known, "coefficient of variation of clients' steps")
        ->check(number(0, false));
    app.add_option("--unknown-spread", o.work.unknown, "and of what nobody knows before")
        ->check(number(0, false));
    app.add_option("--clients-file", o.file,
                   "measured clients, a line each: planned work, seconds; instead of the above");
    app.add_option("--alone", o.work.alone, "how many times as long a client takes by itself")
        ->check(number(1, false));
    app.add_option("--adding-seconds", o.work.adding, "to check and add a message")
        ->check(number(0, false));
    app.add_option("--server-seconds", o.work.server, "the server's step")->check(number(0, false));
    app.add_option("--sum-bytes", o.sum_bytes, "a parameter (8: masks, 16: floats)")
        ->check(number(0, true));
    app.add_option("--message-bits", o.bits, "a parameter (1: FedMRN, 32: floats)")
        ->check(number(0, true));
    app.add_option("--gpus", o.gpus, "how many there are")
        ->delimiter(',')
        ->check(CLI::Range(1, 100'000));
    app.add_option("--node", o.node, "GPUs a node")->check(number(0, true));
    app.add_option("--cohort", o.cohort, "of strong scaling")->check(number(0, true));
    app.add_option("--cohort-each", o.each, "a GPU, of weak scaling")->check(number(0, true));
    app.add_option("--rounds", o.rounds, "that are drawn")->check(number(0, true));
    app.add_option("--seed", o.seed, "of what is drawn");
    link("within", o.machine.within, 2, 20);
    link("between", o.machine.between, 5, 25);
    link("host", o.machine.host, 10, 25);
}

void say_assumed(const Options& o) {
    const auto text = [](const Link& link) {
        return fmt::format("{:g} us + {:g} GB/s", link.latency * 1e6, link.bandwidth / 1e9);
    };
    fmt::print("computed: {:g} parameters, sums of {:g} B and messages of {:g} bit a parameter; ",
               o.parameters, o.sum_bytes, o.bits);
    if (o.work.measured.empty())
        fmt::print("a client {:g} s, spread {:g} known and {:g} unknown; ", o.work.seconds,
                   o.work.known, o.work.unknown);
    else
        fmt::print("{} clients of {}; ", o.work.measured.size(), o.file);
    fmt::print("by itself it takes {:g} times as long; a message is added in {:g} s, the server's "
               "step {:g} s; {} GPUs a node, within "
               "{}, between {}, to the host {}; {} rounds, seed {}\n",
               o.work.alone, o.work.adding, o.work.server, o.node, text(o.machine.within),
               text(o.machine.between), text(o.machine.host), o.rounds, o.seed);
}

void table(const Options& o, const char* title, bool weak) {
    fmt::print("\n{}\n\n| GPUs | cohort | divided | exchanged | training | idle | exchange | round "
               "| efficiency |\n|---|---|---|---|---|---|---|---|---|\n",
               title);
    for (const std::size_t gpus : o.gpus)
        for (const Division division : {Division::before, Division::queue})
            for (const Exchange exchange : {Exchange::sums, Exchange::messages}) {
                Machine machine = o.machine;
                machine.ranks = gpus;
                machine.node = o.node;
                const std::size_t cohort = weak ? o.each * gpus : o.cohort;
                const RoundTimes t =
                    rounds_of(machine, o.work, cohort, division, exchange, o.rounds, o.seed);
                fmt::print("| {} | {} | {} | {} | {:.4f} s | {:.4f} s | {:.4f} s | {:.4f} s | "
                           "{:.1f} % |\n",
                           gpus, cohort, division == Division::before ? "before" : "queue",
                           exchange == Exchange::sums ? "sums" : "messages", t.training, t.idle,
                           t.exchange, t.all, 100 * t.efficiency(gpus));
            }
}

int start(int argc, char** argv) {
    CLI::App app("Rounds on many GPUs, computed from what one does and from links.", "scaling");
    Options o;
    add_options(app, o);
    try {
        app.parse(argc, argv);
        if (!o.file.empty()) o.work.measured = read_measured(o.file);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    o.work.sum_bytes = o.parameters * o.sum_bytes;
    o.work.message_bytes = std::ceil(o.parameters * o.bits / 8);
    // A queue is rank 0's: a question and its answer.
    o.work.asking = 2 * o.machine.between.latency;
    say_assumed(o);
    table(o, "Strong scaling: one cohort", false);
    table(o, "Weak scaling: a cohort a GPU", true);
    fmt::print("\nFrom a cohort of {} clients on sums are fewer bytes than messages.\n",
               break_even(o.work.sum_bytes, o.work.message_bytes));
    return 0;
}

} // namespace
} // namespace fedmrn::scaling

int main(int argc, char** argv) { return fedmrn::scaling::start(argc, argv); }
