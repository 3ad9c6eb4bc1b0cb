// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "engine/cluster/exchange.hpp"
#include "fedmrn/metrics.hpp"

namespace fedmrn {

/// What a rank sends, told apart by what it is.
class SentBytes {
public:
    explicit SentBytes(Communicator& ranks) : ranks_(ranks) {}

    /// Counts what work sends as of this kind.
    template <class Work> void as(std::uint64_t Traffic::*kind, const Work& work) {
        const std::uint64_t before = ranks_.sent();
        work();
        own_.*kind += ranks_.sent() - before;
    }

    /// What all ranks have sent since it was last asked for, but for what this call sends, which
    /// the next one tells. All ranks call it.
    Traffic of_all() {
        const std::uint64_t now = ranks_.sent();
        own_.rest = now - told_ - own_.sums - own_.messages;
        Traffic all;
        for (const auto& of_rank : gather(ranks_, std::span<const Traffic>(&own_, 1))) {
            all += of_rank.front();
        }
        told_ = now;
        own_ = {};
        return all;
    }

private:
    Communicator& ranks_;
    Traffic own_;
    std::uint64_t told_ = 0; ///< of ranks_.sent()
};

} // namespace fedmrn
