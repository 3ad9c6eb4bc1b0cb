// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "study.hpp"

#include <algorithm>
#include <cmath>

#include "engine/method/registry.hpp"
#include "fedmrn/experiment.hpp"
#include "problem.hpp"

namespace fedmrn::convergence {
namespace {

constexpr double strong = 0.1;  ///< µ
constexpr double steps = 5;     ///< local steps a round
constexpr double gamma = 200;   ///< local steps, of the step size's denominator
constexpr double shortest = 64; ///< horizon, of steps and noise that do not fall with it

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
        sum += squared_gradient(data, experiment.model(), experiment.weights(), config.client.l2);
    }
    return sum / looks;
}

/// first, 2 · first, 4 · first, … up to last.
std::vector<double> doubled(std::uint32_t first, std::uint32_t last) {
    std::vector<double> all;
    for (std::uint64_t t = first; t <= last; t *= 2) all.push_back(static_cast<double>(t));
    return all;
}

/// What both studies have in common.
Config base(const std::string& method, const Variant& variant) {
    Config config;
    config.experiment.lanes = 1;
    config.experiment.device = DeviceKind::cpu;
    config.data.name = "synthetic";
    config.data.clients = 20;
    config.client.cohort = 5;
    config.client.batch = 10;
    config.method = {method};
    if (method == "fedmrn") config.method["noise"] = variant.noise;
    config.experiment.rounds = config.server.eval_every = 1'000'000; // nobody wants the accuracy
    return config;
}

void set(Config& config, double step, double noise) {
    config.client.lr = step;
    if (config.method.name == "fedmrn") config.method["magnitude"] = noise;
}

/// As a file's keys have it that names the method alone.
void set_defaults(Config& config) { config.client.lr = methods().at(config.method.name).lr; }

} // namespace

Config strongly_convex_setting(const std::string& method, const Variant& variant) {
    Config config = base(method, variant);
    config.model.name = "logistic";
    config.client.l2 = strong;
    config.client.schedule = variant.step_falls ? Schedule::inverse : Schedule::constant;
    config.client.decay_rounds = gamma / steps;
    if (method == "fedmrn") config.method["magnitude_decay"] = variant.noise_falls;
    if (variant.defaults) {
        set_defaults(config);
    } else {
        set(config, (method == "fedmrn" ? 4 : 2) / (strong * gamma), 0.2);
    }
    return config;
}

Config non_convex_setting(const std::string& method, const Variant& variant, double horizon) {
    Config config = base(method, variant);
    config.model.name = "mlp";
    config.client.l2 = variant.l2;
    if (variant.defaults) {
        set_defaults(config);
    } else {
        set(config, 8 / std::sqrt(variant.step_falls ? horizon : shortest),
            4 / std::sqrt(variant.noise_falls ? horizon : shortest));
    }
    return config;
}

Series strongly_convex(const std::string& method, const Variant& variant, Range range) {
    Config config = strongly_convex_setting(method, variant);
    Series series{doubled(range.first, range.last), {}};
    for (config.experiment.seed = 1; config.experiment.seed <= range.seeds;
         ++config.experiment.seed) {
        series.values.push_back(gaps(config, series.at));
    }
    return series;
}

Series non_convex(const std::string& method, const Variant& variant, Range range) {
    Series series{doubled(range.first, range.last), {}};
    for (std::uint32_t seed = 1; seed <= range.seeds; ++seed) {
        std::vector<double>& found = series.values.emplace_back();
        for (const double horizon : series.at) {
            Config config = non_convex_setting(method, variant, horizon);
            config.experiment.seed = seed;
            found.push_back(mean_squared_gradient(config, static_cast<std::uint32_t>(horizon)));
        }
    }
    return series;
}

} // namespace fedmrn::convergence
