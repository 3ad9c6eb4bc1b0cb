// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/zoo/models.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"

// A model that a file spells: layers by their names, one on the other.
namespace fedmrn {
namespace {

struct SequentialOptions {
    std::vector<Choice> layers{Choice("linear", {{"out", std::int64_t{128}}}), Choice("relu")};
};

/// Runs work and says of which layer of the list an error is.
template <class Work> auto at_place(std::size_t i, const Choice& choice, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw Error("layers: " + place_text(i, choice) + ": " + error.what());
    }
}

/// The list with the linear layer to the classes: a last one without `out`, or one that is added.
std::vector<Choice> with_output(std::vector<Choice> layers, std::uint32_t classes) {
    const bool said =
        !layers.empty() && layers.back().name == "linear" && !layers.back().options.contains("out");
    if (!said) {
        layers.emplace_back("linear");
    }
    layers.back()["out"] = std::int64_t{classes};
    return layers;
}

/// Its samples: images or other numbers, or a row of tokens, as `embedding` reads them.
Value input_of(Graph& graph, const DataShape& data) {
    const ColumnType* x = data.find("x");
    if (x == nullptr || data.classes == 0) {
        throw Error("expected columns x and label (a class a sample), found " + text_of(data));
    }
    Tensor tensor = x->tensor;
    if (tensor.element == Element::u8 || tensor.element == Element::f32) {
        tensor.element = Element::real;
    }
    return graph.input("x", tensor);
}

void check_names(const std::vector<Choice>& layers) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        at_place(i, layers[i], [&] { check_layer(layers[i]); });
    }
}

Model sequential(const std::vector<Choice>& said, const DataShape& data, const Head& head) {
    const std::vector<Choice> list = with_output(said, data.classes);
    Graph g;
    Value h = input_of(g, data);
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i].name == "flatten" && list[i + 1].name == "linear") {
            continue; // which takes all of a sample, and its weights then keep the order of PyTorch
        }
        h = at_place(i, list[i], [&] {
            const LayerEntry& entry = layers().at(list[i].name);
            const bool joins = entry.joins && entry.joins(list[i].options);
            return g.add(make_layer(list[i], g.tensor(h)), {h}, joins ? g.name(h) : "");
        });
    }
    return classifier(g, data, head, h, "sequential");
}

} // namespace

ModelEntry sequential_entry() {
    const auto schema = Schema<SequentialOptions>().list(
        "layers", &SequentialOptions::layers,
        "conv(out=32), relu, maxpool(size=2), flatten, linear(out=128), relu",
        "the layers, as fedmrn layers lists them; a linear one to the classes is added, unless the "
        "list ends in a linear without `out`, which then is that one");
    ModelEntry entry{
        {"sequential", "sequential", "layers by their names, one on the other", schema.options()}};
    entry.check = [schema](const Options& said) {
        check_names(with_output(schema.read(said).layers, 1));
    };
    entry.make = [schema](const Options& said, const DataShape& data, const Head& head) {
        return sequential(schema.read(said).layers, data, head);
    };
    return entry;
}

} // namespace fedmrn
