// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/departure.hpp"

namespace fedmrn {

DevicePointer<float> Departure::update(std::size_t client) {
    if (updates_.size() == 0) { // the lanes' own arrays are for the next clients
        updates_ = Buffer<float>(device_, clients_.size() * variables_);
        for (std::size_t k = 0; k < clients_.size(); ++k) {
            DevicePointer<float> own = updates_.data() + k * variables_;
            device_.copy_within(own, clients_[k].update, variables_ * sizeof(float));
            clients_[k].update = own;
        }
    }
    return updates_.data() + client * variables_;
}

std::span<const float> Departure::kept(std::size_t client) const {
    const std::vector<float>* memory = memory_[client];
    return memory != nullptr && !memory->empty()
               ? std::span(*memory).subspan(part_.offset, part_.floats)
               : std::span<const float>();
}

std::span<float> Departure::keep(std::size_t client) {
    std::vector<float>* memory = memory_[client];
    if (memory == nullptr) {
        return {};
    }
    memory->resize(part_.all);
    return std::span(*memory).subspan(part_.offset, part_.floats);
}

} // namespace fedmrn
