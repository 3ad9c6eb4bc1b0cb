// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <type_traits>
#include <utility>

#include "engine/client/lane_group.hpp"
#include "engine/method/method.hpp"
#include "engine/model/network.hpp"
#include "engine/server/global_state.hpp"
#include "engine/stage/stage.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/server.hpp"

// What the engine hands over in device memory is no host pointer: held when this compiles. The
// pointers themselves, and the contracts, are held by tests/kernels/device_pointer_test.cpp.
namespace fedmrn::test {
namespace {

template <class T> using Pointer = DevicePointer<T>;

template <class Struct, class... Arguments>
concept MadeOf = requires(Arguments... arguments) {
    Struct{arguments...};
};
using Number = std::uint64_t;
static_assert(MadeOf<RoundContext, std::uint32_t, Pointer<float>> &&
              !MadeOf<RoundContext, std::uint32_t, float*>);
using Data = Pointer<const std::byte>;
static_assert(MadeOf<LocalStep, Pointer<float>, Data, std::size_t, Pointer<LaneState>> &&
              !MadeOf<LocalStep, float*, Data, std::size_t, Pointer<LaneState>> &&
              !MadeOf<LocalStep, Pointer<float>, std::byte*, std::size_t, Pointer<LaneState>> &&
              !MadeOf<LocalStep, Pointer<float>, Data, std::size_t, LaneState*>);
static_assert(MadeOf<TrainedClient, Number, Number, Number, Pointer<float>, Pointer<const float>> &&
              !MadeOf<TrainedClient, Number, Number, Number, float*, Pointer<const float>> &&
              !MadeOf<TrainedClient, Number, Number, Number, Pointer<float>, const float*>);
static_assert(MadeOf<Place, Tensor, std::size_t, Pointer<LaneState>> &&
              !MadeOf<Place, Tensor, std::size_t, LaneState*>);
template <class T>
concept IsPlaced = !std::is_assignable_v<T&, void*> && !std::is_assignable_v<T&, float*>;
static_assert(IsPlaced<decltype(LayerArgs::y)> && IsPlaced<decltype(LayerArgs::dy)> &&
              IsPlaced<decltype(LayerArgs::x)::value_type> &&
              IsPlaced<decltype(LayerArgs::dx)::value_type> &&
              IsPlaced<decltype(LayerArgs::kept)::value_type> &&
              IsPlaced<decltype(LossArgs::x)::value_type> &&
              IsPlaced<decltype(LossArgs::dx)::value_type>);
static_assert(!std::is_assignable_v<decltype(LossArgs::tallies)&, LaneMetrics*>);

template <class Updates>
concept Decodes = requires(const Codec& codec, Device& d, const RoundContext& round,
                           std::span<const MessageView> messages, Updates updates) {
    codec.decode(d, round, messages, updates);
};
static_assert(Decodes<Pointer<float>> && !Decodes<float*>);
template <class Sum>
concept Adds = requires(const Codec& codec, Device& d, const RoundContext& round,
                        const WeightedMessages& messages, Sum sum) {
    codec.add(d, round, messages, sum);
};
static_assert(Adds<Pointer<formula::Wide>> && !Adds<formula::Wide*>);
template <class Change>
concept Finishes = requires(const Aggregation& aggregation, Device& d, const RoundContext& round,
                            const Sums& sums, Change change) {
    aggregation.finish(d, round, sums, change);
};
static_assert(Finishes<Pointer<double>> && !Finishes<double*>);
template <class States, class Metrics>
concept Trains = requires(Network& network, States states, PerLane<float> weights,
                          Metrics metrics) {
    network.train(states, weights, weights, metrics);
};
static_assert(Trains<Pointer<LaneState>, Pointer<LaneMetrics>> &&
              !Trains<LaneState*, Pointer<LaneMetrics>> &&
              !Trains<Pointer<LaneState>, LaneMetrics*>);
template <class Mean, class Global>
concept Steps = requires(const ServerOptimizer& optimizer, Device& d, Mean mean,
                         std::span<const Pointer<double>> moments, Global global) {
    optimizer.step(d, 1.0, 1, mean, moments, global);
};
static_assert(Steps<Pointer<const double>, Pointer<float>> &&
              !Steps<const double*, Pointer<float>> && !Steps<Pointer<double>, float*>);
template <class Change>
concept StepsOn = requires(GlobalState& state, Change change) {
    state.step(change);
};
static_assert(StepsOn<Pointer<double>> && !StepsOn<double*>);
// And nothing that is in device memory comes out as a host pointer.
template <class T> constexpr bool is_device_pointer = false;
template <class T> constexpr bool is_device_pointer<Pointer<T>> = true;
static_assert(is_device_pointer<decltype(std::declval<const Variables&>().model_weights(
                  std::declval<Device&>(), {}, std::declval<Buffer<float>&>()))> &&
              is_device_pointer<decltype(std::declval<Departure&>().update(0))> &&
              is_device_pointer<decltype(std::declval<Sums&>().int64(""))> &&
              is_device_pointer<decltype(std::declval<Network&>().input())>);

} // namespace
} // namespace fedmrn::test
