// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/pruning.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>

#include "engine/method/masked.hpp"
#include "engine/method/selection.hpp"
#include "kernels/affine.hpp"
#include "kernels/formula/fixed_point.hpp"
#include "kernels/select.hpp"

namespace fedmrn {
namespace {

using Pattern = PruningOptions::Pattern;
using Scope = PruningOptions::Scope;

constexpr std::size_t group = 4, kept_of_group = 2;

/// The bits of a part of which all but two of each group of four are pruned.
void prune_groups(const std::vector<float>& values, std::size_t rows, std::size_t size,
                  std::uint32_t* words) {
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t first = row * size; first < (row + 1) * size; first += group) {
            const std::size_t count = std::min(group, (row + 1) * size - first);
            std::array<std::size_t, group> order{};
            for (std::size_t i = 0; i < count; ++i) {
                order[i] = first + i;
            }
            std::stable_sort(order.begin(), order.begin() + count, [&](auto a, auto b) {
                return formula::magnitude_bits(values[a]) > formula::magnitude_bits(values[b]);
            });
            for (std::size_t i = kept_of_group; i < count; ++i) {
                words[order[i] / 32] |= 1u << order[i] % 32;
            }
        }
    }
}

/// Every bit of a part turned round, and none past its end.
void invert(const PrunedTensors::Part& part, std::uint32_t* words) {
    for (std::size_t w = 0; w < part.words(); ++w) {
        const std::size_t bits = std::min<std::size_t>(part.elements() - w * 32, 32);
        words[w] = ~words[w] & (~0u >> (32 - bits));
    }
}

} // namespace

std::string pruning_fault(const PruningOptions& options) {
    if (options.end < options.start) {
        return fmt::format("end: expected a round from start = {} on, found {}", options.start,
                           options.end);
    }
    if (options.pattern == Pattern::unstructured && options.initial > options.sparsity) {
        return fmt::format("initial: expected at most sparsity = {}, found {}", options.sparsity,
                           options.initial);
    }
    return "";
}

std::string pruning_text(const PruningOptions& options) {
    std::string text = "2:4";
    if (options.pattern == Pattern::unstructured) {
        text = fmt::format("{:.4g} %{}", 100 * options.sparsity,
                           options.scope == Scope::layer ? " per layer" : "");
        if (options.end != options.start) {
            text += fmt::format(", rounds {} to {}", options.start, options.end);
        }
    }
    const bool at_once = options.pattern == Pattern::two_of_four || options.end == options.start;
    if (options.start != 1 && at_once) {
        text += fmt::format(", from round {} on", options.start);
    }
    if (options.pattern == Pattern::unstructured && options.regrow > 0.0) {
        text += fmt::format(", {:.4g} % regrown every {} rounds", 100 * options.regrow,
                            options.regrow_every);
    }
    return text;
}

double sparsity_in(const PruningOptions& options, std::uint32_t round) {
    if (round < options.start) {
        return 0.0;
    }
    if (round >= options.end) {
        return options.sparsity;
    }
    const double left = 1.0 - static_cast<double>(round - options.start) /
                                  static_cast<double>(options.end - options.start);
    return options.sparsity + (options.initial - options.sparsity) * (left * left * left);
}

bool regrows_in(const PruningOptions& options, std::uint32_t round) {
    return options.pattern == Pattern::unstructured && options.regrow > 0.0 &&
           round > options.end && (round - options.end) % options.regrow_every == 0;
}

PrunedTensors::PrunedTensors(const PruningOptions& options, const ParameterLayout& layout)
    : options_(options) {
    const bool together =
        options.pattern == Pattern::unstructured && options.scope == Scope::global;
    if (together && layout.masked != 0) {
        parts_.push_back({0, 1, layout.masked});
    }
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        if (const std::size_t elements = tensor.elements(); !together && elements != 0) {
            parts_.push_back({tensor.offset, tensor.shape.at(0), elements / tensor.shape.at(0)});
        }
    }
}

std::size_t PrunedTensors::words() const {
    std::size_t words = 0;
    for (const Part& part : parts_) {
        words += part.words();
    }
    return words;
}

std::size_t PrunedTensors::kept(const Part& part, std::uint32_t round) const {
    if (round < options_.start) {
        return part.elements();
    }
    if (options_.pattern == Pattern::two_of_four) {
        return part.rows *
               (part.size / group * kept_of_group + std::min(part.size % group, kept_of_group));
    }
    return kept_of(1.0 - sparsity_in(options_, round), part.elements());
}

