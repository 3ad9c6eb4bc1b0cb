// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.hpp"

namespace fedmrn::kernels::cpu {

// The files of kernels/cpu whose contracts are of level `tolerance`.
using Contracts = void(Backend&);
Contracts batchnorm_contracts, convolution_contracts, distil_contracts, integer_contracts,
    linear_contracts, loss_contracts;

const Backend& backend() {
    static const Backend table("cpu", {bits_contracts, batchnorm_contracts, convolution_contracts,
                                       distil_contracts, integer_contracts, linear_contracts,
                                       loss_contracts});
    return table;
}

} // namespace fedmrn::kernels::cpu
