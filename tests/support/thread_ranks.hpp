// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "fedmrn/communicator.hpp"

namespace fedmrn::test {

/// Ranks that are threads of this process. What they give lies open while all of them look at it.
class ThreadRanks {
public:
    /// Calls body(communicator) on every rank, each on a thread of its own. A rank that throws
    /// would leave the others waiting, so that it ends the program.
    static void run(std::uint32_t size,
                    const std::function<void(const std::shared_ptr<Communicator>&)>& body) {
        ThreadRanks job(size);
        std::vector<std::jthread> threads;
        for (std::uint32_t r = 0; r < size; ++r) {
            threads.emplace_back(
                [&job, &body, r]() noexcept { body(std::make_shared<Rank>(job, r)); });
        }
    }

private:
    explicit ThreadRanks(std::uint32_t size) : given_(size), meeting_(size) {}

    class Rank final : public Communicator {
    public:
        Rank(ThreadRanks& job, std::uint32_t rank) : job_(job), rank_(rank) {}
        [[nodiscard]] std::uint32_t rank() const override { return rank_; }
        [[nodiscard]] std::uint32_t size() const override {
            return static_cast<std::uint32_t>(job_.given_.size());
        }
        [[nodiscard]] std::uint32_t local_rank() const override { return rank_; }
        void add(std::span<std::uint64_t> values) override { add_as(values.data(), values.size()); }
        void add_wide(std::span<std::uint64_t> pairs) override {
            add_as(reinterpret_cast<Wide*>(pairs.data()), pairs.size() / 2);
        }
        std::vector<std::vector<std::byte>> gather(std::span<const std::byte> own) override {
            sent_ += own.size() * (size() - 1);
            return meet(own);
        }
        /// All of them are of one machine.
        std::shared_ptr<const std::byte>
        share(std::size_t bytes, const std::function<void(std::span<std::byte>)>& fill) override {
            if (rank_ == 0) {
                job_.shared_ = bytes == 0 ? nullptr : std::make_shared<std::byte[]>(bytes);
                if (bytes != 0) fill({job_.shared_.get(), bytes});
            }
            job_.meeting_.arrive_and_wait();
            const std::shared_ptr<std::byte[]> all = job_.shared_;
            job_.meeting_.arrive_and_wait();
            return {all, all.get()};
        }
        [[nodiscard]] std::uint64_t take() override { return job_.taken_++; }
        [[nodiscard]] std::uint64_t sent() const override { return sent_; }

    private:
        __extension__ typedef unsigned __int128 Wide;

        std::vector<std::vector<std::byte>> meet(std::span<const std::byte> own) {
            job_.given_[rank_] = own;
            job_.meeting_.arrive_and_wait();
            std::vector<std::vector<std::byte>> all;
            for (const auto& bytes : job_.given_) all.emplace_back(bytes.begin(), bytes.end());
            job_.meeting_.arrive_and_wait();
            return all;
        }
        template <class T> void add_as(T* values, std::size_t count) {
            sent_ += 2 * (size() - 1) * count * sizeof(T) / size();
            const auto all = meet(std::as_bytes(std::span(values, count)));
            std::fill(values, values + count, T{});
            for (const auto& bytes : all) {
                for (std::size_t i = 0; i < count; ++i) {
                    T value;
                    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
                    values[i] += value;
                }
            }
        }

        ThreadRanks& job_;
        std::uint32_t rank_;
        std::uint64_t sent_ = 0;
    };

    std::vector<std::span<const std::byte>> given_;
    std::barrier<> meeting_;
    std::shared_ptr<std::byte[]> shared_;
    std::atomic<std::uint64_t> taken_{0};
};

} // namespace fedmrn::test