void PrunedTensors::prune_all_but(Device& device, const Part& part, std::size_t k,
                                  DevicePointer<const float> model, std::uint32_t* words) {
    const std::size_t elements = part.elements();
    Buffer<formula::Threshold> threshold(device, 1);
    Buffer<std::uint32_t> largest(device, part.words());
    const kernels::SelectSource source{.values = model + part.offset,
                                       .threshold = threshold.data(),
                                       .words = largest.data(),
                                       .kept = {}};
    kernels::find_thresholds(device, {&source, 1}, elements, k);
    kernels::select_largest(device, {&source, 1}, elements);
    largest.read(std::span(words, part.words()));
    invert(part, words);
}

std::vector<std::uint32_t> PrunedTensors::pruned(Device& device, std::uint32_t round,
                                                 DevicePointer<const float> model) const {
    std::vector<std::uint32_t> all(words());
    std::uint32_t* words = all.data();
    for (const Part& part : parts_) {
        const std::size_t elements = part.elements(), k = kept(part, round);
        if (k == elements) {
            // nothing is pruned
        } else if (options_.pattern == Pattern::two_of_four) {
            std::vector<float> values(elements);
            device.copy_out(values.data(), model + part.offset, elements * sizeof(float));
            prune_groups(values, part.rows, part.size, words);
        } else {
            prune_all_but(device, part, k, model, words);
        }
        words += part.words();
    }
    return all;
}

std::vector<std::uint32_t> PrunedTensors::pruned_after(Device& device, std::uint32_t round,
                                                       DevicePointer<const float> begun,
                                                       DevicePointer<const float> model) const {
    std::vector<std::uint32_t> before = pruned(device, round, begun);
    if (!regrows_in(options_, round)) {
        return before;
    }
    // A pruned weight was 0: what it is after the step is how far that moved it.
    std::vector<std::uint32_t> others = before, after = before;
    std::size_t masked = 0, place = 0;
    for (const Part& part : parts_) {
        invert(part, others.data() + place);
        place += part.words();
        masked += part.elements();
    }
    Buffer<float> kept(device, masked), moved(device, masked);
    for (Buffer<float>* copy : {&kept, &moved}) {
        device.copy_within(copy->data(), model, masked * sizeof(float));
    }
    clear(device, before, kept.data());
    clear(device, others, moved.data());
    std::uint32_t* words = after.data();
    for (const Part& part : parts_) {
        const std::size_t k = this->kept(part, round);
        const auto share = static_cast<std::size_t>(options_.regrow * static_cast<double>(k));
        const std::size_t n = std::min({share, k - 1, part.elements() - k});
        if (n != 0) {
            std::vector<std::uint32_t> grown(part.words());
            prune_all_but(device, part, k - n, kept.data(), words);
            prune_all_but(device, part, n, moved.data(), grown.data());
            std::ranges::transform(grown, std::span(words, part.words()), words, std::bit_and<>());
        }
        words += part.words();
    }
    return after;
}

void PrunedTensors::clear(Device& device, DevicePointer<const std::uint32_t> pruned,
                          std::size_t lanes, DevicePointer<const LaneState> states,
                          const PerLane<float>& values) const {
    for (const Part& part : parts_) {
        kernels::straight_through(device, lanes, states, part.elements(), {pruned, 0},
                                  values.at(part.offset));
        pruned += part.words();
    }
}

void PrunedTensors::clear(Device& device, const std::vector<std::uint32_t>& pruned,
                          DevicePointer<float> model) const {
    const Buffer<std::uint32_t> words(device, pruned);
    const Buffer<LaneState> one(device, std::vector<LaneState>{{.samples = 1}});
    clear(device, words.data(), 1, one.data(), {model, 0});
}

std::vector<std::uint32_t> PrunedTensors::as_one(const std::vector<std::uint32_t>& pruned) const {
    std::size_t elements = 0; // parts are the masked tensors, which the state begins with
    for (const Part& part : parts_) {
        elements += part.elements();
    }
    std::vector<std::uint32_t> all(words_of(elements));
    const std::uint32_t* words = pruned.data();
    for (const Part& part : parts_) {
        for (std::size_t w = 0; w < part.words(); ++w) {
            const std::size_t at = part.offset + 32 * w;
            all[at / 32] |= words[w] << at % 32;
            if (at % 32 != 0 && words[w] >> (32 - at % 32) != 0) { // no bits past the end
                all[at / 32 + 1] |= words[w] >> (32 - at % 32);
            }
        }
        words += part.words();
    }
    return all;
}

} // namespace fedmrn
