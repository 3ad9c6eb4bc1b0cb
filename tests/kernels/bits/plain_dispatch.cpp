// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/backends.hpp"

// The contracts of exactness `bits`, bound to the CPU: kernels/dispatch.cpp would ask for all of
// them, and so for oneDNN.
namespace fedmrn::kernels {

void mask_weights(Device& device, const MaskRule& rule, std::size_t lanes, const LaneState* states,
                  std::size_t elements, const float* global, PerLane<const float> update,
                  PerLane<float> weights) {
    cpu::mask_weights(device, rule, lanes, states, elements, global, update, weights);
}

void pack_masks(Device& device, const MaskRule& rule, std::span<const MaskSource> clients,
                std::size_t elements) {
    cpu::pack_masks(device, rule, clients, elements);
}

void aggregate_masks(Device& device, const MaskRule& rule, std::span<const PackedMask> clients,
                     std::size_t elements, std::int64_t* sum) {
    cpu::aggregate_masks(device, rule, clients, elements, sum);
}

void make_noise(Device& device, const formula::NoiseRule& rule, std::uint64_t seed,
                std::size_t elements, float* out) {
    cpu::make_noise(device, rule, seed, elements, out);
}

void add_update(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                const float* global, PerLane<const float> update, PerLane<float> weights) {
    cpu::add_update(device, lanes, states, elements, global, update, weights);
}

void sgd_step(Device& device, const SgdRule& rule, std::size_t lanes, const LaneState* states,
              std::size_t elements, PerLane<const float> gradient, PerLane<const float> weights,
              PerLane<float> velocity, PerLane<float> update) {
    cpu::sgd_step(device, rule, lanes, states, elements, gradient, weights, velocity, update);
}

void aggregate_dense(Device& device, std::span<const DenseValues> clients, std::size_t elements,
                     formula::Wide* sum) {
    cpu::aggregate_dense(device, clients, elements, sum);
}

void mean_of_masks(Device& device, std::size_t elements, const std::int64_t* sum, float unit,
                   std::uint64_t samples, double* mean) {
    cpu::mean_of_masks(device, elements, sum, unit, samples, mean);
}

void mean_of_dense(Device& device, std::size_t elements, const formula::Wide* sum,
                   std::uint64_t samples, double* mean) {
    cpu::mean_of_dense(device, elements, sum, samples, mean);
}

void server_step(Device& device, double lr, double momentum, std::size_t elements,
                 const double* mean, double* velocity, float* global) {
    cpu::server_step(device, lr, momentum, elements, mean, velocity, global);
}

void add_values(Device& device, std::size_t elements, const float* values, float* sum) {
    cpu::add_values(device, elements, values, sum);
}

void subtract_decoded(Device& device, std::size_t elements, const double* decoded, float* values) {
    cpu::subtract_decoded(device, elements, decoded, values);
}

void adaptive_server_step(Device& device, const formula::AdaptiveRule& rule, std::size_t elements,
                          const double* mean, double* m, double* v, float* global) {
    cpu::adaptive_server_step(device, rule, elements, mean, m, v, global);
}

void tensor_scales(Device& device, formula::ScaleKind kind, std::span<const ScaleSource> clients,
                   std::size_t elements) {
    cpu::tensor_scales(device, kind, clients, elements);
}

void quantize(Device& device, unsigned levels, std::uint32_t tensor,
              std::span<const QuantizeSource> clients, std::size_t elements) {
    cpu::quantize(device, levels, tensor, clients, elements);
}

void aggregate_packed(Device& device, unsigned levels, std::span<const PackedValues> clients,
                      std::size_t elements, formula::Wide* sum) {
    cpu::aggregate_packed(device, levels, clients, elements, sum);
}

void vote(Device& device, std::size_t elements, double step, bool majority, double* mean) {
    cpu::vote(device, elements, step, majority, mean);
}

void rotate(Device& device, std::size_t first, std::span<const RotationSource> clients,
            std::size_t n) {
    cpu::rotate(device, first, clients, n);
}

void nearest_centroids(Device& device, const formula::Codebook& book, formula::Estimate estimate,
                       std::span<const CentroidSource> clients, std::size_t n) {
    cpu::nearest_centroids(device, book, estimate, clients, n);
}

void rotate_back(Device& device, const formula::Codebook& book, std::size_t first,
                 std::span<const CodedSlice> clients, std::size_t n) {
    cpu::rotate_back(device, book, first, clients, n);
}

void find_thresholds(Device& device, std::span<const SelectSource> clients, std::size_t elements,
                     std::size_t k) {
    cpu::find_thresholds(device, clients, elements, k);
}

void select_largest(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    cpu::select_largest(device, clients, elements);
}

void gather_selected(Device& device, std::span<const SelectSource> clients, std::size_t elements) {
    cpu::gather_selected(device, clients, elements);
}

void scatter_selected(Device& device, std::span<const ScatterSource> clients,
                      std::size_t elements) {
    cpu::scatter_selected(device, clients, elements);
}

void stop_pruned(Device& device, std::size_t lanes, const LaneState* states, std::size_t elements,
                 const float* global, PerLane<float> gradient) {
    cpu::stop_pruned(device, lanes, states, elements, global, gradient);
}

void count_kept(Device& device, std::span<const KeptWeights> clients, std::size_t elements,
                std::uint64_t* kept) {
    cpu::count_kept(device, clients, elements, kept);
}

void merge_kept(Device& device, formula::MergeRule rule, std::size_t elements,
                const formula::Wide* sum, const std::uint64_t* kept, std::uint64_t samples,
                const float* global, double* mean) {
    cpu::merge_kept(device, rule, elements, sum, kept, samples, global, mean);
}

void score_weights(Device& device, const FrozenWeights& frozen, std::size_t lanes,
                   const LaneState* states, const float* global, PerLane<const float> update,
                   PerLane<float> weights) {
    cpu::score_weights(device, frozen, lanes, states, global, update, weights);
}

void score_gradient(Device& device, const FrozenWeights& frozen, double rate, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> update,
                    PerLane<float> gradient) {
    cpu::score_gradient(device, frozen, rate, lanes, states, global, update, gradient);
}

void pack_scores(Device& device, std::span<const MaskSource> clients, std::size_t elements,
                 const float* global) {
    cpu::pack_scores(device, clients, elements, global);
}

void posterior_scores(Device& device, std::span<const std::uint32_t* const> clients,
                      std::size_t elements, const float* global, double* mean) {
    cpu::posterior_scores(device, clients, elements, global, mean);
}

void binarize_weights(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                      const LaneState* states, const float* global, PerLane<float> update,
                      PerLane<float> weights) {
    cpu::binarize_weights(device, binary, lanes, states, global, update, weights);
}

void binarize_gradient(Device& device, const BinaryUpdate& binary, std::size_t lanes,
                       const LaneState* states, PerLane<const float> update,
                       PerLane<float> gradient) {
    cpu::binarize_gradient(device, binary, lanes, states, update, gradient);
}

void pack_binarized(Device& device, const BinaryUpdate& binary,
                    std::span<const BinarizeSource> clients) {
    cpu::pack_binarized(device, binary, clients);
}

void start_factors(Device& device, const FactorShape& shape, std::uint32_t tensor,
                   std::span<const MatrixFactors> clients) {
    cpu::start_factors(device, shape, tensor, clients);
}

void multiply_rows(Device& device, const FactorShape& shape,
                   std::span<const MatrixFactors> clients) {
    cpu::multiply_rows(device, shape, clients);
}

void multiply_columns(Device& device, const FactorShape& shape,
                      std::span<const MatrixFactors> clients) {
    cpu::multiply_columns(device, shape, clients);
}

void orthonormalise(Device& device, const FactorShape& shape,
                    std::span<const MatrixFactors> clients) {
    cpu::orthonormalise(device, shape, clients);
}

void multiply_factors(Device& device, const FactorShape& shape,
                      std::span<const FactorProduct> clients) {
    cpu::multiply_factors(device, shape, clients);
}

void frozen_weights(Device& device, const FrozenShape& shape, std::size_t lanes,
                    const LaneState* states, const float* global, PerLane<const float> factor,
                    PerLane<float> weights) {
    cpu::frozen_weights(device, shape, lanes, states, global, factor, weights);
}

void frozen_gradient(Device& device, const FrozenShape& shape, std::size_t lanes,
                     const LaneState* states, PerLane<float> gradient) {
    cpu::frozen_gradient(device, shape, lanes, states, gradient);
}

void multiply_frozen(Device& device, const FrozenShape& shape,
                     std::span<const FrozenProduct> clients) {
    cpu::multiply_frozen(device, shape, clients);
}

void gather_batch(Device& device, const SplitView& split, std::size_t lanes, std::size_t batch,
                  const LaneState* states, Real real, void* x, std::uint16_t* labels) {
    cpu::gather_batch(device, split, lanes, batch, states, real, x, labels);
}

void pooling_forward(Device& device, const PoolingShape& shape, const LaneState* states,
                     const void* x, PerLane<const float> bias, void* y, std::uint8_t* chosen) {
    cpu::pooling_forward(device, shape, states, x, bias, y, chosen);
}

void pooling_backward(Device& device, const PoolingShape& shape, const LaneState* states,
                      const void* x, PerLane<const float> bias, const void* y,
                      const std::uint8_t* chosen, const void* dy, void* dx, PerLane<float> dbias) {
    cpu::pooling_backward(device, shape, states, x, bias, y, chosen, dy, dx, dbias);
}

void embedding_forward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                       const std::int32_t* tokens, PerLane<const float> w, void* y) {
    cpu::embedding_forward(device, shape, states, tokens, w, y);
}

void embedding_backward(Device& device, const EmbeddingShape& shape, const LaneState* states,
                        const std::int32_t* tokens, const void* dy, PerLane<float> dw) {
    cpu::embedding_backward(device, shape, states, tokens, dy, dw);
}

void weighted_sum(Device& device, const SumShape& shape, const LaneState* states, float alpha,
                  const void* a, float beta, const void* b, void* y) {
    cpu::weighted_sum(device, shape, states, alpha, a, beta, b, y);
}

} // namespace fedmrn::kernels
