// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/experiment.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "engine/base/threads.hpp"
#include "engine/client/lane_choice.hpp"
#include "engine/client/lane_pool.hpp"
#include "engine/cluster/exchange.hpp"
#include "engine/cluster/sent_bytes.hpp"
#include "engine/cluster/work_queue.hpp"
#include "engine/method/diverged.hpp"
#include "engine/server/downlink.hpp"
#include "engine/server/global_state.hpp"
#include "engine/server/intake.hpp"
#include "engine/server/links.hpp"
#include "engine/server/model_columns.hpp"
#include "engine/server/requirements.hpp"
#include "engine/server/resident_data.hpp"
#include "engine/server/round.hpp"
#include "engine/server/round_model.hpp"
#include "engine/server/schedule.hpp"
#include "engine/server/step_advice.hpp"
#include "engine/stage/teacher.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/server.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/platforms.hpp"

namespace fedmrn {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What work returns; training that diverged becomes an Error that says what to change.
template <class Work> auto advised(const Config& config, const Work& work) {
    try {
        return work();
    } catch (const Diverged& error) {
        throw Error(std::string(error.what()) + "; " + step_advice(config), error.fault());
    }
}

const Dataset& checked(const Dataset& dataset) {
    check(dataset);
    return dataset;
}

Stages stages_for(const Config& config, const Model& model, const Dataset& dataset) {
    const DataShape shape = dataset.shape();
    return make_stages(config, model.layout, &shape);
}

} // namespace

struct Experiment::Impl {
    Config config;
    Model model;
    ClientSplit clients;
    std::shared_ptr<Communicator> ranks;
    SentBytes sent;
    std::optional<std::size_t> least_lanes;
    std::unique_ptr<Device> device; ///< holds the data, the global state and the aggregation
    std::unique_ptr<Method> method;
    Stages stages;
    std::optional<ResidentData> data;
    std::unique_ptr<LanePool> lanes;
    GlobalState server;
    RoundModel begun;
    Downlink downlink;
    const SamplerEntry& sampler;
    std::function<void(const UplinkMessage&)> visit;

    Impl(const Config& c, const Dataset& dataset, const std::stop_token& stop,
         std::shared_ptr<Communicator> job, const DevicePlace& place)
        : config(completed(resolved(c))), model(make_model(c.model, checked(dataset).shape())),
          clients(partition(c.data, dataset, c.experiment.seed, stop)),
          ranks(job ? std::move(job) : alone()), sent(*ranks),
          device(kernels::platform(config.experiment.device)
                     .open(config.experiment.precision, place, ranks->local_rank())),
          method(make_method(config.method, model.layout, c.experiment.seed)),
          stages(stages_for(config, model, dataset)),
          server(*device, model.layout, config.server, *method->server,
                 Downlink::fed_back(stages.model_codec())),
          begun(*device, stages, model.layout.state),
          downlink(*device, model.layout, stages.model_codec()),
          sampler(samplers().checked(c.server.sampling)) {
        require_fit(config, dataset, clients);
        require_columns(model, dataset);
        if (config.data.augment) {
            require_augmentable(model, dataset);
        }
        data.emplace(*device, dataset, model, clients);
        const std::size_t judged = data->judged().ranges.front().count;
        lanes = std::make_unique<LanePool>(
            *device, model, *method, stages, config,
            choose_lanes(*device, model, *method, stages, config, judged), judged);
        std::vector<float> first = initial_state(model, config.experiment.seed);
        method->local->initialise(first);
        server.begin(std::move(first));
    }

    void restore(ServerState from) {
        for (const auto& [client, kept] : from.memory) {
            if (client >= clients.clients() || kept.size() != stages.memory()) {
                throw Error("checkpoint: client " + std::to_string(client) + " keeps " +
                            std::to_string(kept.size()) + " values, expected " +
                            std::to_string(stages.memory()) + " of clients 0 to " +
                            std::to_string(clients.clients() - 1));
            }
        }
        std::erase_if(from.memory, [&](const auto& kept) { return !at_home(kept.first); });
        server.restore(std::move(from));
    }

    /// Whether this rank keeps what a client keeps, and so trains it wherever clients keep
    /// anything.
    bool at_home(std::uint64_t client) const { return client % ranks->size() == ranks->rank(); }

    /// Lanes that every rank has. All ranks call it.
    std::size_t common_lanes() {
        if (!least_lanes) {
            const std::uint64_t own[] = {lanes->lanes()};
            least_lanes = own[0];
            for (const auto& of_rank : gather(*ranks, std::span<const std::uint64_t>(own))) {
                least_lanes = std::min<std::size_t>(*least_lanes, of_rank.front());
            }
        }
        return *least_lanes;
    }

