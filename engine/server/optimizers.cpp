// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/schema.hpp"
#include "fedmrn/server.hpp"
#include "kernels/update.hpp"

namespace fedmrn {
namespace {

struct SgdOptions {
    double momentum = 0.0;
};

/// FedAvg's step and, with momentum, FedAvgM's (Hsu et al., 2019).
class Sgd final : public ServerOptimizer {
public:
    explicit Sgd(double momentum) : momentum_(momentum) {}
    [[nodiscard]] std::vector<Moment> moments() const override {
        return momentum_ != 0.0 ? std::vector<Moment>{{"velocity"}} : std::vector<Moment>{};
    }
    [[nodiscard]] bool plain() const override { return momentum_ == 0.0; }
    void step(Device& device, double lr, std::size_t elements, DevicePointer<const double> mean,
              std::span<const DevicePointer<double>> moments,
              DevicePointer<float> global) const override {
        DevicePointer<double> velocity = moments.empty() ? nullptr : moments[0];
        kernels::server_step(device, lr, momentum_, elements, mean, velocity, global);
    }

private:
    double momentum_;
};

struct AdaptiveOptions {
    double beta1 = 0.9, beta2 = 0.99, tau = 1e-3;
};

/// FedAdam and FedYogi (Reddi et al., ICLR 2021).
class Adaptive final : public ServerOptimizer {
public:
    Adaptive(const AdaptiveOptions& options, bool yogi) : options_(options), yogi_(yogi) {}
    [[nodiscard]] std::vector<Moment> moments() const override {
        return {{"velocity"}, {"second", options_.tau * options_.tau}};
    }
    void step(Device& device, double lr, std::size_t elements, DevicePointer<const double> mean,
              std::span<const DevicePointer<double>> moments,
              DevicePointer<float> global) const override {
        const formula::AdaptiveRule rule{lr, options_.beta1, options_.beta2, options_.tau, yogi_};
        kernels::adaptive_server_step(device, rule, elements, mean, moments[0], moments[1], global);
    }

private:
    AdaptiveOptions options_;
    bool yogi_;
};

ServerOptimizerEntry sgd() {
    const auto schema = Schema<SgdOptions>().number("momentum", &SgdOptions::momentum,
                                                    {'[', 0, 1, ')'}, "FedAvgM's µ");
    ServerOptimizerEntry entry{{"sgd", "SGD", "the mean update", schema.options()}};
    entry.make = [schema](const Options& said) {
        return std::make_unique<Sgd>(schema.read(said).momentum);
    };
    return entry;
}

ServerOptimizerEntry adaptive(const char* name, const char* title, bool yogi) {
    using A = AdaptiveOptions;
    const auto schema = Schema<A>()
                            .number("beta1", &A::beta1, {'[', 0, 1, ')'}, "of the mean")
                            .number("beta2", &A::beta2, {'[', 0, 1, ')'}, "of the squares")
                            .number("tau", &A::tau, {'(', 0, 1e6, ']'}, "adaptivity");
    ServerOptimizerEntry entry{{name, title, "a rate for each parameter", schema.options()}};
    entry.lr = 0.01;
    entry.make = [schema, yogi](const Options& said) {
        return std::make_unique<Adaptive>(schema.read(said), yogi);
    };
    return entry;
}

} // namespace

Registry<ServerOptimizerEntry>& server_optimizers() {
    static Registry<ServerOptimizerEntry> registry(
        "server.optimizer",
        {sgd(), adaptive("adam", "FedAdam", false), adaptive("yogi", "FedYogi", true)});
    return registry;
}

} // namespace fedmrn
