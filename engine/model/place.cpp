// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "engine/model/plan.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t alignment = 256; ///< as GPUs' own allocations have it

std::size_t aligned(std::size_t offset) { return (offset + alignment - 1) / alignment * alignment; }

bool meet(const Claim& a, const Claim& b) { return a.from <= b.to && b.from <= a.to; }

} // namespace

/// The largest first, each as low as it fits.
std::size_t place(std::vector<Claim>& claims) {
    std::vector<std::size_t> order(claims.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return claims[a].bytes > claims[b].bytes;
    });
    std::vector<const Claim*> placed; // in the order of their offsets
    std::size_t end = 0;
    for (const std::size_t i : order) {
        Claim& claim = claims[i];
        claim.offset = 0;
        for (const Claim* other : placed) {
            if (meet(claim, *other) && other->offset < claim.offset + claim.bytes) {
                claim.offset = std::max(claim.offset, aligned(other->offset + other->bytes));
            }
        }
        const auto after = std::upper_bound(
            placed.begin(), placed.end(), claim.offset,
            [](std::size_t offset, const Claim* other) { return offset < other->offset; });
        placed.insert(after, &claim);
        end = std::max(end, claim.offset + claim.bytes);
    }
    return end;
}

} // namespace fedmrn
