// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "fedmrn/device.hpp"
#include "kernels/batch.hpp"
#include "kernels/batchnorm.hpp"
#include "kernels/binarize.hpp"
#include "kernels/convolution.hpp"
#include "kernels/device.hpp"
#include "kernels/embedding.hpp"
#include "kernels/frozen_factor.hpp"
#include "kernels/hadamard.hpp"
#include "kernels/lanes.hpp"
#include "kernels/linear.hpp"
#include "kernels/loss.hpp"
#include "kernels/low_rank.hpp"
#include "kernels/mask.hpp"
#include "kernels/pooling.hpp"
#include "kernels/prune.hpp"
#include "kernels/quantize.hpp"
#include "kernels/scores.hpp"
#include "kernels/select.hpp"
#include "kernels/sum.hpp"
#include "kernels/update.hpp"

// Every device has every contract under its own namespace, with the contract's own type.
#define FEDMRN_BACKEND(name)                                                                       \
    namespace fedmrn::kernels::name {                                                              \
    std::unique_ptr<Device> open(Precision precision);                                             \
    std::vector<DeviceInfo> list();                                                                \
    decltype(kernels::mask_weights) mask_weights;                                                  \
    decltype(kernels::pack_masks) pack_masks;                                                      \
    decltype(kernels::aggregate_masks) aggregate_masks;                                            \
    decltype(kernels::make_noise) make_noise;                                                      \
    decltype(kernels::add_update) add_update;                                                      \
    decltype(kernels::sgd_step) sgd_step;                                                          \
    decltype(kernels::state_changes) state_changes;                                                \
    decltype(kernels::aggregate_dense) aggregate_dense;                                            \
    decltype(kernels::add_values) add_values;                                                      \
    decltype(kernels::subtract_decoded) subtract_decoded;                                          \
    decltype(kernels::largest_magnitude) largest_magnitude;                                        \
    decltype(kernels::mean_of_masks) mean_of_masks;                                                \
    decltype(kernels::mean_of_dense) mean_of_dense;                                                \
    decltype(kernels::server_step) server_step;                                                    \
    decltype(kernels::adaptive_server_step) adaptive_server_step;                                  \
    decltype(kernels::tensor_scales) tensor_scales;                                                \
    decltype(kernels::quantize) quantize;                                                          \
    decltype(kernels::aggregate_packed) aggregate_packed;                                          \
    decltype(kernels::vote) vote;                                                                  \
    decltype(kernels::rotate) rotate;                                                              \
    decltype(kernels::nearest_centroids) nearest_centroids;                                        \
    decltype(kernels::rotate_back) rotate_back;                                                    \
    decltype(kernels::find_thresholds) find_thresholds;                                            \
    decltype(kernels::select_largest) select_largest;                                              \
    decltype(kernels::gather_selected) gather_selected;                                            \
    decltype(kernels::scatter_selected) scatter_selected;                                          \
    decltype(kernels::stop_pruned) stop_pruned;                                                    \
    decltype(kernels::count_kept) count_kept;                                                      \
    decltype(kernels::merge_kept) merge_kept;                                                      \
    decltype(kernels::score_weights) score_weights;                                                \
    decltype(kernels::score_gradient) score_gradient;                                              \
    decltype(kernels::pack_scores) pack_scores;                                                    \
    decltype(kernels::posterior_scores) posterior_scores;                                          \
    decltype(kernels::binarize_weights) binarize_weights;                                          \
    decltype(kernels::binarize_gradient) binarize_gradient;                                        \
    decltype(kernels::pack_binarized) pack_binarized;                                              \
    decltype(kernels::start_factors) start_factors;                                                \
    decltype(kernels::multiply_rows) multiply_rows;                                                \
    decltype(kernels::multiply_columns) multiply_columns;                                          \
    decltype(kernels::orthonormalise) orthonormalise;                                              \
    decltype(kernels::multiply_factors) multiply_factors;                                          \
    decltype(kernels::frozen_weights) frozen_weights;                                              \
    decltype(kernels::frozen_gradient) frozen_gradient;                                            \
    decltype(kernels::multiply_frozen) multiply_frozen;                                            \
    decltype(kernels::gather_batch) gather_batch;                                                  \
    decltype(kernels::start_lanes) start_lanes;                                                    \
    decltype(kernels::advance_lanes) advance_lanes;                                                \
    decltype(kernels::lane_rows) lane_rows;                                                        \
    decltype(kernels::add_metrics) add_metrics;                                                    \
    decltype(kernels::convolution_forward) convolution_forward;                                    \
    decltype(kernels::convolution_backward_data) convolution_backward_data;                        \
    decltype(kernels::convolution_backward_weights) convolution_backward_weights;                  \
    decltype(kernels::linear_forward) linear_forward;                                              \
    decltype(kernels::linear_backward_data) linear_backward_data;                                  \
    decltype(kernels::linear_backward_weights) linear_backward_weights;                            \
    decltype(kernels::relu_forward) relu_forward;                                                  \
    decltype(kernels::relu_backward) relu_backward;                                                \
    decltype(kernels::batchnorm_forward) batchnorm_forward;                                        \
    decltype(kernels::batchnorm_inference) batchnorm_inference;                                    \
    decltype(kernels::batchnorm_backward) batchnorm_backward;                                      \
    decltype(kernels::pooling_forward) pooling_forward;                                            \
    decltype(kernels::pooling_backward) pooling_backward;                                          \
    decltype(kernels::embedding_forward) embedding_forward;                                        \
    decltype(kernels::embedding_backward) embedding_backward;                                      \
    decltype(kernels::cross_entropy) cross_entropy;                                                \
    decltype(kernels::weighted_sum) weighted_sum;                                                  \
    }

FEDMRN_BACKEND(cpu)
FEDMRN_BACKEND(cuda)
#undef FEDMRN_BACKEND

namespace fedmrn::kernels::cuda {
/// In a few words, why list() is empty: the build, the driver, or no GPU.
std::string absence();
} // namespace fedmrn::kernels::cuda
