// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/file.hpp"
#include "engine/cluster/exchange.hpp"
#include "engine/compare/division.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = ".fedmrn.ranks-";

/// A name that no job before had: a file system may still show what was under an old one.
std::string folder_name() {
    return fmt::format("{}{}-{}", prefix, ::getpid(),
                       std::chrono::system_clock::now().time_since_epoch().count());
}

/// Of jobs that were killed.
void remove_old(const fs::path& out) {
    std::error_code none;
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(out, none))
        if (entry.path().filename().string().starts_with(prefix)) old.push_back(entry.path());
    for (const fs::path& path : old) fs::remove_all(path, none);
}

class Ranks final : public Division {
public:
    Ranks(const ComparePlan& plan, std::shared_ptr<Communicator> ranks, std::stop_token stop)
        : ranks_(std::move(ranks)), stop_(std::move(stop)) {
        std::string name;
        if (ranks_->rank() == 0) {
            remove_old(plan.out);
            name = folder_name();
            fs::create_directory(fs::path(plan.out) / name);
        }
        const std::vector<char> first = from_first<char>(*ranks_, name);
        folder_ = fs::path(plan.out) / std::string(first.begin(), first.end());
        if (!fs::exists(folder_))
            throw Error(fmt::format("{}: what rank 0 has written there is not to be seen here; "
                                    "expected a folder that all ranks share",
                                    plan.out),
                        Fault::run);
    }
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;
    ~Ranks() override {
        std::error_code none;
        if (ranks_->rank() == 0) fs::remove_all(folder_, none);
    }

    bool take(std::size_t run) override {
        if (stopped()) return false;
        const Descriptor file(
            ::open(taken(run).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (file.open()) return true;
        if (errno == EEXIST) return false;
        throw Error(taken(run).string() + ": cannot write: " + std::strerror(errno), Fault::run);
    }
    void end(std::size_t run, const RunEnd& how) override {
        write_atomically(ended(run), (how.finished ? "+" : "-") + how.failure);
    }
    RunEnd end_of(std::size_t run) override {
        while (!fs::exists(ended(run))) {
            if (stopped() && !fs::exists(taken(run))) return {};
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        const std::vector<std::byte> bytes = read_file(ended(run));
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {text.starts_with('+'), text.substr(1)};
    }

private:
    [[nodiscard]] fs::path taken(std::size_t run) const { return folder_ / std::to_string(run); }
    [[nodiscard]] fs::path ended(std::size_t run) const {
        return folder_ / fmt::format("{}.end", run);
    }
    /// This rank or another.
    [[nodiscard]] bool stopped() const {
        const fs::path stop = folder_ / "stop";
        if (!stop_.stop_requested()) return fs::exists(stop);
        const Descriptor file(::open(stop.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
        return true;
    }

    std::shared_ptr<Communicator> ranks_;
    std::stop_token stop_;
    fs::path folder_;
};

} // namespace

std::unique_ptr<Division> by_ranks(const ComparePlan& plan, std::shared_ptr<Communicator> ranks,
                                   std::stop_token stop) {
    return std::make_unique<Ranks>(plan, std::move(ranks), std::move(stop));
}

} // namespace fedmrn
