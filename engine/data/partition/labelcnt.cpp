// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "engine/data/partition/draws.hpp"
#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"

namespace fedmrn {
namespace {

/// ⌊fraction × classes⌋ as the user means it: 0.29 × 100 is 28.999… in binary and counts as 29.
std::uint32_t labels_per_client(double fraction, std::uint32_t classes) {
    if (!(fraction > 0 && fraction <= 1)) {
        throw Error(
            fmt::format("[data] fraction = {}: expected a number above 0, at most 1", fraction));
    }
    const auto labels = static_cast<std::uint32_t>(std::floor(fraction * classes + 1e-9));
    if (labels == 0) {
        throw Error(fmt::format("[data] fraction = {}: gives a client 0 of {} labels, expected at "
                                "least {}",
                                fraction, classes, 1.0 / classes));
    }
    return labels;
}

/// Labels of all clients, labels_each a client; used[c] counts the holders of class c. Counts never
/// differ by more than one.
std::vector<std::uint16_t> hand_out(std::uint64_t clients, std::uint32_t labels_each,
                                    std::vector<std::uint64_t>& used, std::uint64_t seed) {
    Draws draws(seed, step_labels);
    std::vector<std::uint16_t> hands;
    hands.reserve(clients * labels_each);
    std::vector<std::uint16_t> deck(used.size());
    std::vector<std::uint32_t> rank(used.size());
    for (std::uint64_t k = 0; k < clients; ++k) {
        std::iota(deck.begin(), deck.end(), std::uint16_t{0});
        for (std::uint32_t& r : rank) {
            r = draws.word();
        }
        std::partial_sort(deck.begin(), deck.begin() + labels_each, deck.end(),
                          [&](std::uint16_t a, std::uint16_t b) {
                              return std::tie(used[a], rank[a], a) < std::tie(used[b], rank[b], b);
                          });
        std::sort(deck.begin(), deck.begin() + labels_each);
        for (std::uint32_t i = 0; i < labels_each; ++i) {
            ++used[deck[i]];
        }
        hands.insert(hands.end(), deck.begin(), deck.begin() + labels_each);
    }
    return hands;
}

struct LabelcntOptions {
    double fraction = 0.3;
};

ClientSplit deal_labelcnt(const PartitionTask& task, double fraction) {
    const std::uint64_t clients = task.config.clients;
    const SamplesByClass samples = by_class(task);
    const std::uint32_t classes = task.classes;
    const std::uint32_t labels_each = labels_per_client(fraction, classes);
    if (clients > samples.order.size() / labels_each) {
        throw Error(fmt::format(
            "[data] clients = {}: \"labelcnt\" gives each client {} labels of at "
            "least one of {} training samples, expected at most {} clients",
            clients, labels_each, samples.order.size(), samples.order.size() / labels_each));
    }
    std::vector<std::uint64_t> holders(classes, 0);
    const std::vector<std::uint16_t> hands = hand_out(clients, labels_each, holders, task.seed);
    for (std::uint32_t label = 0; label < classes; ++label) {
        if (samples.count(label) < holders[label]) {
            throw Error(fmt::format("[data] fraction = {}: class {} has {} samples for {} clients "
                                    "that hold it, expected fewer clients or a smaller fraction",
                                    fraction, label, samples.count(label), holders[label]));
        }
    }

    ClientSplit split;
    split.first.reserve(clients + 1);
    split.first.push_back(0);
    std::vector<std::uint64_t> served(classes, 0); // holders of a class that have got their part
    for (std::uint64_t k = 0; k < clients; ++k) {
        for (std::uint32_t i = 0; i < labels_each; ++i) {
            const std::uint16_t label = hands[k * labels_each + i];
            const std::uint64_t count = samples.count(label), turn = served[label]++;
            const auto from =
                samples.order.begin() + static_cast<std::ptrdiff_t>(samples.first[label]);
            split.order.insert(
                split.order.end(),
                from + static_cast<std::ptrdiff_t>(turn * count / holders[label]),
                from + static_cast<std::ptrdiff_t>((turn + 1) * count / holders[label]));
        }
        split.first.push_back(split.order.size());
    }
    return split;
}

} // namespace

PartitionEntry labelcnt() {
    const auto schema =
        Schema<LabelcntOptions>().number("fraction", &LabelcntOptions::fraction, {'(', 0, 1, ']'},
                                         "share of the labels that a client holds");
    PartitionEntry entry{{"labelcnt", "labelcnt", "each client holds a share of the labels",
                          schema.options(), [schema](const Options& said) {
                              return fmt::format("labelcnt {}", schema.read(said).fraction);
                          }}};
    entry.by_labels = true;
    entry.deal = [schema](const PartitionTask& task) {
        return deal_labelcnt(task, schema.read(task.config.partition.options).fraction);
    };
    return entry;
}

} // namespace fedmrn
