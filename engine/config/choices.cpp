// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/config/choices.hpp"

#include "engine/method/registry.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/layers.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/metric.hpp"
#include "fedmrn/model.hpp"
#include "fedmrn/server.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

template <auto Registry> std::vector<const Part*> parts() { return Registry().parts(); }

const ChoiceKey choices[] = {
    {"data", "name", "the data set", "data set", "datasets",
     [](Config& c) -> Choice& { return c.data; }, parts<datasets>},
    {"data", "partition", "who holds which training samples", "partition", "partitions",
     [](Config& c) -> Choice& { return c.data.partition; }, parts<partitions>},
    {"model", "name", "the model", "model", "models", [](Config& c) -> Choice& { return c.model; },
     parts<models>},
    {"model", "loss", "what training makes small", "loss", "losses",
     [](Config& c) -> Choice& { return c.model.loss; }, parts<losses>, false},
    {"method", "name", "how an update becomes an uplink message; docs/methods.md", "method",
     "methods", [](Config& c) -> Choice& { return c.method; }, parts<methods>},
    {"server", "optimizer", "how the server moves the model by the mean update", "optimizer",
     "optimizers", [](Config& c) -> Choice& { return c.server.optimizer; },
     parts<server_optimizers>},
    {"server", "sampling", "who trains in a round", "sampler", "samplers",
     [](Config& c) -> Choice& { return c.server.sampling; }, parts<samplers>},
};

} // namespace

std::span<const ChoiceKey> choice_keys() { return choices; }

const ChoiceKey& stage_choice() {
    static const ChoiceKey stage{"stage",      "name",   "what is done between model and messages",
                                 "stage",      "stages", nullptr,
                                 parts<stages>};
    return stage;
}

std::vector<PartKind> part_kinds() {
    std::vector<PartKind> kinds;
    for (const ChoiceKey& choice : choices)
        kinds.push_back(
            {choice.full(), choice.noun, choice.nouns, false, choice.section, choice.parts});
    const ChoiceKey& stage = stage_choice();
    kinds.push_back({stage.full(), stage.noun, stage.nouns, false, stage.section, stage.parts});
    kinds.push_back({"model.metrics", "metric", "metrics", true, "", parts<metrics>});
    kinds.push_back({"model.layers", "layer", "layers", true, "", parts<layers>});
    return kinds;
}

} // namespace fedmrn
