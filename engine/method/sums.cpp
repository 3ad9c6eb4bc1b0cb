// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/sums.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::uint64_t weight_end = std::uint64_t{1} << 38;

__extension__ typedef unsigned __int128 WideBits;

constexpr std::size_t size_of(SumType type) { return type == SumType::int64 ? 8 : 16; }

void check_weight(std::uint64_t weight) {
    if (weight == 0 || weight >= weight_end) {
        throw Error("aggregation: the cohort claims " + std::to_string(weight) +
                        " samples; exact sums hold 1 to 2^38 - 1",
                    Fault::run);
    }
}

/// into += from, as integers without an end. In pieces that stay in a core's cache.
template <class T> void add_arrays(Buffer<std::byte>& into, const Buffer<std::byte>& from) {
    constexpr std::size_t piece = std::size_t{1} << 17;
    std::vector<T> a(std::min(into.size(), piece) / sizeof(T)), b(a.size());
    for (std::size_t begin = 0; begin < into.size(); begin += piece) {
        const std::size_t bytes = std::min(piece, into.size() - begin);
        into.read(std::as_writable_bytes(std::span(a)).first(bytes), begin);
        from.read(std::as_writable_bytes(std::span(b)).first(bytes), begin);
        for (std::size_t i = 0; i < bytes / sizeof(T); ++i) {
            a[i] += b[i];
        }
        into.write(std::as_bytes(std::span(a)).first(bytes), begin);
    }
}

} // namespace

Sums::Sums(Device& device, std::span<const SumSpec> specs) : specs_(specs.begin(), specs.end()) {
    for (const SumSpec& spec : specs_) {
        arrays_.emplace_back(device, spec.elements * size_of(spec.type));
    }
}

std::size_t Sums::index(std::string_view name, SumType type) const {
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        if (specs_[i].name == name && specs_[i].type == type) {
            return i;
        }
    }
    throw std::logic_error("no such sum: " + std::string(name));
}

DevicePointer<std::int64_t> Sums::int64(std::string_view name) {
    return arrays_[index(name, SumType::int64)].data().as<std::int64_t>();
}
DevicePointer<const std::int64_t> Sums::int64(std::string_view name) const {
    return arrays_[index(name, SumType::int64)].data().as<const std::int64_t>();
}
DevicePointer<formula::Wide> Sums::int128(std::string_view name) {
    return arrays_[index(name, SumType::int128)].data().as<formula::Wide>();
}
DevicePointer<const formula::Wide> Sums::int128(std::string_view name) const {
    return arrays_[index(name, SumType::int128)].data().as<const formula::Wide>();
}

void Sums::count(std::span<const std::uint64_t> weights) {
    std::uint64_t total = weight_;
    for (const std::uint64_t weight : weights) {
        check_weight(total += weight);
    }
    weight_ = total;
    messages_ += weights.size();
}

std::uint64_t Sums::weight() const {
    check_weight(weight_);
    return weight_;
}

std::uint64_t Sums::bytes() const {
    std::uint64_t bytes = sizeof messages_ + sizeof weight_;
    for (const Buffer<std::byte>& array : arrays_) {
        bytes += array.size();
    }
    return bytes;
}

void Sums::add(const Sums& other) {
    if (specs_ != other.specs_) {
        throw std::logic_error("sums of another aggregation");
    }
    check_weight(weight_ + other.weight_);
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
        const bool narrow = specs_[i].type == SumType::int64;
        (narrow ? add_arrays<std::uint64_t> : add_arrays<WideBits>)(arrays_[i], other.arrays_[i]);
    }
    weight_ += other.weight_;
    messages_ += other.messages_;
}

void Sums::add_ranks(Communicator& ranks) {
    if (ranks.size() == 1) {
        return;
    }
    std::uint64_t counted[] = {messages_, weight_};
    ranks.add(counted);
    messages_ = counted[0];
    weight_ = counted[1];
    check_weight(weight_);
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
        std::vector<std::uint64_t> values(arrays_[i].size() / sizeof(std::uint64_t));
        arrays_[i].read(std::as_writable_bytes(std::span(values)));
        specs_[i].type == SumType::int64 ? ranks.add(values) : ranks.add_wide(values);
        arrays_[i].write(std::as_bytes(std::span(values)));
    }
}

void Sums::clear() {
    for (Buffer<std::byte>& array : arrays_) {
        array.clear();
    }
    messages_ = weight_ = 0;
}

} // namespace fedmrn
