// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "study.hpp"

#include <algorithm>
#include <cmath>

#include "fedmrn/experiment.hpp"
#include "problem.hpp"

namespace fedmrn::convergence {
namespace {

constexpr double strong = 0.1; ///< µ
constexpr double steps = 5;    ///< local steps a round
constexpr double gamma = 200;  ///< local steps, of the step size's denominator

/// F(w_T) − F* as one run passes each T.
std::vector<double> gaps(const Config& config, const std::vector<double>& at) {
    const Dataset data = load_dataset(config.data, config.experiment.seed);
    const LogisticRegression problem(data, config.client.l2);
    const double minimum = problem.minimum();
    Experiment experiment(config, data);
    std::vector<double> found;
    for (const double rounds : at) {
        while (experiment.state().round < rounds) experiment.run_round();
        const std::vector<float> w = experiment.weights();
        found.push_back(problem.value(std::vector<double>(w.begin(), w.end())) - minimum);
    }
    return found;
}

/// The mean of ‖∇F(w_t)‖² over 16 rounds spread evenly over a run of so many.
double mean_squared_gradient(const Config& config, std::uint32_t rounds) {
    const Dataset data = load_dataset(config.data, config.experiment.seed);
    Experiment experiment(config, data);
    constexpr std::uint32_t looks = 16;
    double sum = 0;
    for (std::uint32_t look = 0; look < looks; ++look) {
        while (2 * looks * experiment.state().round < (2 * look + 1) * rounds)
            experiment.run_round();
        sum += squared_gradient(data, experiment.model(), experiment.weights());
    }
    return sum / looks;
}

/// first, 2 · first, 4 · first, … up to last.
std::vector<double> doubled(std::uint32_t first, std::uint32_t last) {
    std::vector<double> all;
    for (std::uint64_t t = first; t <= last; t *= 2) all.push_back(static_cast<double>(t));
    return all;
}

} // namespace

Config base(const std::string& method) {
    Config config;
    config.experiment.lanes = 1;
    config.experiment.device = DeviceKind::cpu;
    config.data.name = "synthetic";
    config.data.clients = 20;
    config.client.cohort = 5;
    config.client.batch = 10;
    config.method = {method};
    if (method == "fedmrn") {
        config.method.options = {{"noise", "bernoulli"}, {"magnitude_decay", true}};
    }
    config.experiment.rounds = config.server.eval_every = 1'000'000; // nobody wants the accuracy
    return config;
}

Series optimality_gaps(Config config, std::uint32_t seeds, std::vector<double> at) {
    Series series{std::move(at), {}};
    for (config.experiment.seed = 1; config.experiment.seed <= seeds; ++config.experiment.seed) {
        series.values.push_back(gaps(config, series.at));
    }
    return series;
}

Series strongly_convex(const std::string& method, std::uint32_t seeds, std::uint32_t rounds) {
    Config config = base(method);
    config.model.name = "logistic";
    config.client.l2 = strong;
    config.client.schedule = Schedule::inverse;
    config.client.decay_rounds = gamma / steps;
    config.client.lr = (method == "fedmrn" ? 4 : 2) / (strong * gamma);
    if (method == "fedmrn") {
        config.method["magnitude"] = 0.2;
    }
    return optimality_gaps(config, seeds, doubled(256, rounds));
}

Series non_convex(const std::string& method, std::uint32_t seeds, std::uint32_t first,
                  std::uint32_t last) {
    Config config = base(method);
    config.model.name = "mlp";
    Series series;
    series.at = doubled(first, last);
    for (config.experiment.seed = 1; config.experiment.seed <= seeds; ++config.experiment.seed) {
        std::vector<double>& found = series.values.emplace_back();
        for (const double t : series.at) {
            config.client.lr = 8 / std::sqrt(t);
            if (method == "fedmrn") {
                config.method["magnitude"] = 4 / std::sqrt(t);
            }
            found.push_back(mean_squared_gradient(config, static_cast<std::uint32_t>(t)));
        }
    }
    return series;
}

} // namespace fedmrn::convergence
