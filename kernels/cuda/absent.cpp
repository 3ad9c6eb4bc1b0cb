// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/error.hpp"
#include "kernels/backends.hpp"

// The CUDA device of a build without CUDA: every contract says which option is missing.
namespace fedmrn::kernels::cuda {
namespace {

[[noreturn]] void absent(const char* contract) {
    throw Error(std::string(contract) +
                ": this build has no CUDA device; configure with -DFEDMRN_CUDA=ON");
}

} // namespace

std::unique_ptr<Device> open(Precision) { absent("device cuda"); }
std::vector<DeviceInfo> list() { return {}; }
std::string absence() { return "this build has none, configure with -DFEDMRN_CUDA=ON"; }

void mask_weights(Device&, const MaskRule&, std::size_t, const LaneState*, std::size_t,
                  const float*, PerLane<const float>, PerLane<float>) {
    absent("mask_weights");
}
void pack_masks(Device&, const MaskRule&, std::span<const MaskSource>, std::size_t) {
    absent("pack_masks");
}
void aggregate_masks(Device&, const MaskRule&, std::span<const PackedMask>, std::size_t,
                     std::int64_t*) {
    absent("aggregate_masks");
}
void make_noise(Device&, const formula::NoiseRule&, std::uint64_t, std::size_t, float*) {
    absent("make_noise");
}
void add_update(Device&, std::size_t, const LaneState*, std::size_t, const float*,
                PerLane<const float>, PerLane<float>) {
    absent("add_update");
}
void sgd_step(Device&, const SgdRule&, std::size_t, const LaneState*, std::size_t,
              PerLane<const float>, PerLane<const float>, PerLane<float>, PerLane<float>) {
    absent("sgd_step");
}
void state_changes(Device&, std::span<const ChangeSource>, const float*, std::size_t, std::size_t,
                   std::size_t) {
    absent("state_changes");
}
void aggregate_dense(Device&, std::span<const DenseValues>, std::size_t, formula::Wide*) {
    absent("aggregate_dense");
}
float largest_magnitude(Device&, std::size_t, const float*) { absent("largest_magnitude"); }
void mean_of_masks(Device&, std::size_t, const std::int64_t*, float, std::uint64_t, double*) {
    absent("mean_of_masks");
}
void mean_of_dense(Device&, std::size_t, const formula::Wide*, std::uint64_t, double*) {
    absent("mean_of_dense");
}
void server_step(Device&, double, double, std::size_t, const double*, double*, float*) {
    absent("server_step");
}
void add_values(Device&, std::size_t, const float*, float*) { absent("add_values"); }
void subtract_decoded(Device&, std::size_t, const double*, float*) { absent("subtract_decoded"); }
void adaptive_server_step(Device&, const formula::AdaptiveRule&, std::size_t, const double*,
                          double*, double*, float*) {
    absent("adaptive_server_step");
}
void tensor_scales(Device&, formula::ScaleKind, std::span<const ScaleSource>, std::size_t) {
    absent("tensor_scales");
}
void quantize(Device&, unsigned, std::uint32_t, std::span<const QuantizeSource>, std::size_t) {
    absent("quantize");
}
void aggregate_packed(Device&, unsigned, std::span<const PackedValues>, std::size_t,
                      formula::Wide*) {
    absent("aggregate_packed");
}
void vote(Device&, std::size_t, double, bool, double*) { absent("vote"); }
void rotate(Device&, std::size_t, std::span<const RotationSource>, std::size_t) {
    absent("rotate");
}
void nearest_centroids(Device&, const formula::Codebook&, formula::Estimate,
                       std::span<const CentroidSource>, std::size_t) {
    absent("nearest_centroids");
}
void rotate_back(Device&, const formula::Codebook&, std::size_t, std::span<const CodedSlice>,
                 std::size_t) {
    absent("rotate_back");
}
void find_thresholds(Device&, std::span<const SelectSource>, std::size_t, std::size_t) {
    absent("find_thresholds");
}
void select_largest(Device&, std::span<const SelectSource>, std::size_t) {
    absent("select_largest");
}
void gather_selected(Device&, std::span<const SelectSource>, std::size_t) {
    absent("gather_selected");
}
void scatter_selected(Device&, std::span<const ScatterSource>, std::size_t) {
    absent("scatter_selected");
}
void stop_pruned(Device&, std::size_t, const LaneState*, std::size_t, const float*,
                 PerLane<float>) {
    absent("stop_pruned");
}
void count_kept(Device&, std::span<const KeptWeights>, std::size_t, std::uint64_t*) {
    absent("count_kept");
}
void merge_kept(Device&, formula::MergeRule, std::size_t, const formula::Wide*,
                const std::uint64_t*, std::uint64_t, const float*, double*) {
    absent("merge_kept");
}
void score_weights(Device&, const FrozenWeights&, std::size_t, const LaneState*, const float*,
                   PerLane<const float>, PerLane<float>) {
    absent("score_weights");
}
void score_gradient(Device&, const FrozenWeights&, double, std::size_t, const LaneState*,
                    const float*, PerLane<const float>, PerLane<float>) {
    absent("score_gradient");
}
void pack_scores(Device&, std::span<const MaskSource>, std::size_t, const float*) {
    absent("pack_scores");
}
void posterior_scores(Device&, std::span<const std::uint32_t* const>, std::size_t, const float*,
                      double*) {
    absent("posterior_scores");
}
void binarize_weights(Device&, const BinaryUpdate&, std::size_t, const LaneState*, const float*,
                      PerLane<float>, PerLane<float>) {
    absent("binarize_weights");
}
void binarize_gradient(Device&, const BinaryUpdate&, std::size_t, const LaneState*,
                       PerLane<const float>, PerLane<float>) {
    absent("binarize_gradient");
}
void pack_binarized(Device&, const BinaryUpdate&, std::span<const BinarizeSource>) {
    absent("pack_binarized");
}
void start_factors(Device&, const FactorShape&, std::uint32_t, std::span<const MatrixFactors>) {
    absent("start_factors");
}
void multiply_rows(Device&, const FactorShape&, std::span<const MatrixFactors>) {
    absent("multiply_rows");
}
void multiply_columns(Device&, const FactorShape&, std::span<const MatrixFactors>) {
    absent("multiply_columns");
}
void orthonormalise(Device&, const FactorShape&, std::span<const MatrixFactors>) {
    absent("orthonormalise");
}
void multiply_factors(Device&, const FactorShape&, std::span<const FactorProduct>) {
    absent("multiply_factors");
}
void frozen_weights(Device&, const FrozenShape&, std::size_t, const LaneState*, const float*,
                    PerLane<const float>, PerLane<float>) {
    absent("frozen_weights");
}
void frozen_gradient(Device&, const FrozenShape&, std::size_t, const LaneState*, PerLane<float>) {
    absent("frozen_gradient");
}
void multiply_frozen(Device&, const FrozenShape&, std::span<const FrozenProduct>) {
    absent("multiply_frozen");
}
void gather_batch(Device&, const SplitView&, std::size_t, std::size_t, const LaneState*, Real,
                  void*, std::uint16_t*) {
    absent("gather_batch");
}
void start_lanes(Device&, std::span<const LaneStart>, const LaneArrays&, const float*, std::size_t,
                 std::size_t) {
    absent("start_lanes");
}
void advance_lanes(Device&, std::size_t, std::size_t, LaneState*) { absent("advance_lanes"); }
void lane_rows(Device&, std::size_t, const LaneState*, std::size_t, const std::uint32_t*,
               std::size_t, LaneState*) {
    absent("lane_rows");
}
void add_metrics(Device&, std::size_t, const MetricsShare&, LaneMetrics*, LaneMetrics*) {
    absent("add_metrics");
}
void convolution_forward(Device&, const ConvolutionShape&, const LaneState*, const void*,
                         PerLane<const float>, void*) {
    absent("convolution_forward");
}
void convolution_backward_data(Device&, const ConvolutionShape&, const LaneState*, const void*,
                               PerLane<const float>, void*) {
    absent("convolution_backward_data");
}
void convolution_backward_weights(Device&, const ConvolutionShape&, const LaneState*, const void*,
                                  const void*, PerLane<float>) {
    absent("convolution_backward_weights");
}
void linear_forward(Device&, const LinearShape&, const LaneState*, const void*,
                    PerLane<const float>, PerLane<const float>, float*) {
    absent("linear_forward");
}
void linear_backward_data(Device&, const LinearShape&, const LaneState*, const float*,
                          PerLane<const float>, void*) {
    absent("linear_backward_data");
}
void linear_backward_weights(Device&, const LinearShape&, const LaneState*, const void*,
                             const float*, PerLane<float>, PerLane<float>) {
    absent("linear_backward_weights");
}
void relu_forward(Device&, std::size_t, std::size_t, std::size_t, const LaneState*, const float*,
                  float*) {
    absent("relu_forward");
}
void relu_backward(Device&, std::size_t, std::size_t, std::size_t, const LaneState*, const float*,
                   const float*, float*) {
    absent("relu_backward");
}
void batchnorm_forward(Device&, const BatchnormShape&, const LaneState*, const void*,
                       BatchnormParameters, PerLane<float>, PerLane<float>, PerLane<float>,
                       PerLane<float>, void*, std::uint8_t*) {
    absent("batchnorm_forward");
}
void batchnorm_inference(Device&, const BatchnormShape&, const LaneState*, const void*,
                         BatchnormParameters, PerLane<const float>, PerLane<const float>, void*) {
    absent("batchnorm_inference");
}
void batchnorm_backward(Device&, const BatchnormShape&, const LaneState*, const void*, const void*,
                        const std::uint8_t*, const void*, BatchnormParameters, PerLane<const float>,
                        PerLane<const float>, void*, PerLane<float>, PerLane<float>) {
    absent("batchnorm_backward");
}
void pooling_forward(Device&, const PoolingShape&, const LaneState*, const void*,
                     PerLane<const float>, void*, std::uint8_t*) {
    absent("pooling_forward");
}
void pooling_backward(Device&, const PoolingShape&, const LaneState*, const void*,
                      PerLane<const float>, const void*, const std::uint8_t*, const void*, void*,
                      PerLane<float>) {
    absent("pooling_backward");
}
void embedding_forward(Device&, const EmbeddingShape&, const LaneState*, const std::int32_t*,
                       PerLane<const float>, void*) {
    absent("embedding_forward");
}
void embedding_backward(Device&, const EmbeddingShape&, const LaneState*, const std::int32_t*,
                        const void*, PerLane<float>) {
    absent("embedding_backward");
}
void cross_entropy(Device&, std::size_t, std::size_t, std::size_t, const LaneState*, const float*,
                   const std::uint16_t*, float*, LaneMetrics*) {
    absent("cross_entropy");
}
void weighted_sum(Device&, const SumShape&, const LaneState*, float, const void*, float,
                  const void*, void*) {
    absent("weighted_sum");
}

} // namespace fedmrn::kernels::cuda
