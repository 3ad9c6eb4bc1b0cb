// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/select.hpp"

#include <algorithm>
#include <bit>

#include "kernels/formula/quantize.hpp"

namespace fedmrn::kernels::cpu {
namespace {

float value_of(const SelectSource& client, std::size_t i) {
    return client.base ? client.base.get()[i] + client.values.get()[i] : client.values.get()[i];
}

formula::Threshold threshold_of(const SelectSource& client, std::size_t elements, std::size_t k) {
    formula::Threshold found{0, k};
    for (unsigned digit = 0; digit < formula::digits; ++digit) {
        std::uint64_t counts[formula::digit_values] = {};
        for (std::size_t i = 0; i < elements; ++i) {
            const std::uint32_t bits = formula::magnitude_bits(value_of(client, i));
            if (formula::same_ahead(bits, found.bits, digit)) {
                ++counts[formula::digit_of(bits, digit)];
            }
        }
        std::uint32_t value = formula::digit_values - 1;
        for (; counts[value] < found.ties; --value) {
            found.ties -= counts[value];
        }
        found.bits |= value << formula::digit_shift(digit);
    }
    return found;
}

/// Calls body(i, j) for the j-th selected element, which is element i.
template <class Body>
void for_selected(const std::uint32_t* words, std::size_t elements, const Body& body) {
    std::size_t j = 0;
    for (std::size_t begin = 0; begin < elements; begin += 32) {
        for (std::uint32_t left = words[begin / 32]; left != 0; left &= left - 1) {
            body(begin + static_cast<std::size_t>(std::countr_zero(left)), j++);
        }
    }
}

void find_thresholds(Device&, std::span<const SelectSource> clients, std::size_t elements,
                     std::size_t k) {
    for (const SelectSource& client : clients) {
        if (elements != 0) {
            *client.threshold.get() = threshold_of(client, elements, k);
        }
    }
}

void select_largest(Device&, std::span<const SelectSource> clients, std::size_t elements) {
    for (const SelectSource& client : clients) {
        if (elements == 0) {
            continue; // nothing to point at
        }
        const formula::Threshold threshold = *client.threshold.get();
        std::uint64_t wanted = threshold.ties;
        for (std::size_t begin = 0; begin < elements; begin += 32) {
            const std::size_t count = std::min<std::size_t>(32, elements - begin);
            std::uint32_t word = 0, ties = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const std::uint32_t bits = formula::magnitude_bits(value_of(client, begin + i));
                word |= std::uint32_t{bits > threshold.bits} << i;
                ties |= std::uint32_t{bits == threshold.bits} << i;
            }
            for (; ties != 0 && wanted != 0; ties &= ties - 1, --wanted) {
                word |= ties & (~ties + 1u); // the lowest
            }
            client.words.get()[begin / 32] = word;
        }
    }
}

void gather_selected(Device&, std::span<const SelectSource> clients, std::size_t elements) {
    for (const SelectSource& client : clients) {
        for_selected(client.words.get(), elements, [&](std::size_t i, std::size_t j) {
            client.kept.get()[j] = value_of(client, i);
        });
    }
}

void scatter_selected(Device&, std::span<const ScatterSource> clients, std::size_t elements) {
    for (const ScatterSource& client : clients) {
        std::fill_n(client.values.get(), elements, 0.0f);
        for_selected(client.words.get(), elements, [&](std::size_t i, std::size_t j) {
            client.values.get()[i] =
                client.kept
                    ? client.kept.get()[j]
                    : formula::dequantize(client.signs.get()[j / 32] >> j % 32, client.scale, 0);
        });
    }
}

} // namespace

void select_contracts(Backend& backend) {
    backend.set(kernels::find_thresholds, find_thresholds);
    backend.set(kernels::select_largest, select_largest);
    backend.set(kernels::gather_selected, gather_selected);
    backend.set(kernels::scatter_selected, scatter_selected);
}

} // namespace fedmrn::kernels::cpu
