// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/method/round.hpp"
#include "fedmrn/model.hpp"

// Which weights a round prunes: a function of a model and the round.
namespace fedmrn {

struct PruningOptions {
    enum class Pattern { unstructured, two_of_four };
    enum class Scope { global, layer };
    Pattern pattern = Pattern::unstructured;
    double sparsity = 0.5;   ///< s_f, share of the weights that end up pruned
    double initial = 0.0;    ///< s_i, of round `start` where pruning is gradual
    std::uint32_t start = 1; ///< t_0, the first round that prunes
    std::uint32_t end = 1;   ///< T, from which on s_f is pruned
    Scope scope = Scope::global;
    double regrow = 0.0;            ///< share of the kept weights that is replaced
    std::uint32_t regrow_every = 5; ///< rounds from one time to the next
};

/// Why options are none, in a few words; empty: they are some.
std::string pruning_fault(const PruningOptions& options);

/// "90 % per layer, rounds 5 to 20".
std::string pruning_text(const PruningOptions& options);

/// The share that a round t = 1, 2, … prunes of what has a threshold together: before t_0 none,
/// from T on s_f, between them s_f + (s_i − s_f) (1 − (t − t_0) / (T − t_0))³ (Zhu and Gupta,
/// 2017).
double sparsity_in(const PruningOptions& options, std::uint32_t round);

/// Whether a round ends with other weights than it began with: every regrow_every rounds from T on.
bool regrows_in(const PruningOptions& options, std::uint32_t round);

/// The masked tensors of a model and what is pruned of them. Of a share s of d weights
/// ⌈(1 − s) d⌉ are kept, at least one: those of the largest magnitude, of equal ones the first, of
/// all tensors together or of each. Of 2:4 a tensor's rows, the weights of an output, are cut into
/// groups of four neighbours, of which the two largest are kept; in a row's last group, where it is
/// shorter, two at most.
class PrunedTensors {
public:
    PrunedTensors(const PruningOptions& options, const ParameterLayout& layout);

    /// Weights whose magnitudes are compared; neighbours in the state.
    struct Part {
        std::size_t offset = 0; ///< in the state
        std::size_t rows = 1, size = 0;
        [[nodiscard]] std::size_t elements() const { return rows * size; }
        [[nodiscard]] std::size_t words() const { return (elements() + 31) / 32; }
    };
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    /// Words of all parts, each of which begins with a word.
    [[nodiscard]] std::size_t words() const;
    /// Weights that a part keeps in a round.
    [[nodiscard]] std::size_t kept(const Part& part, std::uint32_t round) const;

    /// Of each part, bit i % 32 of word i / 32: its element i is pruned in this round of a model
    /// [state] in device memory; bits past the end are zero. A model that is pruned so already
    /// gives the same words. Waits.
    [[nodiscard]] std::vector<std::uint32_t> pruned(Device& device, std::uint32_t round,
                                                    DevicePointer<const float> model) const;

    /// What is pruned of the model that a round's step led to from the one that it began with, in
    /// the words of pruned(). Mostly what was pruned before it; where the round regrows (RigL's
    /// rule, Evci et al., ICML 2020), of k weights that a part keeps the n = ⌊regrow · k⌋ smallest
    /// are pruned in place of the n that the step moved furthest of those that were. Waits.
    [[nodiscard]] std::vector<std::uint32_t> pruned_after(Device& device, std::uint32_t round,
                                                          DevicePointer<const float> begun,
                                                          DevicePointer<const float> model) const;
    /// values [state] ← 0 of every active lane where a bit is set; the same bits for all lanes.
    void clear(Device& device, DevicePointer<const std::uint32_t> pruned, std::size_t lanes,
               DevicePointer<const LaneState> states, const PerLane<float>& values) const;
    /// The same of one model, by words on the host.
    void clear(Device& device, const std::vector<std::uint32_t>& pruned,
               DevicePointer<float> model) const;

    /// Words of pruned() of all masked elements as one string of bits.
    [[nodiscard]] std::vector<std::uint32_t> as_one(const std::vector<std::uint32_t>& pruned) const;

private:
    /// The bits of a part of which the k largest are kept.
    static void prune_all_but(Device& device, const Part& part, std::size_t k,
                              DevicePointer<const float> model, std::uint32_t* words);

    PruningOptions options_;
    std::vector<Part> parts_;
};

} // namespace fedmrn
