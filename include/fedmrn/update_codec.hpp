// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "fedmrn/message.hpp"
#include "fedmrn/options.hpp"
#include "fedmrn/parameter.hpp"
#include "fedmrn/part.hpp"

#pragma GCC visibility push(default)
namespace fedmrn {

/// Whose update of which round. seed is the client's own of the round, and the same where its
/// message is read: what both ends have to draw alike is drawn with it.
struct UpdateContext {
    std::uint32_t round = 0;
    std::uint64_t client = 0, seed = 0;
};

/// The arrays of a message, as long as the table makes them and as Message describes them: mask of
/// the mask and sparse tensors, packed and scales of the packed ones, dense of the float32 ones.
template <template <class> class Values> struct PayloadArrays {
    Values<std::uint32_t> mask, packed;
    Values<float> scales, dense;
};
template <class T> using Written = std::span<T>;
template <class T> using Read = std::span<const T>;

/// A method of one's own that compresses what clients have trained as FedAvg's do: the update of
/// the weights, which are the masked elements at the state's front. Biases and statistics go beside
/// it as float32; the server takes the weighted mean of what is decoded, by integer sums. All
/// memory is the host's, on any device: a GPU's update is copied there and back. Stateless; used by
/// several threads at once. What it throws, as Error, ends the round.
class UpdateCodec {
public:
    virtual ~UpdateCodec() = default;

    /// The tensors that the weights take in every message of the round.
    [[nodiscard]] virtual std::vector<TensorEntry> table(std::uint32_t round) const = 0;

    /// update [masked], weights after local training minus those before; payload: zeros, to be
    /// filled. Bits past the end of a tensor stay zero, scales are finite and not negative.
    virtual void encode(const UpdateContext& context, std::span<const float> update,
                        const PayloadArrays<Written>& payload) const = 0;

    /// The reverse: update [masked] is to be written, all of it. A function of its arguments, equal
    /// on every machine, as payload comes from anywhere: its lengths have been checked, its values
    /// have not.
    virtual void decode(const UpdateContext& context, const PayloadArrays<Read>& payload,
                        std::span<float> update) const = 0;
};

/// A method that method.name can say. An option "error_feedback" (a boolean) has what messages
/// leave out added to the client's next update, as with the engine's own methods.
struct UpdateMethod : Part {
    std::uint8_t wire = 0; ///< its number in a message; 200 … 255: the engine takes none of them
    double lr = 0.03;      ///< what client.lr is where nobody says it
    std::function<std::unique_ptr<const UpdateCodec>(const Options&, const ParameterLayout&)> make =
        {};
};

/// Registers it, before configurations are read and threads begin. Throws Error where its name or
/// its number is taken.
void add_method(const UpdateMethod& method);

} // namespace fedmrn
#pragma GCC visibility pop