    /// Which clients of a cohort this rank trains, and which whoever is free.
    WorkDivision division(const Cohort& cohort) {
        const std::vector<std::size_t> order = cohort.longest_first();
        if (ranks->size() == 1) {
            return {order, {}};
        }
        if (stages.memory() == 0) {
            return deal(order, *ranks, common_lanes());
        }
        WorkDivision homes;
        for (const std::size_t k : order) {
            if (at_home(cohort.tasks[k].client)) {
                homes.own.push_back(k);
            }
        }
        return homes;
    }

    ServerState whole_state() const {
        ServerState all = server.state();
        if (stages.memory() != 0) {
            gather_memory(*ranks, stages.memory(), all.memory);
        }
        return all;
    }

    SamplerTask drawing(std::uint32_t round) const {
        return {config.experiment.seed, round, clients.first, config.client.cohort};
    }

    Cohort cohort(std::uint32_t round) const {
        Cohort drawn;
        const std::uint64_t seed = config.experiment.seed;
        for (const std::uint64_t k : sampler.sample(drawing(round))) {
            if (drops_out(config.network, seed, round, k)) {
                drawn.dropped.push_back(k);
                continue;
            }
            drawn.tasks.push_back({drawn.tasks.size(), k, round,
                                   formula::client_seed(seed, round, k), clients.first[k],
                                   static_cast<std::uint32_t>(clients.samples(k))});
        }
        return drawn;
    }

    /// What is known of the tasks' uploads, and what they count.
    std::vector<ExpectedUpload> expected(std::span<const ClientTask> tasks) const {
        std::vector<ExpectedUpload> uploads;
        std::vector<std::uint64_t> drawn;
        for (const ClientTask& task : tasks) {
            uploads.push_back({task.client, task.seed});
            drawn.push_back(task.client);
        }
        if (sampler.weights) {
            const auto weights = sampler.weights(drawing(tasks.front().round), drawn);
            for (std::size_t k = 0; k < uploads.size(); ++k) {
                uploads[k].weight = weights[k];
            }
        }
        return uploads;
    }

    /// What all clients of a round share.
    RoundContext context(std::uint32_t round) const {
        return {round, server.data(), decay_of(config.client, round)};
    }

    /// Copies of what the tasks' clients keep, for them to change: a round may be given up.
    std::vector<std::vector<float>> lend_memory(std::span<ClientTask> tasks) const {
        std::vector<std::vector<float>> lent(stages.memory() != 0 ? tasks.size() : 0);
        for (std::size_t k = 0; k < lent.size(); ++k) {
            if (const auto found = server.memory().find(tasks[k].client);
                found != server.memory().end()) {
                lent[k] = found->second;
            }
            tasks[k].memory = &lent[k];
        }
        return lent;
    }
    void keep_memory(std::span<const ClientTask> tasks, std::vector<std::vector<float>> lent) {
        for (std::size_t k = 0; k < lent.size(); ++k) {
            if (at_home(tasks[k].client)) {
                server.memory()[tasks[k].client] = std::move(lent[k]);
            }
        }
    }

    /// The weights that the global state stands for.
    DevicePointer<const float> weights(Buffer<float>& room) const {
        return method->local->model_weights(*device, context(std::max(server.round(), 1u)), room);
    }

