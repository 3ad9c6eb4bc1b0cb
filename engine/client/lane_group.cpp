// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_group.hpp"

#include <algorithm>

#include "engine/base/threads.hpp"
#include "kernels/lanes.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

/// Lanes lie a multiple of 128 bytes apart, so that vector loads are aligned in all of them.
std::size_t stride_of(std::size_t floats) { return (floats + 31) / 32 * 32; }

/// As many threads as encode messages faster than one; packing takes far longer than encoding.
std::size_t threads_for(std::span<const MessageView> messages, bool packed) {
    std::size_t bytes = 0;
    for (const MessageView& message : messages) {
        bytes += message.mask.size_bytes() + message.packed.size_bytes() +
                 message.scales.size_bytes() + message.dense.size_bytes();
    }
    return threads_worth(bytes, packed ? std::size_t{1} << 12 : bytes_worth_a_thread, cores());
}

/// The model as the lanes train it.
Model trained(const Model& model, const Stages& stages) {
    return stages.teacher() != nullptr ? taught(model, *stages.teacher()) : model;
}

} // namespace

LaneGroup::LaneGroup(Device& device, const Model& model, const Method& method, const Stages& stages,
                     const ClientConfig& config, std::size_t lanes, Real real)
    : device_(device), method_(method), stages_(stages), config_(config), layout_(model.layout),
      lanes_(lanes), update_stride_(stride_of(method.local->count())),
      weights_stride_(stride_of(layout_.state)),
      network_(device, trained(model, stages), lanes, config.batch, real, true),
      teacher_(stages.teacher() != nullptr
                   ? std::make_unique<TeacherNetwork>(device, *stages.teacher(), lanes,
                                                      config.batch, real)
                   : nullptr),
      of_round_(device), update_(device, lanes * update_stride_),
      weights_(device, lanes * weights_stride_), gradient_(device, lanes * update_stride_),
      velocity_(device, config.momentum != 0.0 ? lanes * update_stride_ : 0),
      scratch_(device, lanes * stages.scratch()), states_(device, lanes), metrics_(device, lanes),
      tasks_(lanes), mirror_(lanes) {}

PerLane<float> LaneGroup::of_update(Buffer<float>& buffer) {
    return {buffer.size() != 0 ? buffer.data() : nullptr, update_stride_};
}

void LaneGroup::run(const BatchSource& split, const RoundContext& round, const Next& next,
                    const Done& done, const Stepped& stepped, const std::stop_token& stop) {
    // A run that was given up may have left clients on the lanes.
    std::fill(tasks_.begin(), tasks_.end(), std::nullopt);
    std::fill(mirror_.begin(), mirror_.end(), LaneState{});
    states_.clear();
    of_round_.write(static_cast<float>(config_.lr * round.decay), *method_.local, stages_, round);
    const std::optional<Omission> omission =
        stages_.omission(device_, round, *method_.uplink, layout_.masked);
    Emission emission;
    const auto collect = [&] {
        if (emission.tasks.empty()) {
            return;
        }
        const std::span<const MessageView> messages = emission.messages();
        const auto* metrics =
            reinterpret_cast<const LaneMetrics*>(emission.metrics->bytes().data());
        const std::size_t threads = threads_for(messages, stages_.packing() != nullptr);
        share_out(messages.size(), threads, [&](std::size_t k) {
            const LaneMetrics& seen = metrics[emission.lanes[k]];
            if (omission) {
                done(emission.tasks[k], omission->shortened(messages[k]), seen);
            } else {
                done(emission.tasks[k], messages[k], seen);
            }
        });
        emission = {};
    };
    for (;;) {
        fill(round.global, next);
        const std::size_t steps = steps_left();
        for (std::size_t i = 0; i < steps && !stop.stop_requested(); ++i) {
            step({split, round.global});
            stepped(advance());
        }
        collect();
        if (steps == 0 || stop.stop_requested()) {
            break;
        }
        emission = emit(round);
    }
}

/// Idle lanes take the next clients.
void LaneGroup::fill(DevicePointer<const float> global, const Next& next) {
    std::vector<kernels::LaneStart> starts;
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
        if (tasks_[lane] || !(tasks_[lane] = next())) {
            continue;
        }
        const ClientTask& task = *tasks_[lane];
        LaneState& state = mirror_[lane];
        state = {.seed = task.seed, .first = task.first, .count = task.count};
        state.steps = config_.epochs * formula::steps_per_epoch(task.count, config_.batch);
        state.samples = formula::batch_samples(state, config_.batch);
        starts.push_back({lane, state});
    }
    kernels::start_lanes(device_, starts,
                         {states_.data(),
                          metrics_.data(),
                          of_update(update_),
                          of_update(velocity_),
                          {weights_.data(), weights_stride_},
                          method_.local->count()},
                         global, layout_.trainable, layout_.state);
}

/// Steps until a lane is done; 0: all are idle.
std::size_t LaneGroup::steps_left() const {
    std::size_t least = 0;
    for (const LaneState& state : mirror_) {
        const std::size_t left = state.samples == 0 ? 0 : state.steps - state.step;
        least = left != 0 && (least == 0 || left < least) ? left : least;
    }
    return least;
}

