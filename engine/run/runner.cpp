// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/runner.hpp"

#include <ostream>
#include <utility>

#include <fmt/core.h>

#include "engine/run/atomic_file.hpp"
#include "engine/run/chart.hpp"
#include "engine/run/config.hpp"
#include "engine/run/export.hpp"
#include "engine/run/metrics_file.hpp"
#include "engine/run/progress.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_text.hpp"
#include "engine/run/signals.hpp"
#include "engine/run/summary.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/device.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// A run that has its folder, its experiment and its books.
class Run {
public:
    Run(const Config& config, RunFolder& folder, Experiment& experiment)
        : config_(config), folder_(folder), experiment_(experiment) {}

    void restore();
    void train(const Signals& signals, const std::optional<Rounds>& profiled, std::ostream& out);
    void finish(std::ostream& out) const;

    [[nodiscard]] std::uint32_t round() const { return experiment_.state().round; }
    [[nodiscard]] bool complete() const { return round() >= config_.experiment.rounds; }

private:
    void save(MetricsLog& log);

    const Config& config_;
    RunFolder& folder_;
    Experiment& experiment_;
    Ledger ledger_;
    std::optional<std::uint32_t> saved_; ///< round of the checkpoint on disk
};

void Run::restore() {
    if (auto& checkpoint = folder_.checkpoint()) {
        require_model(*checkpoint, experiment_.model(), folder_.checkpoint_file());
        ledger_ = checkpoint->ledger;
        saved_ = checkpoint->state.round;
        experiment_.restore(std::move(checkpoint->state));
        checkpoint.reset();
    }
    folder_.begin(config_, round());
}

void Run::save(MetricsLog& log) {
    if (saved_ == round()) return;
    log.sync();
    write_checkpoint(folder_.checkpoint_file(),
                     {experiment_.state(), ledger_, experiment_.model().name, to_toml(config_)});
    saved_ = round();
}

void Run::train(const Signals& signals, const std::optional<Rounds>& profiled, std::ostream& out) {
    MetricsLog log(folder_.metrics_file());
    Progress progress(out, terminal_of(out), config_.experiment.rounds, round(),
                      ledger_.uplink_bytes);
    bool profiling = false;
    while (!complete() && !signals.token().stop_requested()) {
        const bool inside =
            profiled && profiled->first <= round() + 1 && round() + 1 <= profiled->last;
        if (inside != std::exchange(profiling, inside)) experiment_.profile(inside);
        const auto metrics =
            experiment_.run_round(signals.token(), [&](double share, std::uint64_t samples) {
                progress.update(share, samples);
            });
        if (!metrics) break;
        ledger_.add(*metrics, config_.client.cohort);
        log.append(*metrics);
        if (complete() || round() % config_.experiment.checkpoint_every == 0) save(log);
        progress.round_done(*metrics);
    }
    if (profiling) experiment_.profile(false);
    save(log);
}

void Run::finish(std::ostream& out) const {
    const Summary summary = summarise(experiment_, ledger_);
    const Metadata about{
        {"format", "pt"}, {"model", experiment_.model().name}, {"hash", summary.model_hash}};
    export_model(folder_.model_file(), experiment_.model(), experiment_.weights(), about);
    const Curve curve = curve_of(method_name(config_), read_metrics(folder_.metrics_file()));
    write_atomically(folder_.chart_file(), chart_svg({&curve, 1}, setting_name(config_)));
    write_summary(folder_.summary_file(), summary); // last: its being there says that all is
    out << '\n' << summary_text(summary, ledger_.messages, folder_.name()) << std::flush;
}

} // namespace

int run(const Config& asked, const RunOptions& options, std::ostream& out) {
    std::optional<Signals> own; // before any other thread
    const Signals& signals = options.signals != nullptr ? *options.signals : own.emplace();
    std::string why;
    const DeviceKind device = choose_device(asked.experiment.device, why);
    if (options.profiled && device == DeviceKind::cpu)
        throw Error("--profile: only a CUDA device is profiled, this run is on the CPU (" + why +
                    ")");
    if (options.profiled && options.profiled->last > asked.experiment.rounds)
        throw Error(fmt::format("--profile: round {} is after the last, experiment.rounds = {}",
                                options.profiled->last, asked.experiment.rounds));
    Config config = asked; // the precision decides the result, the device must not
    config.experiment.precision = choose_precision(asked.experiment.precision, device);

    RunFolder folder(config, options.resume);
    if (folder.finished()) {
        out << fmt::format("{}: finished already\n", folder.name());
        if (options.brief) return 0;
        out << summary_text(read_summary(folder.summary_file()),
                            folder.checkpoint()->ledger.messages, folder.name());
        return 0;
    }
    if (options.resume && !options.brief && !folder.checkpoint())
        out << fmt::format("{}: no checkpoint yet, starting from the beginning\n", folder.name());

    std::string data;
    Experiment experiment = [&] { // which keeps the data on its device: ours is let go of
        const Dataset loaded =
            options.dataset ? Dataset{} : load_dataset(config.data, config.experiment.seed);
        const Dataset& dataset = options.dataset ? options.dataset(config) : loaded;
        data = data_text(dataset);
        return Experiment(config, dataset);
    }();
    Run current(config, folder, experiment);
    current.restore();
    out << opening_text(config, experiment, data, why, current.round()) << '\n' << std::flush;

    current.train(signals, options.profiled, out);
    if (!current.complete()) {
        out << fmt::format("stopped by {} after round {} of {}; {} goes on from there\n",
                           signals.number() == SIGTERM ? "SIGTERM" : "SIGINT", current.round(),
                           config.experiment.rounds,
                           options.brief ? "the same command" : "--resume")
            << std::flush;
        return 128 + signals.number();
    }
    current.finish(out);
    return 0;
}

} // namespace fedmrn
