// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/runner.hpp"

#include <chrono>
#include <ostream>
#include <utility>

#include <fmt/core.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/signals.hpp"
#include "engine/cluster/exchange.hpp"
#include "engine/config/same_run.hpp"
#include "engine/report/chart.hpp"
#include "engine/report/progress.hpp"
#include "engine/report/run_text.hpp"
#include "engine/run/ensemble.hpp"
#include "engine/run/shared_data.hpp"
#include "engine/store/checkpoint_writer.hpp"
#include "engine/store/client_results.hpp"
#include "engine/store/data_hash.hpp"
#include "engine/store/export.hpp"
#include "engine/store/message_folder.hpp"
#include "engine/store/metrics_file.hpp"
#include "engine/store/provenance.hpp"
#include "engine/store/run_folder.hpp"
#include "engine/store/summary.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Of the run's rounds those that are asked for; throws Error where there are none to come.
Rounds rounds_kept(const KeptRounds& kept, std::uint32_t last, std::uint32_t done) {
    const Rounds rounds = kept.rounds.value_or(Rounds{last, last});
    if (rounds.last > last)
        throw Error(fmt::format("--keep-rounds: {} is after the last, experiment.rounds = {}",
                                rounds.last, last));
    if (rounds.last <= done)
        throw Error(fmt::format("--keep-messages: round {} is done, and what was sent in it gone",
                                rounds.last));
    return rounds;
}

/// Where messages are kept, and of which rounds.
struct Keeping {
    Keeping(const KeptRounds& kept, const Rounds& chosen, bool resume)
        : rounds(chosen), folder(kept.folder, resume) {}
    Rounds rounds;
    MessageFolder folder;
};

/// A run that has its folder, its experiment and its books.
class Run {
public:
    Run(const Config& config, RunFolder& folder, Experiment& experiment, const DataHash& data,
        Clock::time_point start)
        : config_(config), folder_(folder), experiment_(experiment), ensemble_(experiment),
          measure_(judged_by(experiment.model()).front()), data_(data), start_(start) {}

    void restore();
    void train(const Signals& signals, const std::optional<Rounds>& profiled, Keeping* kept,
               std::ostream& out);
    void finish(std::ostream& out);
    void end() { ensemble_.end(); }

    [[nodiscard]] std::uint32_t round() const { return experiment_.round(); }
    [[nodiscard]] bool complete() const { return round() >= config_.experiment.rounds; }

private:
    [[nodiscard]] bool checkpoint_due(CheckpointWriter& writer) const;
    void save(CheckpointWriter& writer);
    void settle(CheckpointWriter& writer);
    [[nodiscard]] KeptState kept_state() const;
    [[nodiscard]] std::function<void(const UplinkMessage&)> keeping(Keeping* kept);
    void evaluate_last();

    const Config& config_;
    RunFolder& folder_;
    Experiment& experiment_;
    Ensemble ensemble_;
    Measure measure_; ///< what the run is judged by
    DataHash data_;
    Ledger ledger_;
    std::string started_ = utc_now();
    Clock::time_point start_;            ///< of this process' time for the run
    double counted_ = 0;                 ///< seconds of it that the ledger has
    std::optional<std::uint32_t> saved_; ///< round of the last checkpoint that was taken
    Clock::time_point save_began_;
    double save_took_ = 0; ///< seconds that rounds stood still for the last one
    double unsaid_ = 0;    ///< those of checkpoints since the last line of the metrics
};

void Run::restore() {
    if (auto& checkpoint = folder_.checkpoint()) {
        require_model(*checkpoint, experiment_.model(), folder_.checkpoint_file());
        require_same_data(checkpoint->data, data_, folder_.name());
        ledger_ = checkpoint->ledger;
        started_ = checkpoint->started;
        saved_ = checkpoint->state.round;
        experiment_.restore(std::move(checkpoint->state));
        checkpoint.reset();
    }
    folder_.begin(config_, round());
}

/// Every so many rounds; or when the last one is written and as often as it costs at most a tenth
/// of the time: what rounds stood still for it, and the processor that its writing took from them.
bool Run::checkpoint_due(CheckpointWriter& writer) const {
    const std::uint32_t every = config_.experiment.checkpoint_every;
    if (every != 0) return round() % every == 0;
    if (writer.busy()) return false;
    writer.wait();
    return !saved_ || seconds_since(save_began_) >= 10 * (save_took_ + writer.processor_seconds());
}

/// Copies all that a checkpoint holds, what clients keep too, and hands it over.
void Run::save(CheckpointWriter& writer) {
    if (saved_ == round()) return;
    save_began_ = Clock::now();
    writer.wait(); // before the copy: there is one at a time
    ledger_.time.all += seconds_since(start_) - counted_;
    counted_ = seconds_since(start_);
    writer.write({ensemble_.whole_state(), ledger_, experiment_.model().name, to_toml(config_),
                  data_.text(), started_});
    saved_ = round();
    save_took_ = seconds_since(save_began_);
    ledger_.time.checkpoints += save_took_;
    unsaid_ += save_took_;
}

