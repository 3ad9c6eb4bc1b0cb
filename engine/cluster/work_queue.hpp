// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "fedmrn/communicator.hpp"

namespace fedmrn {

/// Pieces of work, named by numbers, as one rank sees them: its own, and those that go to whoever
/// is free, in this order on all ranks.
struct WorkDivision {
    std::vector<std::size_t> own, shared;
};

/// Of pieces in the order in which they are to begin: the first `each` · ranks are dealt out, there
/// and back (0 1 2, 2 1 0, …), so that no rank begins with the longest of each row; the others are
/// shared. Fewer are dealt where there are not so many for every rank.
WorkDivision deal(std::span<const std::size_t> pieces, const Communicator& ranks, std::size_t each);

/// A round's work as the lanes of one rank take it: first its own pieces, then shared ones, by the
/// job's counter (Communicator::take). Any lane may ask, at any time.
class WorkQueue {
public:
    /// All ranks make it together, none of them still in the one before.
    WorkQueue(Communicator& ranks, WorkDivision pieces);

    /// The next piece; none when there are no more.
    std::optional<std::size_t> next();
    /// Takes all that is left, for nobody: the other ranks find nothing more.
    void close();

private:
    [[nodiscard]] std::optional<std::size_t> take();

    Communicator& ranks_;
    WorkDivision pieces_;
    std::uint64_t begin_ = 0; ///< the counter's number of the first shared piece
    std::size_t given_ = 0;   ///< of its own
    bool over_;               ///< the counter is past the last
    std::mutex mutex_;
};

} // namespace fedmrn
