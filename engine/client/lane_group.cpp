// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/lane_group.hpp"

#include "kernels/update.hpp"

namespace fedmrn {

LaneGroup::LaneGroup(Device& device, const ModelSpec& model, const Method& method,
                     const ClientConfig& config, std::size_t lanes, Real real)
    : device_(device), method_(method), config_(config), layout_(model.layout), lanes_(lanes),
      network_(device, model, lanes, config.batch, real, true),
      update_(device, lanes * layout_.trainable), weights_(device, lanes * layout_.state),
      gradient_(device, lanes * layout_.trainable),
      velocity_(device, config.momentum != 0.0 ? lanes * layout_.trainable : 0),
      states_(device, lanes), metrics_(device, lanes), tasks_(lanes), mirror_(lanes) {}

void LaneGroup::run(const kernels::SplitView& split, const float* global, const Next& next,
                    const Done& done, const Stepped& stepped, const std::stop_token& stop) {
    const std::size_t trainable = layout_.trainable;
    for (auto& task : tasks_) {
        task.reset();
    }
    while (!stop.stop_requested()) {
        bool any = false;
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            if (!tasks_[lane] && (tasks_[lane] = next())) {
                start(lane, *tasks_[lane], global);
            }
            any = any || tasks_[lane];
        }
        if (!any) {
            return;
        }
        stepped(step(split, global));
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            if (!tasks_[lane] || !finished(lane)) {
                continue;
            }
            const ClientTask& task = *tasks_[lane];
            LaneMetrics metrics;
            metrics_.read({&metrics, 1}, lane);
            done(task,
                 method_.encode(device_, {task.client, task.round, task.seed, task.count, global,
                                          update_.data() + lane * trainable,
                                          weights_.data() + lane * layout_.state}),
                 metrics);
            tasks_[lane].reset();
        }
    }
}

void LaneGroup::start(std::size_t lane, const ClientTask& task, const float* global) {
    LaneState state;
    state.seed = task.seed;
    state.first = task.first;
    state.count = task.count;
    state.steps = config_.epochs * formula::steps_per_epoch(task.count, config_.batch);
    state.samples = formula::batch_samples(state, config_.batch);
    mirror_[lane] = state;
    states_.write({&state, 1}, lane);
    const LaneMetrics none;
    metrics_.write({&none, 1}, lane);
    const std::size_t bytes = layout_.trainable * sizeof(float);
    device_.clear(update_.data() + lane * layout_.trainable, bytes);
    if (velocity_.size() != 0) {
        device_.clear(velocity_.data() + lane * layout_.trainable, bytes);
    }
    device_.copy_within(weights_.data() + lane * layout_.state + layout_.trainable,
                        global + layout_.trainable,
                        (layout_.state - layout_.trainable) * sizeof(float));
}

std::uint64_t LaneGroup::step(const kernels::SplitView& split, const float* global) {
    const PerLane<float> update{update_.data(), layout_.trainable};
    const PerLane<float> weights{weights_.data(), layout_.state};
    const PerLane<float> gradient{gradient_.data(), layout_.trainable};
    const PerLane<float> velocity{velocity_.size() != 0 ? velocity_.data() : nullptr,
                                  layout_.trainable};
    const kernels::SgdRule sgd{static_cast<float>(config_.lr), static_cast<float>(config_.momentum),
                               static_cast<float>(config_.weight_decay), method_.decays_weights()};
    kernels::gather_batch(device_, split, lanes_, network_.batch(), states_.data(), network_.real(),
                          network_.input(), network_.labels());
    method_.local_weights(device_, lanes_, states_.data(), global, update, weights);
    network_.train(states_.data(), weights, gradient, metrics_.data());
    kernels::sgd_step(device_, sgd, lanes_, states_.data(), layout_.trainable, gradient, weights,
                      velocity, update);
    kernels::advance_lanes(device_, lanes_, network_.batch(), states_.data());

    std::uint64_t samples = 0;
    for (LaneState& state : mirror_) {
        if (state.samples == 0) {
            continue;
        }
        samples += state.samples;
        ++state.step;
        state.samples = formula::batch_samples(state, config_.batch);
    }
    return samples;
}

bool LaneGroup::finished(std::size_t lane) const { return mirror_[lane].samples == 0; }

} // namespace fedmrn
