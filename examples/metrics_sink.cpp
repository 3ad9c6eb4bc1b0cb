// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// Metrics as rounds come, to whoever wants them: a table in CSV and a line of JSON a round. The
// library writes nothing by itself.
//   metrics_sink FOLDER
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fedmrn/config_file.hpp>
#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>

namespace {

class Sink {
public:
    virtual ~Sink() = default;
    virtual void take(const fedmrn::RoundMetrics& round) = 0;
};

class Csv final : public Sink {
public:
    explicit Csv(const std::string& path) : file_(path) {}
    void take(const fedmrn::RoundMetrics& round) override {
        if (round.round == 1) {
            file_ << "round,loss,uplink_bytes";
            for (const auto& metric : round.metrics) file_ << ',' << metric.name;
            file_ << '\n';
        }
        file_ << round.round << ',' << number(round.loss, "") << ',' << round.uplink_bytes;
        for (const auto& metric : round.metrics) file_ << ',' << number(metric.value, "");
        file_ << std::endl; // each round can be read while the next one trains
    }

    /// none: what stands where there was no evaluation.
    static std::string number(const std::optional<double>& value, const char* none) {
        return value ? std::to_string(*value) : none;
    }

private:
    std::ofstream file_;
};

class JsonLines final : public Sink {
public:
    explicit JsonLines(const std::string& path) : file_(path) {}
    void take(const fedmrn::RoundMetrics& round) override {
        file_ << "{\"round\": " << round.round << ", \"loss\": " << Csv::number(round.loss, "null");
        for (const auto& metric : round.metrics) {
            file_ << ", \"" << metric.name << "\": " << Csv::number(metric.value, "null");
        }
        file_ << '}' << std::endl;
    }

private:
    std::ofstream file_;
};

} // namespace

int main(int count, char** words) {
    const std::string folder = count > 1 ? words[1] : ".";
    try {
        const std::vector<std::string> said{
            "experiment.rounds=4", "data.name=synthetic", "data.clients=5",     "client.cohort=5",
            "model.name=mlp",      "method.name=fedavg",  "server.eval_every=2"};
        const fedmrn::Config config = fedmrn::parse_config("", "metrics_sink", said);
        fedmrn::Experiment run(config, fedmrn::load_dataset(config.data, config.experiment.seed));

        std::vector<std::unique_ptr<Sink>> sinks;
        sinks.push_back(std::make_unique<Csv>(folder + "/metrics.csv"));
        sinks.push_back(std::make_unique<JsonLines>(folder + "/metrics.jsonl"));
        while (run.state().round < config.experiment.rounds) {
            const auto round = run.run_round();
            for (const auto& sink : sinks) sink->take(*round);
        }
        return 0;
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "metrics_sink: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
