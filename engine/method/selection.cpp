// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/selection.hpp"

#include <algorithm>
#include <cmath>

#include "engine/method/incoming.hpp"

namespace fedmrn {

std::size_t kept_of(double share, std::size_t elements) {
    // What rounding alone has added to a whole number is no element more.
    const double wanted = std::ceil(share * static_cast<double>(elements) * (1.0 - 0x1p-40));
    const auto least = std::min<std::size_t>(1, elements);
    return std::clamp(static_cast<std::size_t>(std::max(wanted, 0.0)), least, elements);
}

void queue_selection(Device& device, const ParameterLayout& layout, std::size_t k,
                     std::vector<kernels::SelectSource> sources) {
    Buffer<formula::Threshold> thresholds(device, sources.size());
    for (std::size_t c = 0; c < sources.size(); ++c) {
        sources[c].threshold = thresholds.data() + c;
    }
    kernels::find_thresholds(device, sources, layout.masked, k);
    kernels::select_largest(device, sources, layout.masked);
    kernels::gather_selected(device, sources, layout.masked);
}

// NOLINTBEGIN(readability-non-const-parameter): the contract writes through updates
void scatter(Device& device, const ParameterLayout& layout, SelectedAs as, std::size_t k,
             std::span<const MessageView> messages, DevicePointer<float> updates) {
    // NOLINTEND(readability-non-const-parameter)
    const bool signs = as == SelectedAs::signs;
    const std::size_t words = words_of(layout.masked), code_words = signs ? words_of(k) : 0;
    const auto selected = on_device(device, messages, &MessageView::mask, words);
    const auto codes = on_device(device, messages, &MessageView::packed, code_words);
    const auto kept = on_device(device, messages, &MessageView::dense, signs ? 0 : k);
    std::vector<kernels::ScatterSource> sources;
    for (std::size_t c = 0; c < messages.size(); ++c) {
        kernels::ScatterSource source{selected.data() + c * words, nullptr, nullptr, 0.0f,
                                      updates + c * layout.state};
        if (signs) {
            source.signs = codes.data() + c * code_words;
            source.scale = messages[c].scales.front();
        } else {
            source.kept = kept.data() + c * k;
        }
        sources.push_back(source);
    }
    kernels::scatter_selected(device, sources, layout.masked);
}

} // namespace fedmrn
