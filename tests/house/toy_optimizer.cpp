// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/schema.hpp"
#include "fedmrn/server.hpp"
#include "kernels/device.hpp"
#include "tests/house/toys.hpp"

// A server optimiser: a step of one size along the sign of the mean update. It knows no kernel:
// what a contract would do on the device, it does on the host.
namespace fedmrn::test {
namespace {

struct SignsOptions {
    double step = 1e-3;
};

class Signs final : public ServerOptimizer {
public:
    explicit Signs(double step) : step_(step) {}
    [[nodiscard]] std::vector<Moment> moments() const override { return {{"steps"}}; }
    void step(Device& device, double lr, std::size_t elements, DevicePointer<const double> mean,
              std::span<const DevicePointer<double>> moments,
              DevicePointer<float> global) const override {
        std::vector<double> way(elements), steps(elements);
        std::vector<float> state(elements);
        device.copy_out(way.data(), mean, elements * sizeof(double));
        device.copy_out(steps.data(), moments[0], elements * sizeof(double));
        device.copy_out(state.data(), global, elements * sizeof(float));
        for (std::size_t i = 0; i < elements; ++i) {
            const double sign = way[i] > 0 ? 1 : way[i] < 0 ? -1 : 0;
            state[i] = static_cast<float>(state[i] + lr * step_ * sign);
            steps[i] += 1;
        }
        device.copy_in(moments[0], steps.data(), elements * sizeof(double));
        device.copy_in(global, state.data(), elements * sizeof(float));
    }

private:
    double step_;
};

} // namespace

void register_signs() {
    const auto schema = Schema<SignsOptions>().number("step", &SignsOptions::step, {'(', 0, 1, ']'},
                                                      "of every parameter");
    ServerOptimizerEntry entry{{"signs", "Signs", "steps of one size", schema.options()}};
    entry.make = [schema](const Options& said) {
        return std::make_unique<Signs>(schema.read(said).step);
    };
    server_optimizers().add(std::move(entry));
}

} // namespace fedmrn::test
