// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/loading.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "fedmrn/error.hpp"

namespace fedmrn {

Dataset load_unless_stopped(const DataConfig& config, std::uint64_t seed,
                            const std::stop_token& stop) {
    struct Loading {
        std::mutex mutex;
        std::condition_variable_any done;
        std::optional<Dataset> dataset;
        std::exception_ptr failure;
    };
    const auto loading = std::make_shared<Loading>();
    std::thread([loading, config, seed] {
        std::optional<Dataset> dataset;
        std::exception_ptr failure;
        try {
            dataset = load_dataset(config, seed);
        } catch (...) {
            failure = std::current_exception();
        }
        const std::scoped_lock lock(loading->mutex);
        loading->dataset = std::move(dataset);
        loading->failure = std::move(failure);
        loading->done.notify_one();
    }).detach();
    std::unique_lock lock(loading->mutex);
    const auto is_done = [&] { return loading->dataset || loading->failure; };
    if (!loading->done.wait(lock, stop, is_done)) throw Stopped();
    if (loading->failure) std::rethrow_exception(loading->failure);
    return std::move(*loading->dataset);
}

} // namespace fedmrn
