// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>

#include "executor/block.hpp"

namespace simt::detail {
namespace {

/// What a device leaves undefined is answered so that it shows.
constexpr std::uint64_t undefined = 0xdeadbeefdeadbeefULL;

template <class F> void for_lanes(unsigned lanes, F f) {
    for (; lanes; lanes &= lanes - 1) f(static_cast<unsigned>(std::countr_zero(lanes)));
}

std::uint32_t combine(WarpOp op, std::uint32_t a, std::uint32_t b) {
    const auto sa = static_cast<std::int32_t>(a), sb = static_cast<std::int32_t>(b);
    switch (op) {
    case WarpOp::add:
        return a + b;
    case WarpOp::min_signed:
        return static_cast<std::uint32_t>(std::min(sa, sb));
    case WarpOp::max_signed:
        return static_cast<std::uint32_t>(std::max(sa, sb));
    case WarpOp::min_unsigned:
        return std::min(a, b);
    case WarpOp::max_unsigned:
        return std::max(a, b);
    case WarpOp::bit_and:
        return a & b;
    case WarpOp::bit_or:
        return a | b;
    case WarpOp::bit_xor:
        return a ^ b;
    default:
        return 0;
    }
}

std::uint32_t reduce(const Rendezvous& r) {
    const auto first = static_cast<unsigned>(std::countr_zero(r.arrived));
    auto value = static_cast<std::uint32_t>(r.in[first]);
    for_lanes(r.arrived & (r.arrived - 1), [&](unsigned i) {
        value = combine(r.op, value, static_cast<std::uint32_t>(r.in[i]));
    });
    return value;
}

/// The lanes whose input satisfies a condition.
template <class F> unsigned lanes_where(const Rendezvous& r, F holds) {
    unsigned lanes = 0;
    for_lanes(r.arrived, [&](unsigned i) { lanes |= holds(r.in[i]) ? 1U << i : 0U; });
    return lanes;
}

unsigned lanes_equal(const Rendezvous& r, std::uint64_t value) {
    return lanes_where(r, [value](std::uint64_t in) { return in == value; });
}

} // namespace

void answer(const Rendezvous& r, Thread* warp) {
    const unsigned ballot = lanes_where(r, [](std::uint64_t in) { return in != 0; });
    const std::uint32_t reduced = reduce(r);
    for_lanes(r.arrived, [&](unsigned i) {
        std::uint64_t& out = warp[i].result;
        switch (r.op) {
        case WarpOp::sync:
            out = 0;
            break;
        case WarpOp::ballot:
            out = ballot;
            break;
        case WarpOp::any:
            out = ballot != 0;
            break;
        case WarpOp::all:
            out = ballot == r.arrived;
            break;
        case WarpOp::shuffle:
            out = r.arrived >> r.from[i] & 1U ? r.in[r.from[i]] : undefined;
            break;
        case WarpOp::match_any:
            out = lanes_equal(r, r.in[i]);
            break;
        case WarpOp::match_all:
            out = lanes_equal(r, r.in[i]) == r.arrived ? r.arrived : 0;
            break;
        case WarpOp::gather: {
            auto* mine = reinterpret_cast<WarpGather*>(r.in[i]);
            for_lanes(r.arrived, [&](unsigned j) {
                mine->all[j] = reinterpret_cast<const WarpGather*>(r.in[j])->value;
            });
            break;
        }
        default:
            out = reduced;
        }
    });
}

} // namespace simt::detail
