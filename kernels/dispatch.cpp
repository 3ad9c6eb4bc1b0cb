// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/backends.hpp"

// The one place that asks which device it is.
namespace fedmrn {
namespace {

template <class Function, class... Arguments>
auto on(Device& device, Function* cpu, Function* cuda, Arguments&&... arguments) {
    return (device.kind() == DeviceKind::cuda ? cuda : cpu)(device,
                                                            std::forward<Arguments>(arguments)...);
}

} // namespace

std::unique_ptr<Device> open_device(DeviceKind kind, Precision precision) {
    return kind == DeviceKind::cuda ? kernels::cuda::open(precision)
                                    : kernels::cpu::open(precision);
}

namespace kernels {

void mask_weights(Device& device, const MaskRule& rule, std::size_t lanes, const LaneState* states,
                  std::size_t elements, const float* global, PerLane<const float> update,
                  PerLane<float> weights) {
    on(device, cpu::mask_weights, cuda::mask_weights, rule, lanes, states, elements, global, update,
       weights);
}

void pack_masks(Device& device, const MaskRule& rule, std::span<const MaskSource> clients,
                std::size_t elements) {
    on(device, cpu::pack_masks, cuda::pack_masks, rule, clients, elements);
}

void aggregate_masks(Device& device, const MaskRule& rule, std::span<const PackedMask> clients,
                     std::size_t elements, std::int64_t* sum) {
    on(device, cpu::aggregate_masks, cuda::aggregate_masks, rule, clients, elements, sum);
}

void make_noise(Device& device, const formula::NoiseRule& rule, std::uint64_t seed,
                std::size_t elements, float* out) {
    on(device, cpu::make_noise, cuda::make_noise, rule, seed, elements, out);
}

void add_update(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                const float* global, PerLane<const float> update, PerLane<float> weights) {
    on(device, cpu::add_update, cuda::add_update, lanes, states, elements, global, update, weights);
}

void sgd_step(Device& device, const SgdRule& rule, std::size_t lanes, const LaneState* states,
              std::size_t elements, PerLane<const float> gradient, PerLane<const float> weights,
              PerLane<float> velocity, PerLane<float> update) {
    on(device, cpu::sgd_step, cuda::sgd_step, rule, lanes, states, elements, gradient, weights,
       velocity, update);
}

void state_changes(Device& device, std::span<const ChangeSource> clients, const float* global,
                   std::size_t first, std::size_t trainable, std::size_t state) {
    on(device, cpu::state_changes, cuda::state_changes, clients, global, first, trainable, state);
}

void aggregate_dense(Device& device, std::span<const DenseValues> clients, std::size_t elements,
                     formula::Wide* sum) {
    on(device, cpu::aggregate_dense, cuda::aggregate_dense, clients, elements, sum);
}

float largest_magnitude(Device& device, std::size_t elements, const float* values) {
    return on(device, cpu::largest_magnitude, cuda::largest_magnitude, elements, values);
}

void mean_of_masks(Device& device, std::size_t elements, const std::int64_t* sum, float unit,
                   std::uint64_t samples, double* mean) {
    on(device, cpu::mean_of_masks, cuda::mean_of_masks, elements, sum, unit, samples, mean);
}

void mean_of_dense(Device& device, std::size_t elements, const formula::Wide* sum,
                   std::uint64_t samples, double* mean) {
    on(device, cpu::mean_of_dense, cuda::mean_of_dense, elements, sum, samples, mean);
}

void server_step(Device& device, double lr, double momentum, std::size_t elements,
                 const double* mean, double* velocity, float* global) {
    on(device, cpu::server_step, cuda::server_step, lr, momentum, elements, mean, velocity, global);
}

void add_values(Device& device, std::size_t elements, const float* values, float* sum) {
    on(device, cpu::add_values, cuda::add_values, elements, values, sum);
}

void subtract_decoded(Device& device, std::size_t elements, const double* decoded, float* values) {
    on(device, cpu::subtract_decoded, cuda::subtract_decoded, elements, decoded, values);
}

void adaptive_server_step(Device& device, const formula::AdaptiveRule& rule, std::size_t elements,
                          const double* mean, double* m, double* v, float* global) {
    on(device, cpu::adaptive_server_step, cuda::adaptive_server_step, rule, elements, mean, m, v,
       global);
}

void tensor_scales(Device& device, formula::ScaleKind kind, std::span<const ScaleSource> clients,
                   std::size_t elements) {
    on(device, cpu::tensor_scales, cuda::tensor_scales, kind, clients, elements);
}

void quantize(Device& device, unsigned levels, std::uint32_t tensor,
              std::span<const QuantizeSource> clients, std::size_t elements) {
    on(device, cpu::quantize, cuda::quantize, levels, tensor, clients, elements);
}

void aggregate_packed(Device& device, unsigned levels, std::span<const PackedValues> clients,
                      std::size_t elements, formula::Wide* sum) {
    on(device, cpu::aggregate_packed, cuda::aggregate_packed, levels, clients, elements, sum);
}

void vote(Device& device, std::size_t elements, double step, bool majority, double* mean) {
    on(device, cpu::vote, cuda::vote, elements, step, majority, mean);
}

void rotate(Device& device, std::size_t first, std::span<const RotationSource> clients,
            std::size_t n) {
    on(device, cpu::rotate, cuda::rotate, first, clients, n);
}

void nearest_centroids(Device& device, const formula::Codebook& book, formula::Estimate estimate,
                       std::span<const CentroidSource> clients, std::size_t n) {
    on(device, cpu::nearest_centroids, cuda::nearest_centroids, book, estimate, clients, n);
}

void rotate_back(Device& device, const formula::Codebook& book, std::size_t first,
                 std::span<const CodedSlice> clients, std::size_t n) {
    on(device, cpu::rotate_back, cuda::rotate_back, book, first, clients, n);
}

void find_thresholds(Device& device, std::span<const SelectSource> clients, std::size_t elements,
                     std::size_t k) {
    on(device, cpu::find_thresholds, cuda::find_thresholds, clients, elements, k);
}

void select_largest(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    on(device, cpu::select_largest, cuda::select_largest, clients, elements);
}

void gather_selected(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    on(device, cpu::gather_selected, cuda::gather_selected, clients, elements);
}

void scatter_selected(Device& device, std::span<const ScatterSource> clients,
                      std::size_t elements) {
    on(device, cpu::scatter_selected, cuda::scatter_selected, clients, elements);
}

void stop_pruned(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                 const float* global, PerLane<float> gradient) {
    on(device, cpu::stop_pruned, cuda::stop_pruned, lanes, states, elements, global, gradient);
}

void count_kept(Device& device, std::span<const KeptWeights> clients, std::size_t elements,
                std::uint64_t* kept) {
    on(device, cpu::count_kept, cuda::count_kept, clients, elements, kept);
}

void merge_kept(Device& device, formula::MergeRule rule, std::size_t elements,
                const formula::Wide* sum, const std::uint64_t* kept, std::uint64_t samples,
                const float* global, double* mean) {
    on(device, cpu::merge_kept, cuda::merge_kept, rule, elements, sum, kept, samples, global, mean);
}

void score_weights(Device& device, const FrozenWeights& frozen, std::size_t lanes,
                   const LaneState* states, const float* global, PerLane<const float> update,
                   PerLane<float> weights) {
    on(device, cpu::score_weights, cuda::score_weights, frozen, lanes, states, global, update,
       weights);
}

void score_gradient(Device& device, const FrozenWeights& frozen, double rate, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> update,
                    PerLane<float> gradient) {
    on(device, cpu::score_gradient, cuda::score_gradient, frozen, rate, lanes, states, global,
       update, gradient);
}

void pack_scores(Device& device, std::span<const MaskSource> clients, std::size_t elements,
                 const float* global) {
    on(device, cpu::pack_scores, cuda::pack_scores, clients, elements, global);
}

void posterior_scores(Device& device, std::span<const std::uint32_t* const> clients,
                      std::size_t elements, const float* global, double* mean) {
    on(device, cpu::posterior_scores, cuda::posterior_scores, clients, elements, global, mean);
}

void binarize_weights(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                      const LaneState* states, const float* global, PerLane<float> update,
                      PerLane<float> weights) {
    on(device, cpu::binarize_weights, cuda::binarize_weights, binary, lanes, states, global, update,
       weights);
}

void binarize_gradient(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                       const LaneState* states, PerLane<const float> update,
                       PerLane<float> gradient) {
    on(device, cpu::binarize_gradient, cuda::binarize_gradient, binary, lanes, states, update,
       gradient);
}

void pack_binarized(Device& device, const BinaryUpdate& binary,
                    std::span<const BinarizeSource> clients) {
    on(device, cpu::pack_binarized, cuda::pack_binarized, binary, clients);
}

void start_factors(Device& device, const FactorShape& shape, std::uint32_t tensor,
                   std::span<const MatrixFactors> clients) {
    on(device, cpu::start_factors, cuda::start_factors, shape, tensor, clients);
}

void multiply_rows(Device& device, const FactorShape& shape,
                   std::span<const MatrixFactors> clients) {
    on(device, cpu::multiply_rows, cuda::multiply_rows, shape, clients);
}

void multiply_columns(Device& device, const FactorShape& shape,
                      std::span<const MatrixFactors> clients) {
    on(device, cpu::multiply_columns, cuda::multiply_columns, shape, clients);
}

void orthonormalise(Device& device, const FactorShape& shape,
                    std::span<const MatrixFactors> clients) {
    on(device, cpu::orthonormalise, cuda::orthonormalise, shape, clients);
}

void multiply_factors(Device& device, const FactorShape& shape,
                      std::span<const FactorProduct> clients) {
    on(device, cpu::multiply_factors, cuda::multiply_factors, shape, clients);
}

void frozen_weights(Device& device, const FrozenShape& shape, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> factor,
                    PerLane<float> weights) {
    on(device, cpu::frozen_weights, cuda::frozen_weights, shape, lanes, states, global, factor,
       weights);
}

void frozen_gradient(Device& device, const FrozenShape& shape, std::size_t lanes,
                     const LaneState* states, PerLane<float> gradient) {
    on(device, cpu::frozen_gradient, cuda::frozen_gradient, shape, lanes, states, gradient);
}

void multiply_frozen(Device& device, const FrozenShape& shape,
                     std::span<const FrozenProduct> clients) {
    on(device, cpu::multiply_frozen, cuda::multiply_frozen, shape, clients);
}

void gather_batch(Device& device, const SplitView& split, std::size_t lanes, std::size_t batch,
                  const LaneState* states, Real real, void* x, std::uint16_t* labels) {
    on(device, cpu::gather_batch, cuda::gather_batch, split, lanes, batch, states, real, x, labels);
}

void start_lanes(Device& device, std::span<const LaneStart> starts, const LaneArrays& lanes,
                 const float* global, std::size_t trainable, std::size_t state) {
    on(device, cpu::start_lanes, cuda::start_lanes, starts, lanes, global, trainable, state);
}

void advance_lanes(Device& device, std::size_t lanes, std::size_t batch, LaneState* states) {
    on(device, cpu::advance_lanes, cuda::advance_lanes, lanes, batch, states);
}

void lane_rows(Device& device, std::size_t lanes, const LaneState* states, std::size_t each,
               const std::uint32_t* counts, std::size_t batch, LaneState* rows) {
    on(device, cpu::lane_rows, cuda::lane_rows, lanes, states, each, counts, batch, rows);
}

void add_metrics(Device& device, std::size_t lanes, const MetricsShare& share, LaneMetrics* from,
                 LaneMetrics* to) {
    on(device, cpu::add_metrics, cuda::add_metrics, lanes, share, from, to);
}

void convolution_forward(Device& device, const ConvolutionShape& shape, const LaneState* states,
                         const void* x, PerLane<const float> w, void* y) {
    on(device, cpu::convolution_forward, cuda::convolution_forward, shape, states, x, w, y);
}

void convolution_backward_data(Device& device, const ConvolutionShape& shape,
                               const LaneState* states, const void* dy, PerLane<const float> w,
                               void* dx) {
    on(device, cpu::convolution_backward_data, cuda::convolution_backward_data, shape, states, dy,
       w, dx);
}

void convolution_backward_weights(Device& device, const ConvolutionShape& shape,
                                  const LaneState* states, const void* x, const void* dy,
                                  PerLane<float> dw) {
    on(device, cpu::convolution_backward_weights, cuda::convolution_backward_weights, shape, states,
       x, dy, dw);
}

void linear_forward(Device& device, const LinearShape& shape, const LaneState* states,
                    const void* x, PerLane<const float> w, PerLane<const float> bias, float* y) {
    on(device, cpu::linear_forward, cuda::linear_forward, shape, states, x, w, bias, y);
}

void linear_backward_data(Device& device, const LinearShape& shape, const LaneState* states,
                          const float* dy, PerLane<const float> w, void* dx) {
    on(device, cpu::linear_backward_data, cuda::linear_backward_data, shape, states, dy, w, dx);
}

void linear_backward_weights(Device& device, const LinearShape& shape, const LaneState* states,
                             const void* x, const float* dy, PerLane<float> dw,
                             PerLane<float> dbias) {
    on(device, cpu::linear_backward_weights, cuda::linear_backward_weights, shape, states, x, dy,
       dw, dbias);
}

void relu_forward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                  const LaneState* states, const float* x, float* y) {
    on(device, cpu::relu_forward, cuda::relu_forward, lanes, batch, size, states, x, y);
}

void relu_backward(Device& device, std::size_t lanes, std::size_t batch, std::size_t size,
                   const LaneState* states, const float* y, const float* dy, float* dx) {
    on(device, cpu::relu_backward, cuda::relu_backward, lanes, batch, size, states, y, dy, dx);
}

void batchnorm_forward(Device& device, const BatchnormShape& shape, const LaneState* states,
                       const void* x, BatchnormParameters parameters, PerLane<float> running_mean,
                       PerLane<float> running_variance, PerLane<float> mean, PerLane<float> inverse,
                       void* y, std::uint8_t* chosen) {
    on(device, cpu::batchnorm_forward, cuda::batchnorm_forward, shape, states, x, parameters,
       running_mean, running_variance, mean, inverse, y, chosen);
}

void batchnorm_inference(Device& device, const BatchnormShape& shape, const LaneState* states,
                         const void* x, BatchnormParameters parameters,
                         PerLane<const float> running_mean, PerLane<const float> running_variance,
                         void* y) {
    on(device, cpu::batchnorm_inference, cuda::batchnorm_inference, shape, states, x, parameters,
       running_mean, running_variance, y);
}

void batchnorm_backward(Device& device, const BatchnormShape& shape, const LaneState* states,
                        const void* x, const void* y, const std::uint8_t* chosen, const void* dy,
                        BatchnormParameters parameters, PerLane<const float> mean,
                        PerLane<const float> inverse, void* dx, PerLane<float> dgamma,
                        PerLane<float> dbeta) {
    on(device, cpu::batchnorm_backward, cuda::batchnorm_backward, shape, states, x, y, chosen, dy,
       parameters, mean, inverse, dx, dgamma, dbeta);
}

void pooling_forward(Device& device, const PoolingShape& shape, const LaneState* states,
                     const void* x, PerLane<const float> bias, void* y, std::uint8_t* chosen) {
    on(device, cpu::pooling_forward, cuda::pooling_forward, shape, states, x, bias, y, chosen);
}

void pooling_backward(Device& device, const PoolingShape& shape, const LaneState* states,
                      const void* x, PerLane<const float> bias, const void* y,
                      const std::uint8_t* chosen, const void* dy, void* dx, PerLane<float> dbias) {
    on(device, cpu::pooling_backward, cuda::pooling_backward, shape, states, x, bias, y, chosen, dy,
       dx, dbias);
}

void embedding_forward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                       const std::int32_t* tokens, PerLane<const float> w, void* y) {
    on(device, cpu::embedding_forward, cuda::embedding_forward, shape, states, tokens, w, y);
}

void embedding_backward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                        const std::int32_t* tokens, const void* dy, PerLane<float> dw) {
    on(device, cpu::embedding_backward, cuda::embedding_backward, shape, states, tokens, dy, dw);
}

void cross_entropy(Device& device, std::size_t lanes, std::size_t batch, std::size_t classes,
                   const LaneState* states, const float* logits, const std::uint16_t* labels,
                   float* gradient, LaneMetrics* metrics) {
    on(device, cpu::cross_entropy, cuda::cross_entropy, lanes, batch, classes, states, logits,
       labels, gradient, metrics);
}

void weighted_sum(Device& device, const SumShape& shape, const LaneState* states, float alpha,
                  const void* a, float beta, const void* b, void* y) {
    on(device, cpu::weighted_sum, cuda::weighted_sum, shape, states, alpha, a, beta, b, y);
}

} // namespace kernels
} // namespace fedmrn