/// Lanes up to the last that is not idle, or a few more: widths are all lanes, half of them …, so
/// that few are recorded. Clients come longest first: those that go on are the first.
std::size_t LaneGroup::width() const {
    std::size_t used = lanes_;
    while (used > 1 && mirror_[used - 1].samples == 0) {
        --used;
    }
    std::size_t width = lanes_;
    while ((width + 1) / 2 >= used && width > 1) {
        width = (width + 1) / 2;
    }
    return width;
}

void LaneGroup::step(const Source& source) {
    const std::size_t wide = width();
    const Range range(device_, "local step", wide);
    Recorded& known = recorded_[wide];
    if (known.step && known.source == source) {
        known.step->replay();
        return;
    }
    queue_step(source, wide); // as it is: what it allocates is then there
    known = {source, device_.record([this, source, wide] { queue_step(source, wide); })};
}

void LaneGroup::queue_step(const Source& source, std::size_t width) {
    const PerLane<float> weights{weights_.data(), weights_stride_};
    const LocalStep local{source.global,
                          of_round_.variables(),
                          width,
                          states_.data(),
                          of_update(update_),
                          weights,
                          of_update(gradient_),
                          {scratch_.data(), stages_.scratch()}};
    const Pull pull = stages_.pull(*method_.local);
    const kernels::SgdRule sgd{static_cast<float>(config_.momentum), static_cast<float>(pull.decay),
                               pull.decays_weights, static_cast<float>(pull.proximal)};
    device_.beside(
        [&] {
            const Range part(device_, "batch", width);
            fill_batch(device_, source.split, width, states_.data(), network_);
            if (teacher_) {
                teacher_->fill(source.split, width, states_.data());
            }
        },
        [&] {
            const Range part(device_, "local weights", width);
            method_.local->weights(device_, local);
            stages_.on_weights(device_, local, of_round_.stages());
        });
    if (teacher_) {
        teacher_->answer(width, states_.data(), network_);
    }
    network_.train(states_.data(), weights, of_update(gradient_), metrics_.data(), width);
    {
        const Range part(device_, "local gradient", width);
        stages_.on_weight_gradient(device_, local, of_round_.stages());
        method_.local->gradient(device_, local);
        stages_.on_gradient(device_, local, of_round_.stages());
    }
    const Range part(device_, "sgd", width);
    const auto descend = [&](const kernels::SgdRule& rule, std::size_t first, std::size_t end) {
        const PerLane<float> velocity = of_update(velocity_);
        kernels::sgd_step(
            device_, rule, of_round_.lr(), width, states_.data(), end - first,
            local.gradient.at(first), first < layout_.trainable ? weights.at(first) : weights,
            velocity.data != nullptr ? velocity.at(first) : velocity, local.update.at(first));
    };
    // Where the method's own update is decayed, it is that of the masked tensors; the others train
    // as weights with every method.
    const bool apart = sgd.weight_decay != 0.0f && !sgd.decay_weights;
    const std::size_t learned = apart ? layout_.masked : layout_.trainable;
    descend(sgd, 0, learned);
    if (learned < layout_.trainable) {
        kernels::SgdRule dense = sgd;
        dense.decay_weights = true;
        descend(dense, learned, layout_.trainable);
    }
    if (const std::size_t all = method_.local->count(); all > layout_.trainable) {
        // The method's own, however many: not decayed, and of no weights.
        descend({.momentum = sgd.momentum, .decay_weights = false}, layout_.trainable, all);
    }
    kernels::advance_lanes(device_, width, network_.batch(), states_.data());
}

/// The mirror follows a step; returns the samples that it trained on.
std::uint64_t LaneGroup::advance() {
    std::uint64_t samples = 0;
    for (LaneState& state : mirror_) {
        if (state.samples != 0) {
            samples += state.samples;
            ++state.step;
            state.samples = formula::batch_samples(state, config_.batch);
        }
    }
    return samples;
}

/// Queues the messages of all lanes whose client is done, and frees the lanes.
LaneGroup::Emission LaneGroup::emit(const RoundContext& round) {
    const Range range(device_, "messages");
    Emission emission;
    std::vector<TrainedClient> clients;
    std::vector<std::vector<float>*> memory;
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
        if (!tasks_[lane] || mirror_[lane].samples != 0) {
            continue;
        }
        const ClientTask& task = *tasks_[lane];
        clients.push_back({task.client, task.seed, task.count,
                           update_.data() + lane * update_stride_,
                           weights_.data() + lane * weights_stride_});
        memory.push_back(task.memory);
        emission.tasks.push_back(task);
        emission.lanes.push_back(lane);
        tasks_[lane].reset();
    }
    emission.messages = stages_.encode(device_, method_, round, clients, memory);
    emission.metrics = device_.fetch(metrics_.data(), lanes_ * sizeof(LaneMetrics));
    return emission;
}

} // namespace fedmrn
