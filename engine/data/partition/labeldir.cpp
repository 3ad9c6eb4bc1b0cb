// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"

namespace fedmrn {
namespace {

/// ln of a Gamma(shape, 1) number: G. Marsaglia and W. W. Tsang, "A simple method for generating
/// gamma variables", 2000; below shape 1, Gamma(shape) = Gamma(shape + 1) · U^(1 / shape). The
/// logarithm keeps the tiny numbers of a small shape from underflowing to 0.
double log_gamma_draw(Draws& draws, double shape) {
    const double boost = shape < 1 ? std::log(draws.uniform()) / shape : 0;
    const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = draws.normal(), root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (std::log(draws.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) {
            return std::log(d * v) + boost;
        }
    }
}

/// Deals one class out: out[k] is client k's number of its samples. Dirichlet shares are gamma
/// numbers over their sum; leaving the full clients out is normalising over the others.
void deal(Draws draws, double beta, std::uint64_t class_samples, std::uint64_t all_samples,
          const std::vector<std::uint64_t>& held, std::vector<std::uint64_t>& out) {
    constexpr double none = -std::numeric_limits<double>::infinity();
    const std::size_t clients = held.size();
    std::vector<double> share(clients);
    for (std::size_t k = 0; k < clients; ++k) {
        const double drawn = log_gamma_draw(draws, beta);
        share[k] = held[k] * clients > all_samples ? none : drawn;
    }
    const double largest = *std::max_element(share.begin(), share.end());
    for (double& s : share) {
        s = std::exp(s - largest);
    }
    std::partial_sum(share.begin(), share.end(), share.begin());

    // Cuts at the running shares: the last one is exactly the whole, so that no sample is left.
    std::uint64_t dealt = 0;
    for (std::size_t k = 0; k < clients; ++k) {
        const double cut = share[k] / share.back() * static_cast<double>(class_samples);
        const auto up_to = static_cast<std::uint64_t>(cut);
        out[k] = up_to - dealt;
        dealt = up_to;
    }
}

struct LabeldirOptions {
    double beta = 0.3;
};

ClientSplit deal_labeldir(const PartitionTask& task, double beta) {
    const std::uint64_t clients = task.config.clients, all = task.samples;
    if (clients > all / least_samples) {
        throw Error(
            fmt::format("[data] clients = {}: \"labeldir\" gives each client at least {} of "
                        "{} training samples, expected at most {} clients",
                        clients, least_samples, all, all / least_samples));
    }
    const SamplesByClass samples = by_class(task);
    const std::uint32_t classes = task.classes;
    std::vector<std::uint64_t> held, dealt(clients);
    const auto deal_class = [&](std::uint32_t redraw, std::uint32_t label) {
        if (task.stop.stop_requested()) throw Stopped();
        deal(Draws(task.seed, step_shares + redraw * classes + label), beta, samples.count(label),
             all, held, dealt);
        for (std::size_t k = 0; k < held.size(); ++k) {
            held[k] += dealt[k];
        }
    };

    std::uint32_t redraw = 0;
    for (;; ++redraw) {
        if (redraw == redraw_limit) {
            throw Error(
                fmt::format("[data] beta = {}: {} draws of \"labeldir\" left one of {} clients "
                            "with fewer than {} samples, expected a larger beta or fewer "
                            "clients",
                            beta, redraw_limit, clients, least_samples));
        }
        held.assign(clients, 0);
        for (std::uint32_t label = 0; label < classes; ++label) {
            deal_class(redraw, label);
        }
        if (*std::min_element(held.begin(), held.end()) >= least_samples) break;
    }

    // The accepted draw once more, now with the samples themselves: counts need not be kept.
    ClientSplit split;
    split.first.assign(clients + 1, 0);
    std::partial_sum(held.begin(), held.end(), split.first.begin() + 1);
    split.order.resize(all);
    held.assign(clients, 0);
    for (std::uint32_t label = 0; label < classes; ++label) {
        deal_class(redraw, label);
        const std::uint32_t* from = samples.order.data() + samples.first[label];
        for (std::size_t k = 0; k < held.size(); ++k) {
            std::copy_n(from, dealt[k], split.order.data() + split.first[k] + held[k] - dealt[k]);
            from += dealt[k];
        }
    }
    return split;
}

} // namespace

PartitionEntry labeldir() {
    // Beyond these ends, shares are all-or-nothing or equal to the last bit anyway.
    const auto schema =
        Schema<LabeldirOptions>().number("beta", &LabeldirOptions::beta, {'[', 1e-6, 1e6, ']'},
                                         "concentration of the Dirichlet distribution");
    PartitionEntry entry{{"labeldir", "labeldir", "shares of each class ~ Dirichlet(beta)",
                          schema.options(), [schema](const Options& said) {
                              return fmt::format("labeldir {}", schema.read(said).beta);
                          }}};
    entry.by_labels = true;
    entry.deal = [schema](const PartitionTask& task) {
        return deal_labeldir(task, schema.read(task.config.partition.options).beta);
    };
    return entry;
}

} // namespace fedmrn
