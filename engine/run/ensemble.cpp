// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/ensemble.hpp"

#include <utility>

#include "engine/cluster/exchange.hpp"

namespace fedmrn {

void Ensemble::say(Step step) {
    if (ranks_.size() > 1) static_cast<void>(from_first(ranks_, std::span<const Step>(&step, 1)));
}

std::optional<RoundMetrics>
Ensemble::run_round(const std::stop_token& stop, const Experiment::Progress& progress,
                    std::function<void(const UplinkMessage&)> messages) {
    say(messages ? Step::shown_round : Step::round);
    experiment_.on_message(std::move(messages));
    return experiment_.run_round(stop, progress);
}

ServerState Ensemble::whole_state() {
    say(Step::state);
    return experiment_.whole_state();
}

Evaluation Ensemble::evaluate() {
    say(Step::evaluation);
    return experiment_.evaluate();
}

std::optional<Evaluation> Ensemble::evaluate_deployed() {
    say(Step::deployed);
    return experiment_.evaluate_deployed();
}

std::vector<Evaluation> Ensemble::evaluate_clients() {
    say(Step::clients);
    return experiment_.evaluate_clients();
}

Traffic Ensemble::traffic() {
    say(Step::traffic);
    return experiment_.traffic();
}

void Ensemble::end() { say(Step::end); }

void Ensemble::follow(const std::stop_token& stop) {
    for (;;) {
        const Step step = from_first<Step>(ranks_, {}).front();
        switch (step) {
        case Step::shown_round:
        case Step::round:
            experiment_.on_message(step == Step::shown_round
                                       ? [](const UplinkMessage&) {}
                                       : std::function<void(const UplinkMessage&)>{});
            static_cast<void>(experiment_.run_round(stop));
            break;
        case Step::state:
            static_cast<void>(experiment_.whole_state());
            break;
        case Step::evaluation:
            static_cast<void>(experiment_.evaluate());
            break;
        case Step::deployed:
            static_cast<void>(experiment_.evaluate_deployed());
            break;
        case Step::clients:
            static_cast<void>(experiment_.evaluate_clients());
            break;
        case Step::traffic:
            static_cast<void>(experiment_.traffic());
            break;
        case Step::end:
            return;
        }
    }
}

} // namespace fedmrn
