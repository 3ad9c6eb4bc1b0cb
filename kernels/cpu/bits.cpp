// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.hpp"

// The files of kernels/cpu whose contracts are of level `bits`. Without the others they make the
// programs of tests/kernels/bits, which other compilers build.
namespace fedmrn::kernels::cpu {

using Contracts = void(Backend&);
Contracts activation_contracts, adam_contracts, affine_contracts, batch_contracts,
    binarize_contracts, embedding_contracts, frozen_factor_contracts, hadamard_contracts,
    half_contracts, kronecker_contracts, lanes_contracts, low_rank_contracts, mask_contracts,
    pooling_contracts, prune_contracts, quantize_contracts, ranking_contracts, rows_contracts,
    scores_contracts, select_contracts, sum_contracts, update_contracts;

void bits_contracts(Backend& backend) {
    for (Contracts* contracts :
         {activation_contracts, adam_contracts,      affine_contracts,        batch_contracts,
          binarize_contracts,   embedding_contracts, frozen_factor_contracts, hadamard_contracts,
          half_contracts,       kronecker_contracts, lanes_contracts,         low_rank_contracts,
          mask_contracts,       pooling_contracts,   prune_contracts,         quantize_contracts,
          ranking_contracts,    rows_contracts,      scores_contracts,        select_contracts,
          sum_contracts,        update_contracts}) {
        contracts(backend);
    }
}

} // namespace fedmrn::kernels::cpu
