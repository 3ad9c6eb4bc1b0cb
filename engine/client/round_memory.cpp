// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/client/round_memory.hpp"

#include <stdexcept>

namespace fedmrn {

void RoundMemory::write(float lr, const Variables& variables, const Stages& stages,
                        const RoundContext& round) {
    constexpr std::size_t aligned = 16;
    std::vector<RoundData> all{round_data_of(lr), variables.round_data(round)};
    for (RoundData& data : stages.round_data(device_, round)) {
        all.push_back(std::move(data));
    }
    std::vector<std::byte> bytes;
    std::vector<std::size_t> places;
    for (const RoundData& data : all) {
        places.push_back(bytes.size());
        bytes.insert(bytes.end(), data.begin(), data.end());
        bytes.resize((bytes.size() + aligned - 1) / aligned * aligned);
    }
    if (parts_.empty()) {
        memory_ = Buffer<std::byte>(device_, bytes.size());
        for (const std::size_t place : places) {
            parts_.emplace_back(memory_.data() + place);
        }
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
        const DevicePointer<const std::byte> place = memory_.data() + places[i];
        if (!(parts_[i] == place) || bytes.size() != memory_.size()) {
            throw std::logic_error("a round's data has another size than the round's before");
        }
    }
    memory_.write(bytes);
}

} // namespace fedmrn
