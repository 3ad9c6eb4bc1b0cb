// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/selection.hpp"

#include <algorithm>
#include <cmath>

#include "engine/method/dense.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

std::size_t words_of(std::size_t elements) { return (elements + 31) / 32; }

} // namespace

std::size_t kept_of(double share, std::size_t elements) {
    // What rounding alone has added to a whole number is no element more.
    const double wanted = std::ceil(share * static_cast<double>(elements) * (1.0 - 0x1p-40));
    const auto least = std::min<std::size_t>(1, elements);
    return std::clamp(static_cast<std::size_t>(std::max(wanted, 0.0)), least, elements);
}

Selection queue_selection(Device& device, const ParameterLayout& layout, SelectFrom from,
                          std::span<const TrainedClient> clients, std::size_t k) {
    const std::size_t words = words_of(layout.masked);
    Selection selection{Buffer<std::uint32_t>(device, clients.size() * words),
                        Buffer<float>(device, clients.size() * k)};
    Buffer<formula::Threshold> thresholds(device, clients.size());
    std::vector<kernels::SelectSource> sources;
    for (std::size_t c = 0; c < clients.size(); ++c) {
        sources.push_back({clients[c].update,
                           from == SelectFrom::weights ? clients[c].round.global : nullptr,
                           thresholds.data() + c, selection.words.data() + c * words,
                           selection.kept.data() + c * k});
    }
    kernels::find_thresholds(device, sources, layout.masked, k);
    kernels::select_largest(device, sources, layout.masked);
    kernels::gather_selected(device, sources, layout.masked);
    return selection;
}

void add_selected(Device& device, const ParameterLayout& layout, SelectedAs as, std::size_t k,
                  std::span<const Message> messages, formula::Wide* sum) {
    const std::size_t masked = layout.masked, words = words_of(masked), signs = words_of(k);
    const std::size_t at_once = std::min(messages.size(), clients_at_once(masked));
    Buffer<std::uint32_t> selected(device, at_once * words), codes(device, at_once * signs);
    Buffer<float> kept(device, at_once * k), values(device, at_once * masked);
    for (std::size_t begin = 0; begin < messages.size(); begin += at_once) {
        const auto part = messages.subspan(begin, std::min(at_once, messages.size() - begin));
        std::vector<kernels::ScatterSource> sources;
        for (std::size_t c = 0; c < part.size(); ++c) {
            const Message& message = part[c];
            float* dense = values.data() + c * masked;
            kernels::ScatterSource source{selected.data() + c * words, nullptr, nullptr, 0.0f,
                                          dense};
            selected.write(message.mask, c * words);
            if (as == SelectedAs::values) {
                kept.write(std::span(message.dense).first(k), c * k);
                source.kept = kept.data() + c * k;
            } else {
                codes.write(std::span(message.packed).first(signs), c * signs);
                source.signs = codes.data() + c * signs;
                source.scale = message.scales.front();
            }
            sources.push_back(source);
        }
        kernels::scatter_selected(device, sources, masked);
        add_clients(device, part, masked, values.data(), sum);
    }
}

} // namespace fedmrn
