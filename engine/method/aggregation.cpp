// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/aggregation.hpp"

#include "kernels/update.hpp"

namespace fedmrn {

std::vector<SumSpec> MeanAggregation::sums() const { return {{"update", SumType::int128, state_}}; }

void MeanAggregation::add(Device& device, const RoundContext& round, const Codec& codec,
                          const WeightedMessages& messages, Sums& sums) const {
    codec.add(device, round, messages, sums.int128("update"));
}

void MeanAggregation::finish(Device& device, const RoundContext& /*round*/, const Sums& sums,
                             DevicePointer<double> change) const {
    kernels::mean_of_dense(device, state_, sums.int128("update"), sums.weight(), change);
}

} // namespace fedmrn
