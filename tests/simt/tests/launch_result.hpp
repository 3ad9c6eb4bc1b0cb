// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <simt/launch.hpp>

/// Launches and waits; the simulator's complaint, or "".
template <class... P, class... A>
std::string launch_result(void (*kernel)(P...), dim3 grid, dim3 block, A... arguments) {
    try {
        simt::launch(kernel, grid, block, 0, nullptr, arguments...);
        cudaDeviceSynchronize();
        return "";
    } catch (const simt::Error& error) {
        return error.what();
    }
}