/// The last checkpoint is on the disk then.
void Run::settle(CheckpointWriter& writer) {
    const auto began = Clock::now();
    writer.wait();
    ledger_.time.checkpoints += seconds_since(began);
}

KeptState Run::kept_state() const {
    const ServerState& now = experiment_.state();
    return {{now.round, now.global, now.moments},
            experiment_.model().layout,
            experiment_.model().name,
            to_toml(config_)};
}

/// Before a round: what keeps its messages, where it is one of those that are kept.
std::function<void(const UplinkMessage&)> Run::keeping(Keeping* kept) {
    if (kept == nullptr || !kept->rounds.hold(round() + 1)) return {};
    kept->folder.begin(kept_state());
    return [kept](const UplinkMessage& message) { kept->folder.keep(message); };
}

void Run::train(const Signals& signals, const std::optional<Rounds>& profiled, Keeping* kept,
                std::ostream& out) {
    MetricsLog log(folder_.metrics_file());
    CheckpointWriter writer(folder_.checkpoint_file(), [&log] { log.sync(); });
    Progress progress(out, terminal_of(out), measure_, config_.experiment.rounds, round(),
                      ledger_.uplink_bytes);
    bool profiling = false;
    while (!complete() && !signals.token().stop_requested()) {
        const bool inside = profiled && profiled->hold(round() + 1);
        if (inside != std::exchange(profiling, inside)) experiment_.profile(inside);
        auto metrics = ensemble_.run_round(
            signals.token(),
            [&](double share, std::uint64_t samples) { progress.update(share, samples); },
            keeping(kept));
        if (!metrics) break;
        if (kept != nullptr && kept->rounds.hold(round())) kept->folder.end(kept_state());
        ledger_.add(*metrics);
        metrics->time.checkpoints = std::exchange(unsaid_, 0);
        metrics->time.all += metrics->time.checkpoints;
        log.append(*metrics);
        if (complete() || checkpoint_due(writer)) save(writer);
        progress.round_done(*metrics);
    }
    if (profiling) experiment_.profile(false);
    save(writer);
    settle(writer);
}

/// The last round of a run is always evaluated, of one that was to be longer too.
void Run::evaluate_last() {
    if (read_metrics(folder_.metrics_file()).back().loss) return;
    const auto began = Clock::now();
    const Evaluation test = ensemble_.evaluate();
    set_evaluation(folder_.metrics_file(), test.loss, test.metrics);
    ledger_.time.evaluation += seconds_since(began);
}

void Run::finish(std::ostream& out) {
    evaluate_last();
    const std::vector<RoundMetrics> rounds = read_metrics(folder_.metrics_file());
    Summary summary = summarise(experiment_, ledger_, rounds);
    summary.data_hash = data_.text();
    if (const auto deployed = ensemble_.evaluate_deployed())
        summary.deployed = deployed->metrics.empty() ? deployed->loss : deployed->metrics.front();
    const Metadata about{
        {"format", "pt"}, {"model", experiment_.model().name}, {"hash", summary.model_hash}};
    export_model(folder_.model_file(), experiment_.model(), experiment_.weights(), about);
    const Curve curve = curve_of(method_name(config_), measure_, rounds);
    write_atomically(folder_.chart_file(), chart_svg({&curve, 1}, setting_name(config_)));
    if (config_.experiment.per_client) {
        const std::vector<Evaluation> clients = ensemble_.evaluate_clients();
        summary.clients = spread_of(clients, measure_);
        out << fmt::format(
            "\neach client's {} is on {}\n", measure_.name,
            experiment_.clients_have_tests()
                ? "the user's own test samples"
                : "the samples that it trained on: it has no test samples of its own");
        write_atomically(
            folder_.clients_file(),
            clients_csv(clients, measures_of(experiment_.model()), experiment_.clients().users));
        write_atomically(
            folder_.clients_chart_file(),
            clients_svg(clients, measure_, method_name(config_) + ", " + setting_name(config_)));
    }
    summary.traffic += ensemble_.traffic();
    summary.time.all += seconds_since(start_) - counted_;
    summary.provenance = provenance_of(experiment_.config().experiment.device);
    summary.provenance.started = started_;
    summary.provenance.finished = utc_now();
    write_summary(folder_.summary_file(), summary); // last: its being there says that all is
    out << '\n' << summary_text(summary, folder_.name()) << std::flush;
}

/// Of the signal that stopped this process; SIGTERM where another rank was stopped.
int stopped_by(const Signals& signals) {
    return signals.number() != 0 ? signals.number() : SIGTERM;
}

std::string signal_name(const Signals& signals) {
    const int number = signals.number();
    return number == 0         ? "a signal to another rank"
           : number == SIGTERM ? "SIGTERM"
           : number == SIGUSR1 ? "SIGUSR1"
                               : "SIGINT";
}

std::string going_on(std::uint32_t done) {
    if (done == 0) return "--resume goes on from there";
    return fmt::format("--resume goes on from there, --resume --set experiment.rounds={} ends the "
                       "run with what is done",
                       done);
}

