// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/shared_data.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/run/loading.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t alignment = 64;

/// One piece of memory that a data set is written to, or found in, field by field. All ranks are
/// alike: sizes and the order of bytes are not translated.
class Piece {
public:
    /// Counts only.
    Piece() = default;
    explicit Piece(std::span<std::byte> to) : to_(to.data()) {}
    explicit Piece(std::shared_ptr<const std::byte> from) : from_(std::move(from)) {}

    [[nodiscard]] bool reads() const { return from_ != nullptr; }
    [[nodiscard]] std::size_t bytes() const { return at_; }

    template <class T> void value(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (reads()) {
            std::memcpy(&value, from_.get() + at_, sizeof value);
        } else if (to_ != nullptr) {
            std::memcpy(to_ + at_, &value, sizeof value);
        }
        at_ += sizeof value;
    }
    /// A string or a vector, copied.
    template <class List> void list(List& list) {
        std::uint64_t size = list.size();
        value(size);
        list.resize(size);
        for (auto& element : list) value(element);
    }
    /// Values that are many: where they lie in the piece.
    template <class T> void many(std::span<const T>& values) {
        std::uint64_t size = values.size();
        value(size);
        at_ += (alignment - at_ % alignment) % alignment;
        if (reads()) {
            values = {reinterpret_cast<const T*>(from_.get() + at_), size};
        } else if (to_ != nullptr && size != 0) {
            std::memcpy(to_ + at_, values.data(), values.size_bytes());
        }
        at_ += size * sizeof(T);
    }
    [[nodiscard]] const std::shared_ptr<const std::byte>& memory() const { return from_; }

private:
    std::byte* to_ = nullptr;
    std::shared_ptr<const std::byte> from_;
    std::size_t at_ = 0;
};

void pass(Piece& piece, Column& column) {
    piece.list(column.name);
    piece.list(column.tensor.shape);
    piece.value(column.tensor.element);
    piece.value(column.tensor.rows);
    piece.value(column.below);
    piece.list(column.mean);
    piece.list(column.deviation);
    piece.many(column.values);
    piece.many(column.offsets);
    if (piece.reads()) column.owner = piece.memory();
}

void pass(Piece& piece, Split& split) {
    std::uint64_t count = split.columns.size();
    piece.value(count);
    split.columns.resize(count);
    for (Column& column : split.columns) pass(piece, column);
}

void pass(Piece& piece, Dataset& dataset) {
    piece.list(dataset.name);
    piece.list(dataset.label);
    piece.list(dataset.owners);
    piece.list(dataset.test_owners);
    pass(piece, dataset.train);
    pass(piece, dataset.test);
}

} // namespace

Dataset load_once_a_machine(const DataConfig& config, std::uint64_t seed, Communicator& ranks,
                            const std::stop_token& stop) {
    if (ranks.size() == 1) return load_unless_stopped(config, seed, stop);
    std::optional<Dataset> loaded;
    Piece counted;
    if (ranks.local_rank() == 0) {
        try {
            loaded = load_unless_stopped(config, seed, stop);
            pass(counted, *loaded);
        } catch (const Stopped&) { // which the others hear by getting nothing
        }
    }
    const std::shared_ptr<const std::byte> memory =
        ranks.share(loaded ? counted.bytes() : 0, [&](std::span<std::byte> to) {
            Piece written(to);
            pass(written, *loaded);
        });
    if (!memory) throw Stopped();
    Dataset shared;
    Piece found(memory);
    pass(found, shared);
    return shared;
}

} // namespace fedmrn
