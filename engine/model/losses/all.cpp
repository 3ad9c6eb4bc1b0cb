// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/head.hpp"
#include "fedmrn/schema.hpp"

// The losses and metrics of the engine that have a name.
namespace fedmrn {
namespace {

LossEntry loss(const char* name, const char* title, const char* help, LossPtr (*make)()) {
    LossEntry entry{{name, title, help}};
    entry.make = [make](const Options&) { return make(); };
    return entry;
}

MetricEntry metric(const char* name, const char* title, const char* help, MetricPtr (*make)()) {
    MetricEntry entry{{name, title, help}};
    entry.make = [make](const Options&) { return make(); };
    return entry;
}

MetricEntry top_k_entry() {
    struct TopKOptions {
        std::uint32_t k = 5;
    };
    const auto schema = Schema<TopKOptions>().integer("k", &TopKOptions::k, 1, 65535,
                                                      "places that the label may have");
    MetricEntry entry{{"topk", "top-k accuracy",
                       "share of the samples whose label is among the k likeliest; called top5",
                       schema.options()}};
    entry.make = [schema](const Options& said) { return top_k(schema.read(said).k); };
    entry.called = [schema](const Options& said) {
        return "top" + std::to_string(schema.read(said).k);
    };
    return entry;
}

} // namespace

Registry<LossEntry>& losses() {
    static Registry<LossEntry> registry(
        "model.loss", {
                          loss("cross_entropy", "cross-entropy",
                               "softmax cross-entropy of logits and labels", cross_entropy),
                      });
    return registry;
}

Registry<MetricEntry>& metrics() {
    static Registry<MetricEntry> registry(
        "model.metrics",
        {
            metric("accuracy", "accuracy", "share of the samples whose label is the likeliest",
                   top1),
            top_k_entry(),
            metric("perplexity", "perplexity",
                   "exponential of the mean cross-entropy: the lower the better", perplexity),
        });
    return registry;
}

std::vector<Measure> measures_of(std::span<const Choice> metrics) {
    std::vector<Measure> measures;
    for (const Choice& choice : metrics) {
        const auto [name, metric] = make_metric(choice);
        for (const Measure& other : measures) {
            if (other.name == name) {
                throw Error("model.metrics: expected different ones, found " + name + " twice");
            }
        }
        measures.push_back({name, metric->better(), metric->unit()});
    }
    return measures;
}

NamedMetric make_metric(const Choice& choice) {
    const MetricEntry& entry = metrics().checked(choice);
    return {entry.called ? entry.called(choice.options) : entry.name, entry.make(choice.options)};
}

Head make_head(const ModelConfig& config) {
    Head head{losses().checked(config.loss).make(config.loss.options), {}};
    (void)measures_of(config.metrics); // that none is there twice
    for (const Choice& choice : config.metrics) {
        head.metrics.push_back(make_metric(choice));
    }
    return head;
}

} // namespace fedmrn