int stopped(const Signals& signals) { return 128 + stopped_by(signals); }

/// Throws Error where the rounds cannot be recorded.
void require_profiler(const Rounds& rounds, DeviceKind device, const std::string& why,
                      std::uint32_t last) {
    if (!has_profiler(device))
        throw Error("profiled rounds: only a CUDA device is profiled, this run is on the CPU (" +
                    why + ")");
    if (rounds.last > last)
        throw Error(fmt::format("profiled rounds: {} is after the last, experiment.rounds = {}",
                                rounds.last, last));
}

} // namespace

namespace {

/// What a run needs of its data after the experiment is made.
struct Known {
    std::string data; ///< for the reader
    DataHash hash;
};

/// The experiment; none where all ranks agree that it was stopped.
std::optional<Experiment> make(const Config& config, const RunOptions& options,
                               const std::stop_token& stop, Known& known) {
    const std::shared_ptr<Communicator> ranks = options.ranks ? options.ranks : alone();
    std::optional<Experiment> made;
    try { // an experiment keeps the data on its device: this copy ends here
        const Dataset loaded =
            options.dataset
                ? Dataset{}
                : load_once_a_machine(config.data, config.experiment.seed, *ranks, stop);
        const Dataset& dataset = options.dataset ? options.dataset(config) : loaded;
        made.emplace(config, dataset, stop, ranks);
        require_columns(measures_of(made->model()));
        known = {data_text(dataset), hash_of(dataset, made->clients())};
        known.hash.teacher = made->teacher_hash();
    } catch (const Stopped&) {
        made.reset();
    }
    if (any(*ranks, !made || stop.stop_requested())) return std::nullopt;
    return made;
}

/// A rank that is not the first: trains what is its own, as rank 0 says.
int follow(const Config& config, const RunOptions& options, const Signals& signals) {
    Communicator& ranks = *options.ranks;
    const auto done = from_first<std::uint32_t>(ranks, {}); // rounds; nothing: all
    if (done.empty()) return 0;
    Known known;
    std::optional<Experiment> experiment = make(config, options, signals.token(), known);
    if (!experiment) return stopped(signals);
    if (done.front() != 0) {
        const std::filesystem::path file = RunFolder::checkpoint_file_in(config.experiment.out);
        experiment->restore(read_checkpoint(file).state);
    }
    Ensemble(*experiment).follow(signals.token());
    return experiment->round() >= config.experiment.rounds ? 0 : stopped(signals);
}

} // namespace

int run(const Config& asked, const RunOptions& options, std::ostream& out) {
    const auto start = Clock::now();
    std::optional<Signals> own; // before any other thread
    const Signals& signals = options.signals != nullptr ? *options.signals : own.emplace();
    std::string why;
    const DeviceKind device = choose_device(asked.experiment.device, why);
    if (options.profiled) require_profiler(*options.profiled, device, why, asked.experiment.rounds);
    Config config = asked; // the precision decides the result, the device must not
    config.experiment.precision = choose_precision(asked.experiment.precision, device);
    if (options.ranks && options.ranks->rank() != 0) return follow(config, options, signals);
    const auto tell = [&](std::span<const std::uint32_t> done) {
        if (options.ranks) static_cast<void>(from_first(*options.ranks, done));
    };

    RunFolder folder(config, options.resume, options.input);
    if (!options.brief && !folder.warning().empty()) out << "warning: " << folder.warning() << '\n';
    const std::uint32_t done = folder.checkpoint() ? folder.checkpoint()->state.round : 0;
    std::optional<Keeping> kept;
    if (options.kept)
        kept.emplace(*options.kept, rounds_kept(*options.kept, config.experiment.rounds, done),
                     options.resume);
    if (folder.finished()) {
        tell({});
        out << fmt::format("{}: finished already\n", folder.name());
        if (options.brief) return 0;
        out << summary_text(read_summary(folder.summary_file()), folder.name());
        return 0;
    }
    if (options.resume && !options.brief && !folder.checkpoint())
        out << fmt::format("{}: no checkpoint yet, starting from the beginning\n", folder.name());

    tell({&done, 1});
    Known known;
    std::optional<Experiment> experiment = make(config, options, signals.token(), known);
    if (!experiment) {
        out << fmt::format("stopped by {} before training began\n", signal_name(signals))
            << std::flush;
        return stopped(signals);
    }
    Run current(config, folder, *experiment, known.hash, start);
    current.restore();
    out << opening_text(config, *experiment, known.data, why, current.round()) << '\n'
        << std::flush;

    current.train(signals, options.profiled, kept ? &*kept : nullptr, out);
    if (!current.complete()) {
        current.end();
        out << fmt::format("stopped by {} after round {} of {}; {}\n", signal_name(signals),
                           current.round(), config.experiment.rounds,
                           options.brief ? "the same command goes on from there"
                                         : going_on(current.round()))
            << std::flush;
        return stopped(signals);
    }
    current.finish(out);
    current.end();
    return 0;
}

} // namespace fedmrn
