// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/resident_data.hpp"

#include "engine/data/own_samples.hpp"

namespace fedmrn {

ResidentData::ResidentData(Device& device, const Dataset& dataset, const Model& model,
                           const ClientSplit& clients)
    : own_tests_(!clients.users.empty() && !dataset.test_owners.empty()) {
    const std::size_t held = clients.order.size(), aside = clients.validation.size();
    std::vector<std::uint32_t> order = clients.order;
    order.insert(order.end(), clients.validation.begin(), clients.validation.end());
    train_.emplace(device, dataset.train, model, order);
    const OwnSamples own =
        own_tests_ ? tests_of(clients.users, dataset.test_owners) : OwnSamples{clients.first, {}};
    if (own_tests_ || aside == 0) {
        test_.emplace(device, dataset.test, model, own.order);
    }
    if (aside != 0) {
        judged_ = {train_->view(), {{held, aside}}};
    } else {
        judged_ = {test_->view(), {{0, dataset.test.samples()}}};
        judged_.source.order = nullptr; // as the data set has them
    }
    own_.source = (own_tests_ ? test_ : train_)->view();
    for (std::size_t k = 0; k < clients.clients(); ++k) {
        own_.ranges.push_back({own.first[k], own.first[k + 1] - own.first[k]});
    }
}

BatchSource ResidentData::training(bool augmented) const {
    BatchSource source = train_->view();
    source.augmented = augmented;
    return source;
}

} // namespace fedmrn