    /// Moves the global state by what arrived, of which uploads has this rank's; reads nothing but
    /// the messages, and frees them.
    void aggregate(const RoundContext& round, const Cohort& cohort,
                   std::span<const Arrival> arrived, std::span<Upload> uploads, WallTime& time) {
        const std::optional<Omission> omission =
            stages.omission(*device, round, *method->uplink, model.layout.masked);
        const std::vector<ExpectedUpload> known = expected(cohort.tasks);
        Sums sums(*device, method->server->sums());
        const bool all = visit || messages_are_fewer(arrived, sums.bytes());
        if (all && ranks->size() > 1) {
            sent.as(&Traffic::messages, [&] { exchange(*ranks, arrived, uploads); });
        }
        if (visit) {
            for (std::size_t k = 0; k < known.size(); ++k) {
                visit({known[k].client, known[k].weight, uploads[k].bytes});
            }
        }
        const bool on_cpu = device->lane_mode() == LaneMode::threads;
        const IntakeBound bound{.threads =
                                    on_cpu ? evaluation_threads(config.experiment) : cores()};
        const auto add = [&](bool own, Rooms* rooms) { // rooms: of what was trained here
            std::vector<ExpectedUpload> senders;
            std::vector<Upload> some;
            for (std::size_t k = 0; k < known.size(); ++k) {
                if ((arrived[k].rank == ranks->rank()) == own) {
                    senders.push_back(known[k]);
                    some.push_back(std::move(uploads[k]));
                }
            }
            take_in(*device, round, *method, senders, some, sums, time, bound, stages.packing(),
                    rooms, lanes->devices(), omission ? &*omission : nullptr);
        };
        add(true, &lanes->rooms());
        if (all) {
            add(false, nullptr);
        } else {
            sent.as(&Traffic::sums, [&] { sums.add_ranks(*ranks); });
        }
        const auto start = std::chrono::steady_clock::now();
        Buffer<double> change(*device, model.layout.state);
        method->server->finish(*device, round, sums, change.data());
        begun.end(server, round, change.data());
        time.aggregation += seconds_since(start);
    }

    std::vector<Evaluation> evaluate(const ResidentData::Part& part,
                                     DevicePointer<const float> judged) {
        std::vector<Evaluation> results;
        const std::vector<LaneMetrics> totals =
            lanes->evaluate(part.source, part.ranges, judged, *ranks);
        for (std::size_t i = 0; i < totals.size(); i += model.tallies) {
            Evaluation& result = results.emplace_back();
            result.samples = totals[i].rows;
            if (result.samples != 0) {
                result.loss = totals[i].sum / static_cast<double>(result.samples);
                result.metrics = metric_values(model, {&totals[i], model.tallies});
            } else {
                result.metrics.resize(model.metrics.size());
            }
        }
        return results;
    }

    Evaluation evaluate(DevicePointer<const float> state) {
        const ResidentData::Part& judged = data->judged();
        const Range part(*device, "evaluation", judged.ranges.front().count);
        return evaluate(judged, state).front();
    }

    Evaluation evaluate() {
        Buffer<float> room;
        return evaluate(weights(room));
    }

    std::optional<Evaluation> evaluate_deployed() {
        if (!stages.deploys()) {
            return std::nullopt;
        }
        Buffer<float> room, own(*device, model.layout.state);
        device->copy_within(own.data(), weights(room), model.layout.state * sizeof(float));
        stages.on_deployment(*device, std::max(server.round(), 1u), own.data());
        return evaluate(own.data());
    }

    bool evaluates(std::uint32_t round) const {
        return round % config.server.eval_every == 0 || round == config.experiment.rounds;
    }
};

Experiment::Experiment(const Config& config, const Dataset& dataset, const std::stop_token& stop,
                       std::shared_ptr<Communicator> ranks, const DevicePlace& place)
    : impl_(std::make_unique<Impl>(config, dataset, stop, std::move(ranks), place)) {}
Experiment::~Experiment() = default;
Experiment::Experiment(Experiment&&) noexcept = default;
Experiment& Experiment::operator=(Experiment&&) noexcept = default;

const Model& Experiment::model() const { return impl_->model; }
const ClientSplit& Experiment::clients() const { return impl_->clients; }
std::string Experiment::teacher_hash() const {
    const Teacher* teacher = impl_->stages.teacher();
    return teacher != nullptr ? state_hash(teacher->state) : "";
}
std::uint32_t Experiment::round() const { return impl_->server.round(); }
const ServerState& Experiment::state() const { return impl_->server.state(); }
ServerState Experiment::whole_state() const { return impl_->whole_state(); }
DevicePointer<const float> Experiment::parameters() const {
    impl_->device->synchronize();
    return impl_->server.data();
}
DevicePointer<float> Experiment::change_parameters() {
    impl_->device->synchronize();
    return impl_->server.change();
}
Communicator& Experiment::ranks() const { return *impl_->ranks; }
Traffic Experiment::traffic() { return impl_->sent.of_all(); }
const std::string& Experiment::device() const { return impl_->device->name(); }
void Experiment::restore(ServerState state) { impl_->restore(std::move(state)); }

const Config& Experiment::config() const { return impl_->config; }
void Experiment::on_message(std::function<void(const UplinkMessage&)> visit) {
    impl_->visit = std::move(visit);
}
void Experiment::profile(bool on) { impl_->device->profile(on); }

std::vector<float> Experiment::weights() const {
    Buffer<float> room;
    std::vector<float> weights(impl_->model.layout.state);
    impl_->device->copy_out(weights.data(), impl_->weights(room), weights.size() * sizeof(float));
    return weights;
}

