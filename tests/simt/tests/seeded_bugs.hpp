// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include <cuda_runtime_api.h>

/// Every mistake that the simulator is known to report; seeded_bugs.cmake says in which mode.
// clang-format off
#define SEEDED_BUGS(bug) \
    bug(none) \
    bug(missing_barrier) \
    bug(missing_second_barrier) \
    bug(missing_first_barrier) \
    bug(divergent_barrier) \
    bug(divergent_ballot) \
    bug(wrong_warp_mask) \
    bug(missing_syncwarp) \
    bug(shuffle_from_ended_lane) \
    bug(missing_grid_sync) \
    bug(unwritten_shared) \
    bug(shared_overrun) \
    bug(dynamic_shared_overrun) \
    bug(missing_copy_wait) \
    bug(short_copy_wait) \
    bug(early_copy) \
    bug(misaligned_row) \
    bug(global_overrun_write) \
    bug(global_overrun_read) \
    bug(wrong_lane_stride) \
    bug(missing_tail) \
    bug(unwritten_device) \
    bug(race_in_block) \
    bug(race_between_blocks) \
    bug(missing_fence) \
    bug(missing_stream_wait) \
    bug(missing_synchronize) \
    bug(source_reused_early) \
    bug(freed_before_use) \
    bug(host_dereference) \
    bug(host_pointer_argument) \
    bug(use_after_free) \
    bug(double_free) \
    bug(too_many_threads) \
    bug(ignored_launch_error) \
    bug(synchronize_in_capture) \
    bug(allocate_in_capture) \
    bug(unjoined_fork) \
    bug(missing_graph_dependency) \
    bug(stale_graph_pointer)
// clang-format on

enum class Bug {
#define SEEDED_BUG(name) name,
    SEEDED_BUGS(SEEDED_BUG)
#undef SEEDED_BUG
};

inline void check(cudaError_t error) {
    if (error != cudaSuccess) {
        throw std::runtime_error(std::string("CUDA error: ") + cudaGetErrorName(error));
    }
}
