// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numeric>
#include <vector>

#include "engine/client/lane_group.hpp"
#include "engine/server/resident_split.hpp"
#include "fedmrn/images.hpp"
#include "kernels/formula/key.hpp"
#include "tests/support/classes.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/random_values.hpp"

namespace fedmrn::test {

/// Random images with random labels.
inline Split random_split(const Model& model, std::size_t samples, std::uint64_t seed) {
    RandomValues random(seed);
    Images split;
    const std::vector<std::size_t>& sides = model.input("x").shape;
    const auto side = [&](std::size_t i) { return static_cast<std::uint32_t>(sides.at(i)); };
    const ImageShape shape{side(0), side(1), side(2)};
    split.mean.assign(shape.channels, 0.5f);
    split.deviation.assign(shape.channels, 0.29f);
    for (std::size_t i = 0; i < samples * shape.size(); ++i) {
        split.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    }
    split.labels = random.labels(samples, classes_of(model));
    return split_of(std::move(split), shape, static_cast<std::uint32_t>(classes_of(model)));
}

/// A few clients of uneven sizes, their samples in device memory, and the tasks of a round that all
/// of them take part in.
struct Federation {
    Federation(Device& device, const Model& model, const std::vector<std::uint32_t>& counts)
        : Federation(device, model, counts,
                     std::accumulate(counts.begin(), counts.end(), std::uint32_t{0})) {}

    Split data;
    std::vector<std::uint32_t> order;
    ResidentSplit resident;
    std::vector<ClientTask> tasks;

private:
    Federation(Device& device, const Model& model, const std::vector<std::uint32_t>& counts,
               std::uint32_t samples)
        : data(random_split(model, samples, 1)), order(samples),
          resident((std::iota(order.rbegin(), order.rend(), 0u), device), data, model, order) {
        std::uint64_t first = 0;
        for (const std::uint32_t count : counts) {
            const std::uint64_t client = 10 + tasks.size();
            tasks.push_back(
                {tasks.size(), client, 4, formula::client_seed(1, 4, client), first, count});
            first += count;
        }
    }
};

} // namespace fedmrn::test
