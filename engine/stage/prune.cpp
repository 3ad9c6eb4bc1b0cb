// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/prune.hpp"

#include "engine/stage/quantization.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

const char stage_name[] = "prune";

Schema<PruningOptions> pruning_schema() {
    using O = PruningOptions;
    const Condition unstructured{"pattern = unstructured", [](const Config& config) {
                                     const Options said = options_of(config, stage_name);
                                     const auto pattern = said.find("pattern");
                                     return pattern == said.end() ||
                                            pattern->second ==
                                                KeyValue(std::string("unstructured"));
                                 }};
    return Schema<O>()
        .word("pattern", &O::pattern,
              {{"unstructured", O::Pattern::unstructured}, {"2:4", O::Pattern::two_of_four}},
              "any weights, or two of each four neighbours of an output's weights")
        .integer("start", &O::start, 1, 1'000'000'000, "the first round that prunes")
        .number("sparsity", &O::sparsity, {'[', 0, 1, ')'},
                "share of the weights that end up pruned")
        .when(unstructured)
        .integer("end", &O::end, 1, 1'000'000'000,
                 "the round from which on that share is pruned; that of start: at once")
        .follows("start", [](const O& o) { return KeyValue(std::int64_t{o.start}); })
        .when(unstructured)
        .number("initial", &O::initial, {'[', 0, 1, ')'},
                "share that round start prunes, where end is later")
        .when(unstructured)
        .word("scope", &O::scope, {{"global", O::Scope::global}, {"layer", O::Scope::layer}},
              "whose magnitudes are compared: those of all tensors, or of each")
        .when(unstructured)
        .number(
            "regrow", &O::regrow, {'[', 0, 1, ')'},
            "share of the kept weights that is replaced by those that are moved furthest; 0: none")
        .when(unstructured)
        .integer("regrow_every", &O::regrow_every, 1, 1'000'000'000,
                 "rounds from one time to the next, after end")
        .when(unstructured);
}

/// Why a method's model cannot be pruned by its magnitudes; empty: it can.
std::string refused_method(const std::string& method) {
    if (method == "fedpm") {
        return "method fedpm trains scores of frozen weights, whose magnitudes are all alike";
    }
    if (method == "fedsparsify") {
        return "method fedsparsify prunes by itself (method.sparsity)";
    }
    return "";
}

} // namespace

void Prune::on_model(Device& device, std::uint32_t round, DevicePointer<float> model) const {
    tensors_.clear(device, tensors_.pruned(device, round, model), model);
}

RoundData Prune::round_data(Device& device, const RoundContext& round) const {
    std::vector<std::uint32_t> words = tensors_.pruned(device, round.round, round.global);
    const std::vector<std::uint32_t> gradient =
        regrows_in(options_, round.round) ? std::vector<std::uint32_t>(words.size()) : words;
    words.insert(words.end(), gradient.begin(), gradient.end());
    const auto bytes = std::as_bytes(std::span(words));
    return {bytes.begin(), bytes.end()};
}

void Prune::on_weights(Device& device, const LocalStep& step) const {
    tensors_.clear(device, step.data_as<std::uint32_t>(), step.lanes, step.states, step.weights);
}

void Prune::on_weight_gradient(Device& device, const LocalStep& step) const {
    tensors_.clear(device, step.data_as<std::uint32_t>() + tensors_.words(), step.lanes,
                   step.states, step.gradient);
}

std::vector<std::uint32_t> Prune::left_out(Device& device, const RoundContext& round) const {
    if (regrows_in(options_, round.round)) {
        return {};
    }
    return tensors_.as_one(tensors_.pruned(device, round.round, round.global));
}

void Prune::on_server_step(Device& device, const RoundContext& round,
                           DevicePointer<float> model) const {
    tensors_.clear(device, tensors_.pruned_after(device, round.round, round.global, model), model);
}

StageEntry prune_entry() {
    const auto schema = pruning_schema();
    StageEntry entry{{stage_name, "prune",
                      "the smallest weights become 0 and stay it, in local steps and on the server",
                      schema.options()}};
    entry.label = [schema](const Options& said) {
        return "prune (" + pruning_text(schema.read(said)) + ")";
    };
    entry.refuses = [schema](const Config& config) {
        const std::string method = refused_method(config.method.name);
        return method.empty() ? pruning_fault(schema.read(options_of(config, stage_name))) : method;
    };
    entry.make = [schema](const Options& said, const StageSetting& setting) {
        return std::make_shared<const Prune>(schema.read(said), setting.layout);
    };
    return entry;
}

} // namespace fedmrn