Evaluation Experiment::evaluate() { return impl_->evaluate(); }
std::optional<Evaluation> Experiment::evaluate_deployed() { return impl_->evaluate_deployed(); }

std::vector<Evaluation> Experiment::evaluate_clients() {
    const ResidentData::Part& own = impl_->data->own();
    const Range part(*impl_->device, "clients", own.ranges.size());
    Buffer<float> room;
    return impl_->evaluate(own, impl_->weights(room));
}

bool Experiment::clients_have_tests() const { return impl_->data->own_tests(); }

std::uint32_t Experiment::lanes() const {
    return static_cast<std::uint32_t>(impl_->lanes->lanes());
}

std::uint64_t Experiment::float32_bytes() const {
    return impl_->model.layout.state * sizeof(float);
}

std::optional<std::uint64_t> Experiment::uncoded_bytes() const {
    const Packing* packing = impl_->stages.packing();
    const std::vector<TensorEntry> first = impl_->method->uplink->table(1);
    return packing != nullptr && !impl_->stages.leaves_out(*impl_->method->uplink) &&
                   first == impl_->method->uplink->table(impl_->config.experiment.rounds)
               ? packing->stays(first)
               : std::nullopt;
}

std::optional<RoundMetrics> Experiment::run_round(const std::stop_token& stop,
                                                  const Progress& progress) {
    Impl& run = *impl_;
    const auto start = std::chrono::steady_clock::now();
    RoundMetrics metrics;
    metrics.round = run.server.round() + 1;
    const Range range(*run.device, "round", metrics.round);
    Cohort cohort = run.cohort(metrics.round);
    const std::vector<ClientTask>& tasks = cohort.tasks;
    const RoundContext context = run.begun.begin(run.context(metrics.round));
    std::vector<std::vector<float>> memory = run.lend_memory(cohort.tasks);
    std::uint64_t expected = 0; // of this rank, where all are alike
    for (const ClientTask& task : tasks) {
        expected += task.count;
    }
    expected = expected * run.config.client.epochs / run.ranks->size();

    std::atomic<std::uint64_t> seen{0};
    const auto stepped = [&](std::uint64_t samples) {
        run.ranks->progress();
        const std::uint64_t now = seen.fetch_add(samples) + samples;
        if (progress) {
            const double share = static_cast<double>(now) / static_cast<double>(expected);
            progress(std::min(share, 1.0), now);
        }
    };
    const Sent sent =
        run.downlink.send(context, run.server.downlink_error(), run.server.next_downlink_error());
    WorkQueue queue(*run.ranks, run.division(cohort));
    const auto next = [&]() -> std::optional<ClientTask> {
        const std::optional<std::size_t> slot = queue.next();
        return slot ? std::optional(tasks[*slot]) : std::nullopt;
    };
    std::vector<Upload> uploads;
    if (!tasks.empty()) {
        uploads = advised(run.config, [&] {
            return run.lanes->train(tasks.size(), next, run.data->training(run.config.data.augment),
                                    sent.round, stepped, stop);
        });
    }
    const bool stopped = uploads.size() != tasks.size();
    if (stopped) {
        queue.close(); // the others end with what they have
    }
    if (any(*run.ranks, stopped)) {
        return std::nullopt;
    }
    metrics.time.training = seconds_since(start);
    const std::vector<Arrival> arrived = arrivals(*run.ranks, uploads);
    count(run.config, run.clients, cohort, arrived, sent.bytes, metrics);
    if (!arrived.empty()) {
        advised(run.config,
                [&] { run.aggregate(context, cohort, arrived, uploads, metrics.time); });
    } else {
        run.begun.end(run.server, context, nullptr);
    }
    run.keep_memory(tasks, std::move(memory));
    run.server.end_round();
    for (const Model::MetricNode& metric : run.model.metrics) {
        metrics.metrics.push_back({metric.name, std::nullopt});
    }
    if (run.evaluates(metrics.round)) {
        const auto begun = std::chrono::steady_clock::now();
        const Evaluation test = run.evaluate();
        metrics.loss = test.loss;
        for (std::size_t i = 0; i < test.metrics.size(); ++i) {
            metrics.metrics[i].value = test.metrics[i];
        }
        metrics.time.evaluation = seconds_since(begun);
    }
    metrics.traffic = run.sent.of_all();
    metrics.time.all = seconds_since(start);
    return metrics;
}

} // namespace fedmrn
