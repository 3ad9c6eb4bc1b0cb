// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/communicator.hpp"

#include <atomic>

namespace fedmrn {
namespace {

class Alone final : public Communicator {
public:
    [[nodiscard]] std::uint32_t rank() const override { return 0; }
    [[nodiscard]] std::uint32_t size() const override { return 1; }
    [[nodiscard]] std::uint32_t local_rank() const override { return 0; }
    void add(std::span<std::uint64_t>) override {}
    void add_wide(std::span<std::uint64_t>) override {}
    [[nodiscard]] std::vector<std::vector<std::byte>>
    gather(std::span<const std::byte> own) override {
        return {{own.begin(), own.end()}};
    }
    [[nodiscard]] std::shared_ptr<const std::byte>
    share(std::size_t bytes, const std::function<void(std::span<std::byte>)>& fill) override {
        if (bytes == 0) return nullptr;
        const auto memory = std::make_shared<std::vector<std::byte>>(bytes);
        fill(*memory);
        return {memory, memory->data()};
    }
    [[nodiscard]] std::uint64_t take() override { return taken_++; }
    [[nodiscard]] std::uint64_t sent() const override { return 0; }

private:
    std::atomic<std::uint64_t> taken_{0};
};

} // namespace

std::shared_ptr<Communicator> alone() { return std::make_shared<Alone>(); }

} // namespace fedmrn
