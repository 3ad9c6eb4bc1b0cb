// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage/stage.hpp"

// Stages that only add to the descent.
namespace fedmrn {

/// Weight decay, of the weights or of the update, as the method trains.
class WeightDecay final : public Stage {
public:
    explicit WeightDecay(double rate) : rate_(rate) {}
    void on_descent(Pull& pull) const override { pull.decay += rate_; }

private:
    double rate_;
};

/// Pulls the weights, whatever is trained.
class L2 final : public Stage {
public:
    explicit L2(double rate) : rate_(rate) {}
    void on_descent(Pull& pull) const override {
        pull.decay += rate_;
        pull.decays_weights = true;
    }

private:
    double rate_;
};

/// FedProx (Li et al., MLSys 2020): pulls the update.
class Proximal final : public Stage {
public:
    explicit Proximal(double rate) : rate_(rate) {}
    void on_descent(Pull& pull) const override { pull.proximal += rate_; }

private:
    double rate_;
};

} // namespace fedmrn
