// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "engine/capi/guarded.hpp"
#include "engine/capi/handles.hpp"
#include "fedmrn/checkpoint.hpp"

using fedmrn::capi::given;
using fedmrn::capi::guarded;
using fedmrn::capi::hand_over;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

fedmrn_metrics metrics_of(const fedmrn::RoundMetrics& round) {
    return {.round = round.round,
            .evaluated = round.loss.has_value() ? 1U : 0U,
            .loss = round.loss.value_or(no_number),
            .train_loss = round.train_loss.value_or(no_number),
            .seconds = round.time.all,
            .samples = round.samples,
            .messages = round.messages,
            .dropped = round.dropped,
            .uplink_bytes = round.uplink_bytes,
            .downlink_bytes = round.downlink_bytes};
}

/// The round in progress, for as long as it lives, which fedmrn_stop may end.
class Running {
public:
    explicit Running(fedmrn_experiment& handle) : handle_(handle) {
        const std::scoped_lock lock(handle_.mutex);
        token_ = handle_.running.emplace().get_token();
    }
    ~Running() {
        const std::scoped_lock lock(handle_.mutex);
        handle_.running.reset();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    [[nodiscard]] const std::stop_token& token() const { return token_; }

private:
    fedmrn_experiment& handle_;
    std::stop_token token_;
};

/// Throws Error unless there is room for, or are, as many values as the state has.
void check_count(const fedmrn::Experiment& experiment, std::uint64_t count) {
    const std::size_t state = experiment.state().global.size();
    if (count != state) {
        throw fedmrn::Error("count: expected " + std::to_string(state) + ", found " +
                            std::to_string(count));
    }
}

} // namespace

fedmrn_status fedmrn_open(const fedmrn_config* config, const fedmrn_data* data,
                          fedmrn_experiment** experiment) {
    return guarded([&] {
        const fedmrn::Config& read = given(config, "config").read;
        hand_over(std::make_unique<fedmrn_experiment>(read, given(data, "data").set), experiment,
                  "experiment");
    });
}

void fedmrn_close(fedmrn_experiment* experiment) { delete experiment; }

fedmrn_status fedmrn_round(fedmrn_experiment* experiment, fedmrn_metrics* metrics) {
    return guarded([&] {
        fedmrn_experiment& handle = given(experiment, "experiment");
        const Running running(handle);
        auto done = handle.experiment.run_round(running.token());
        if (!done) {
            throw fedmrn::Stopped();
        }
        handle.last = std::move(done);
        if (metrics != nullptr) {
            *metrics = metrics_of(*handle.last);
        }
    });
}

fedmrn_status fedmrn_metric(const fedmrn_experiment* experiment, const char* name, double* value) {
    return guarded([&] {
        const fedmrn_experiment& handle = given(experiment, "experiment");
        const std::string wanted(&given(name, "name"));
        const auto measures = fedmrn::measures_of(handle.experiment.model());
        if (std::ranges::find(measures, wanted, &fedmrn::Measure::name) == measures.end()) {
            throw fedmrn::Error("metric " + wanted + ": model " + handle.experiment.model().name +
                                " has no such metric");
        }
        const auto found = handle.last ? handle.last->value(wanted) : std::nullopt;
        given(value, "value") = found.value_or(no_number);
    });
}

void fedmrn_stop(fedmrn_experiment* experiment) {
    if (experiment == nullptr) {
        return;
    }
    const std::scoped_lock lock(experiment->mutex);
    if (experiment->running) {
        experiment->running->request_stop();
    }
}

uint32_t fedmrn_rounds_done(const fedmrn_experiment* experiment) {
    return experiment == nullptr ? 0 : experiment->experiment.state().round;
}

uint32_t fedmrn_rounds(const fedmrn_experiment* experiment) {
    return experiment == nullptr ? 0 : experiment->experiment.config().experiment.rounds;
}

uint64_t fedmrn_parameters(const fedmrn_experiment* experiment) {
    return experiment == nullptr ? 0 : experiment->experiment.state().global.size();
}

fedmrn_status fedmrn_read_parameters(const fedmrn_experiment* experiment, float* values,
                                     uint64_t count) {
    return guarded([&] {
        const fedmrn::Experiment& from = given(experiment, "experiment").experiment;
        check_count(from, count);
        std::ranges::copy(from.state().global, &given(values, "values"));
    });
}

fedmrn_status fedmrn_write_parameters(fedmrn_experiment* experiment, const float* values,
                                      uint64_t count) {
    return guarded([&] {
        fedmrn::Experiment& to = given(experiment, "experiment").experiment;
        check_count(to, count);
        fedmrn::ServerState state = to.state();
        std::copy_n(&given(values, "values"), count, state.global.begin());
        to.restore(std::move(state));
    });
}

fedmrn_status fedmrn_save(const fedmrn_experiment* experiment, const char* file) {
    return guarded([&] {
        fedmrn::save_checkpoint(given(experiment, "experiment").experiment, &given(file, "file"));
    });
}

fedmrn_status fedmrn_restore(fedmrn_experiment* experiment, const char* file) {
    return guarded([&] {
        fedmrn::load_checkpoint(given(experiment, "experiment").experiment, &given(file, "file"));
    });
}
