// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#pragma GCC visibility push(default)
namespace fedmrn {

/// The processes that share an experiment, its ranks, each with a device of its own. Every rank
/// calls the same functions in the same order, one after another, and a call returns when all have
/// made it; take() and progress() apart. What a rank gives and gets is in host memory. Errors of
/// the transport are thrown as Error (Fault::run) or end the job, as the transport does it.
class Communicator {
public:
    virtual ~Communicator() = default;
    [[nodiscard]] virtual std::uint32_t rank() const = 0; ///< 0 … size − 1
    [[nodiscard]] virtual std::uint32_t size() const = 0;
    /// Place among the ranks of its machine, from 0: which of the machine's GPUs is its own.
    [[nodiscard]] virtual std::uint32_t local_rank() const = 0;

    /// values ← the sums, element by element, of what all ranks give: integers modulo 2⁶⁴. The
    /// arrays of all are of one size.
    virtual void add(std::span<std::uint64_t> values) = 0;
    /// The same modulo 2¹²⁸: pairs (low, high) of 64 bits.
    virtual void add_wide(std::span<std::uint64_t> pairs) = 0;
    /// What every rank gives, of any size, in the order of the ranks.
    [[nodiscard]] virtual std::vector<std::vector<std::byte>>
    gather(std::span<const std::byte> own) = 0;

    /// Memory that the ranks of a machine have in common: `bytes` as the first of them (local rank
    /// 0) says it, filled by its `fill`; the others' arguments are not read. It is there as long as
    /// what is returned. Null where the first one says 0 bytes.
    [[nodiscard]] virtual std::shared_ptr<const std::byte>
    share(std::size_t bytes, const std::function<void(std::span<std::byte>)>& fill) = 0;

    /// 0, 1, 2 …: each number to one caller of all ranks, who divide a round's clients by it. Any
    /// rank calls it as often as it likes, from any of its threads, while the others train or wait
    /// in another call.
    [[nodiscard]] virtual std::uint64_t take() = 0;
    /// Called now and then by the threads that train: lets a transport that needs it answer the
    /// take() of another rank. Never waits.
    virtual void progress() {}

    /// Bytes that this rank has sent to others, reckoned: what it gives to a gathering once to each
    /// of the others, and of an array that is added 2 (n - 1) / n, as a ring of n ranks would send
    /// it. Not what the transport makes of them.
    [[nodiscard]] virtual std::uint64_t sent() const = 0;
};

/// A job of one process.
[[nodiscard]] std::shared_ptr<Communicator> alone();

} // namespace fedmrn
#pragma GCC visibility pop
