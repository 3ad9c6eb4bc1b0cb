// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_pool.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "engine/client/lane_choice.hpp"
#include "engine/cluster/exchange.hpp"
#include "engine/method/diverged.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// Throws Diverged for a client that has.
Upload upload(const ClientTask& task, const MessageView& message, const LaneMetrics& metrics,
              const Stages& stages, Rooms& rooms) {
    if (!std::isfinite(metrics.sum)) {
        throw Diverged(task.round, task.client, "the training loss is not finite");
    }
    try {
        return {stages.bytes_of(message, rooms), metrics};
    } catch (const Error& error) {
        throw Diverged(task.round, task.client, error.what());
    }
}

/// Runs body(i) for each i below count, each on a thread of its own if there are several; rethrows
/// the first exception.
template <class Body> void on_all(std::size_t count, const Body& body) {
    if (count == 1) {
        return body(std::size_t{0});
    }
    std::exception_ptr first;
    std::mutex mutex;
    const auto guarded = [&](std::size_t i) {
        try {
            body(i);
        } catch (...) {
            const std::scoped_lock lock(mutex);
            if (!first) {
                first = std::current_exception();
            }
        }
    };
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) {
        try {
            threads.emplace_back(guarded, i);
        } catch (const std::system_error& error) {
            const std::scoped_lock lock(mutex);
            first = std::make_exception_ptr(
                Error("cpu: no thread could be started for lane " + std::to_string(i + 1) + " of " +
                          std::to_string(count) + " (" + error.what() + "); lower experiment.lanes",
                      Fault::run));
            break;
        }
    }
    threads.clear(); // joins
    if (first) {
        std::rethrow_exception(first);
    }
}

} // namespace

LanePool::LanePool(Device& device, const Model& model, const Method& method, const Stages& stages,
                   const Config& config, std::size_t lanes, std::size_t evaluated)
    : lanes_(lanes), eval_batch_(config.server.eval_batch), tallies_(model.tallies),
      stages_(stages) {
    const Real real = real_of(config.experiment.precision);
    const bool threads = device.lane_mode() == LaneMode::threads;
    const auto device_of = [&](std::size_t i) -> Device& {
        if (threads && i == own_.size()) {
            own_.push_back(open_device(device.kind()));
        }
        return threads ? *own_[i] : device;
    };
    const std::size_t workers = threads ? lanes : 1, width = lanes / workers;
    for (std::size_t i = 0; i < workers; ++i) {
        groups_.push_back(std::make_unique<LaneGroup>(device_of(i), model, method, stages,
                                                      config.client, width, real));
    }
    const std::size_t judges = threads ? evaluation_threads(config.experiment) : 1;
    for (std::size_t i = 0; i < judges; ++i) {
        evaluators_.push_back(std::make_unique<Evaluator>(
            device_of(i), model, threads ? 1 : evaluation_lanes(config.server, evaluated),
            eval_batch_, real));
    }
}

std::vector<Upload> LanePool::train(std::size_t slots, const LaneGroup::Next& next,
                                    const BatchSource& split, const RoundContext& round,
                                    const LaneGroup::Stepped& stepped,
                                    const std::stop_token& stop) {
    std::vector<Upload> uploads(slots);
    std::stop_source ours; // a failed lane stops the others too
    std::stop_callback theirs(stop, [&] { ours.request_stop(); });
    const auto done = [&](const ClientTask& task, const MessageView& message,
                          const LaneMetrics& metrics) {
        uploads[task.slot] = upload(task, message, metrics, stages_, rooms_);
    };
    on_all(groups_.size(), [&](std::size_t i) {
        try {
            groups_[i]->run(split, round, next, done, stepped, ours.get_token());
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

std::vector<LaneMetrics> LanePool::evaluate(const BatchSource& split,
                                            std::span<const SampleRange> ranges,
                                            DevicePointer<const float> state, Communicator& ranks) {
    std::vector<SampleRange> batches;
    std::vector<std::size_t> range_of;
    for (std::size_t r = 0; r < ranges.size(); ++r) {
        for (const SampleRange& batch : batches_of(ranges[r], eval_batch_)) {
            batches.push_back(batch);
            range_of.push_back(r);
        }
    }
    std::vector<SampleRange> own;
    for (std::size_t b = ranks.rank(); b < batches.size(); b += ranks.size()) {
        own.push_back(batches[b]);
    }
    std::vector<LaneMetrics> results(own.size() * tallies_), totals(ranges.size() * tallies_);
    std::atomic<std::size_t> next{0};
    on_all(evaluators_.size(),
           [&](std::size_t i) { evaluators_[i]->run(split, own, state, next, results); });
    const auto of_ranks = gather(ranks, std::span<const LaneMetrics>(results));
    for (std::size_t b = 0; b < batches.size(); ++b) { // in their order, whoever took them
        const LaneMetrics* result = of_ranks[b % ranks.size()].data() + b / ranks.size() * tallies_;
        for (std::size_t t = 0; t < tallies_; ++t) {
            totals[range_of[b] * tallies_ + t] += result[t];
        }
    }
    return totals;
}

} // namespace fedmrn
