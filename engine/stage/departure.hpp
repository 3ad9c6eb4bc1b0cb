// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "engine/method/round.hpp"

namespace fedmrn {

/// Clients that were trained together, on the way into their messages. Lives until these are
/// collected, and with it what stages have changed of the updates.
class Departure {
public:
    /// variables: floats of an update. memory: of each client what it keeps, on the host, empty at
    /// first; null, or none at all: nothing is kept.
    Departure(Device& device, std::span<const TrainedClient> clients,
              std::span<std::vector<float>* const> memory, std::size_t variables)
        : device_(device), clients_(clients.begin(), clients.end()),
          memory_(memory.begin(), memory.end()), variables_(variables) {
        memory_.resize(clients_.size());
    }

    [[nodiscard]] std::span<const TrainedClient> clients() const { return clients_; }
    /// A client's update, in device memory of its own, to be changed.
    [[nodiscard]] DevicePointer<float> update(std::size_t client);

    /// What the stage kept of a client in the last round that it was in; empty if it was in none.
    [[nodiscard]] std::span<const float> kept(std::size_t client) const;
    /// What the stage keeps of it for the next, to be filled; empty if nothing is.
    [[nodiscard]] std::span<float> keep(std::size_t client);

    /// A stage's part of what all of them keep; Stages says whose turn it is.
    struct Part {
        std::size_t offset = 0, floats = 0, all = 0;
    };
    void turn_to(const Part& part) { part_ = part; }

private:
    Device& device_;
    std::vector<TrainedClient> clients_;
    std::vector<std::vector<float>*> memory_;
    std::size_t variables_;
    Buffer<float> updates_; ///< [clients][variables], once a stage has asked
    Part part_;
};

} // namespace fedmrn
