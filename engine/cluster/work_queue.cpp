// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cluster/work_queue.hpp"

#include <algorithm>
#include <utility>

#include "engine/cluster/exchange.hpp"

namespace fedmrn {

WorkDivision deal(std::span<const std::size_t> pieces, const Communicator& ranks,
                  std::size_t each) {
    const std::size_t size = ranks.size(), rank = ranks.rank();
    const std::size_t rows = std::min(each, pieces.size() / size);
    WorkDivision division;
    for (std::size_t row = 0; row < rows; ++row) {
        division.own.push_back(pieces[row * size + (row % 2 == 0 ? rank : size - 1 - rank)]);
    }
    const std::span<const std::size_t> rest = pieces.subspan(rows * size);
    division.shared.assign(rest.begin(), rest.end());
    return division;
}

/// The counter is never set back, which a rank that is late would not see: rank 0 says where it is.
WorkQueue::WorkQueue(Communicator& ranks, WorkDivision pieces)
    : ranks_(ranks), pieces_(std::move(pieces)), over_(pieces_.shared.empty()) {
    if (!over_) {
        const std::uint64_t now[] = {ranks.rank() == 0 ? ranks.take() : 0};
        begin_ = from_first(ranks, std::span<const std::uint64_t>(now)).front() + 1;
    }
}

std::optional<std::size_t> WorkQueue::next() {
    const std::scoped_lock lock(mutex_);
    return given_ < pieces_.own.size() ? std::optional(pieces_.own[given_++]) : take();
}

void WorkQueue::close() {
    const std::scoped_lock lock(mutex_);
    given_ = pieces_.own.size();
    while (take()) {
    }
}

std::optional<std::size_t> WorkQueue::take() {
    if (over_) {
        return std::nullopt;
    }
    const std::uint64_t place = ranks_.take() - begin_;
    over_ = place >= pieces_.shared.size();
    return over_ ? std::nullopt : std::optional(pieces_.shared[place]);
}

} // namespace fedmrn
