// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedmrn/device_pointer.hpp"
#include "fedmrn/registry.hpp"

namespace fedmrn { // the library's own
class Device;
} // namespace fedmrn

#pragma GCC visibility push(default)
namespace fedmrn {

/// What a server optimiser keeps of each trainable parameter from round to round: the name that
/// checkpoints give it and the value that it begins with.
struct Moment {
    std::string name;
    double first = 0.0;
};

/// How the server moves the global state by the round's mean update. Stateless: what it keeps is an
/// argument.
class ServerOptimizer {
public:
    virtual ~ServerOptimizer() = default;
    [[nodiscard]] virtual std::vector<Moment> moments() const { return {}; }
    /// Whether a step at lr = 1 ends at global + mean, as methods want that set weights.
    [[nodiscard]] virtual bool plain() const { return false; }
    /// Changes global [elements] by mean [elements] at the learning rate lr, and the moments, an
    /// array [elements] each, as moments() lists them. All are the device's memory.
    virtual void step(Device& device, double lr, std::size_t elements,
                      DevicePointer<const double> mean,
                      std::span<const DevicePointer<double>> moments,
                      DevicePointer<float> global) const = 0;
};

/// A server optimiser that server.optimizer can say.
struct ServerOptimizerEntry : Part {
    double lr = 1.0; ///< what server.lr is where nobody says it
    std::function<std::unique_ptr<ServerOptimizer>(const Options&)> make = {};
};
Registry<ServerOptimizerEntry>& server_optimizers();

/// What a cohort is drawn from: first, of the ClientSplit, tells clients and their samples.
struct SamplerTask {
    std::uint64_t seed = 0; ///< the experiment's
    std::uint32_t round = 1;
    std::span<const std::uint64_t> first;
    std::uint64_t cohort = 1; ///< at most as many as there are clients
    [[nodiscard]] std::uint64_t clients() const { return first.size() - 1; }
    [[nodiscard]] std::uint64_t samples(std::uint64_t client) const {
        return first[client + 1] - first[client];
    }
};

/// A way to draw a round's cohort that server.sampling can say: `cohort` clients, none twice, a
/// function of the task alone.
struct SamplerEntry : Part {
    std::function<std::vector<std::uint64_t>(const SamplerTask&)> sample = {};
    /// What each of those that were drawn counts in the mean; without one: its samples.
    std::function<std::vector<std::uint64_t>(const SamplerTask&,
                                             std::span<const std::uint64_t> sampled)>
        weights = {};
};
Registry<SamplerEntry>& samplers();

} // namespace fedmrn
#pragma GCC visibility pop
