// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cuda_device.hpp"

namespace fedmrn::kernels::cuda {

// The files of kernels/cuda that fulfil contracts.
using Contracts = void(Backend&);
Contracts activation_contracts, adam_contracts, affine_contracts, batch_contracts,
    batchnorm_contracts, binarize_contracts, centroids_contracts, convolution_contracts,
    distil_contracts, embedding_contracts, frozen_factor_contracts, hadamard_contracts,
    half_contracts, integer_contracts, kronecker_contracts, lanes_contracts, linear_contracts,
    loss_contracts, low_rank_contracts, magnitude_contracts, mask_contracts, pooling_contracts,
    prune_contracts, quantize_contracts, ranking_contracts, rows_contracts, scores_contracts,
    select_contracts, sum_contracts, update_contracts;

const Backend& backend() {
    static const Backend table(
        "cuda",
        {activation_contracts, adam_contracts,      affine_contracts,        batch_contracts,
         batchnorm_contracts,  binarize_contracts,  centroids_contracts,     convolution_contracts,
         distil_contracts,     embedding_contracts, frozen_factor_contracts, hadamard_contracts,
         half_contracts,       integer_contracts,   kronecker_contracts,     lanes_contracts,
         linear_contracts,     loss_contracts,      low_rank_contracts,      magnitude_contracts,
         mask_contracts,       pooling_contracts,   prune_contracts,         quantize_contracts,
         ranking_contracts,    rows_contracts,      scores_contracts,        select_contracts,
         sum_contracts,        update_contracts});
    return table;
}

} // namespace fedmrn::kernels::cuda
