// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/requirements.hpp"

#include <algorithm>
#include <string>

#include "engine/method/registry.hpp"
#include "engine/server/model_columns.hpp"
#include "fedmrn/error.hpp"
#include "kernels/formula/augment.hpp"

namespace fedmrn {

void require_fit(const Config& config, const Dataset& dataset, const ClientSplit& clients) {
    if (config.client.cohort > clients.clients()) {
        throw Error("client.cohort: expected at most the number of clients (" +
                    std::to_string(clients.clients()) + "), found " +
                    std::to_string(config.client.cohort));
    }
    for (std::size_t k = 0; k < clients.clients(); ++k) {
        if (clients.samples(k) == 0) {
            throw Error("data: client " + std::to_string(k) +
                        " holds no samples; lower data.clients or choose another partition");
        }
    }
    if (dataset.test.samples() == 0) {
        throw Error("data " + dataset.name + ": no test samples");
    }
}

void require_augmentable(const Model& model, const Dataset& dataset) {
    bool images = false;
    for (const Model::Input& input : model.inputs) {
        const Tensor& tensor = dataset.train.column(input.name).tensor;
        if (!reads_bytes_as_reals(tensor, model.values[input.value]) || tensor.shape.size() != 3) {
            continue;
        }
        images = true;
        if (std::min(tensor.shape[0], tensor.shape[1]) <= formula::augment_padding) {
            throw Error("data.augment: expected images of more than " +
                        std::to_string(formula::augment_padding) + " pixels a side, found " +
                        dataset.name + " with samples of " + std::to_string(tensor.shape[0]) + "x" +
                        std::to_string(tensor.shape[1]));
        }
    }
    if (!images) {
        throw Error("data.augment: expected images of bytes, found " + dataset.name +
                    " with the columns " + text_of(dataset.shape()));
    }
}

Config completed(Config config) {
    for (const Option& option : methods().checked(config.method).options) {
        if (option.preset.value && !config.method.options.contains(option.name)) {
            config.method.options[option.name] = option.preset.value(config);
        }
    }
    return config;
}

} // namespace fedmrn
