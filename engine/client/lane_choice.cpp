// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_choice.hpp"

#include <algorithm>
#include <string>

#include "engine/base/threads.hpp"
#include "engine/client/counting_device.hpp"
#include "engine/client/evaluator.hpp"
#include "engine/client/lane_group.hpp"
#include "engine/method/outgoing.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t most_lanes = 65535;          ///< of one grid
constexpr std::size_t evaluated_at_once = 1 << 13; ///< samples: enough to fill a GPU

std::string gibibytes(std::size_t bytes) {
    const std::size_t tenths = bytes * 10 >> 30;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

/// Of one lane: its arrays and, since all of a cohort may end in one step, its client's message,
/// as large as those of the first or the last round. What stages change of updates are copies.
std::size_t bytes_of_lane(const Model& model, const Method& method, const Stages& stages,
                          const Config& config) {
    const auto counted = [](const auto& make) {
        CountingDevice device;
        make(device);
        return device.counted;
    };
    const auto message = [&](std::uint32_t round) {
        return counted([&](Device& device) { Outgoing(device, method.uplink->table(round), 1); });
    };
    const std::size_t copy = stages.memory() != 0 ? method.local->count() * sizeof(float) : 0;
    return counted([&](Device& device) {
               LaneGroup(device, model, method, stages, config.client, 1,
                         real_of(config.experiment.precision));
           }) +
           std::max(message(1), message(config.experiment.rounds)) + copy;
}

} // namespace

std::size_t evaluation_lanes(const ServerConfig& config, std::size_t evaluated) {
    const std::size_t batches = (evaluated + config.eval_batch - 1) / config.eval_batch;
    return std::max<std::size_t>(std::min(evaluated_at_once / config.eval_batch, batches), 1);
}

std::size_t evaluation_threads(const ExperimentConfig& config) {
    return config.lanes != 0 ? config.lanes : cores();
}

std::size_t choose_lanes(const Device& device, const Model& model, const Method& method,
                         const Stages& stages, const Config& config, std::size_t evaluated) {
    const std::size_t useful = std::min<std::size_t>(config.client.cohort, most_lanes);
    const std::size_t wanted = std::min<std::size_t>(config.experiment.lanes, useful);
    if (device.lane_mode() == LaneMode::threads) {
        return wanted != 0 ? wanted : std::min(cores(), useful);
    }
    CountingDevice evaluation;
    const Evaluator evaluator(evaluation, model, evaluation_lanes(config.server, evaluated),
                              config.server.eval_batch, real_of(config.experiment.precision));
    const Teacher* teacher = stages.teacher();
    const std::size_t shared = teacher != nullptr ? teacher->state.size() * sizeof(float) : 0;
    const std::size_t lane = bytes_of_lane(model, method, stages, config) - shared;
    // A fifth stays for the kernels' and the codecs' scratch memory and the aggregation.
    const std::size_t free = device.free_memory() / 5 * 4;
    const std::size_t taken = evaluation.counted + shared;
    const std::size_t left = free > taken ? free - taken : 0;
    const std::size_t fitting = left / lane;
    if (fitting < std::max<std::size_t>(wanted, 1)) {
        throw Error("experiment.lanes = " + std::to_string(config.experiment.lanes) +
                        ": a lane of model " + model.name + " needs " +
                        std::to_string((lane >> 20) + 1) + " MiB of device memory; of the " +
                        gibibytes(device.free_memory()) + " that are free " +
                        std::to_string(fitting) +
                        (fitting == 1 ? " lane would fit" : " lanes would fit"),
                    Fault::run);
    }
    return wanted != 0 ? wanted : std::min(useful, fitting);
}

} // namespace fedmrn
