// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "engine/client/lane_choice.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Throws Error (Fault::run) that names the client where its training has diverged.
Upload upload(const ClientTask& task, const Message& message, const LaneMetrics& metrics) {
    const std::string who =
        "round " + std::to_string(task.round) + ", client " + std::to_string(task.client) + ": ";
    if (!std::isfinite(metrics.loss)) {
        throw Error(who + "the training loss is not finite; lower client.lr", Fault::run);
    }
    try {
        return {encode(message), metrics};
    } catch (const Error& error) {
        throw Error(who + error.what() + "; lower client.lr", error.fault());
    }
}

/// Long clients begin first, so that none is left alone at the end. Changes no result.
std::vector<ClientTask> longest_first(std::span<const ClientTask> tasks) {
    std::vector<ClientTask> order(tasks.begin(), tasks.end());
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    return order;
}

} // namespace

LanePool::LanePool(Device& device, const ModelSpec& model, const Method& method,
                   const Config& config, std::size_t lanes)
    : lanes_(lanes) {
    const Real real = real_of(config.experiment.precision);
    const bool threads = device.kind() == DeviceKind::cpu;
    const std::size_t workers = threads ? lanes : 1, width = lanes / workers;
    for (std::size_t i = 0; i < workers; ++i) {
        Worker& worker = workers_.emplace_back();
        if (threads) {
            worker.own = open_device(device.kind());
        }
        Device& its = threads ? *worker.own : device;
        worker.group = std::make_unique<LaneGroup>(its, model, method, config.client, width, real);
        worker.evaluator = std::make_unique<Evaluator>(
            its, model, evaluation_lanes(config.server, width), config.server.eval_batch, real);
    }
}

std::vector<Upload> LanePool::train(std::span<const ClientTask> tasks,
                                    const kernels::SplitView& split, const RoundContext& round,
                                    const LaneGroup::Stepped& stepped,
                                    const std::stop_token& stop) {
    std::vector<Upload> uploads(tasks.size());
    const std::vector<ClientTask> queue = longest_first(tasks);
    std::atomic<std::size_t> taken{0};
    std::stop_source ours; // a failed lane stops the others too
    std::stop_callback theirs(stop, [&] { ours.request_stop(); });
    const auto next = [&]() -> std::optional<ClientTask> {
        const std::size_t i = taken.fetch_add(1);
        return i < queue.size() ? std::optional(queue[i]) : std::nullopt;
    };
    const auto done = [&](const ClientTask& task, const Message& message,
                          const LaneMetrics& metrics) {
        uploads[task.slot] = upload(task, message, metrics);
    };
    on_all([&](Worker& worker) {
        try {
            worker.group->run(split, round, next, done, stepped, ours.get_token());
        } catch (...) {
            ours.request_stop();
            throw;
        }
    });
    if (stop.stop_requested()) {
        uploads.clear();
    }
    return uploads;
}

LaneMetrics LanePool::evaluate(const kernels::SplitView& split, std::size_t samples,
                               const float* state) {
    std::vector<LaneMetrics> results(workers_.front().evaluator->batches(samples));
    std::atomic<std::size_t> next{0};
    on_all([&](Worker& worker) { worker.evaluator->run(split, samples, state, next, results); });
    LaneMetrics total; // in the order of the batches, so that lanes cannot change a bit
    for (const LaneMetrics& result : results) {
        total.loss += result.loss;
        total.correct += result.correct;
        total.samples += result.samples;
    }
    return total;
}

void LanePool::on_all(const std::function<void(Worker&)>& body) {
    std::exception_ptr first;
    std::mutex mutex;
    if (workers_.size() == 1) {
        return body(workers_.front());
    }
    std::vector<std::jthread> threads;
    for (Worker& worker : workers_) {
        threads.emplace_back([&] {
            try {
                body(worker);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (!first) {
                    first = std::current_exception();
                }
            }
        });
    }
    threads.clear(); // joins
    if (first) {
        std::rethrow_exception(first);
    }
}

} // namespace fedmrn
