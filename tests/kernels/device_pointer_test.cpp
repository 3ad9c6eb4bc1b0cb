// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/device_pointer.hpp"

#include <span>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/batch.hpp"
#include "kernels/binarize.hpp"
#include "kernels/frozen_factor.hpp"
#include "kernels/hadamard.hpp"
#include "kernels/lanes.hpp"
#include "kernels/low_rank.hpp"
#include "kernels/mask.hpp"
#include "kernels/prune.hpp"
#include "kernels/quantize.hpp"
#include "kernels/select.hpp"
#include "kernels/update.hpp"
#include "tests/support/on_device.hpp"

// A host pointer where a device's is wanted does not compile, nor the other way round: what is held
// here is held when this file compiles.
namespace fedmrn::test {
namespace {

using namespace kernels;

template <class T> using Pointer = DevicePointer<T>;

// As cheap as the address.
static_assert(std::is_trivially_copyable_v<Pointer<float>> && sizeof(Pointer<float>) == 8);
static_assert(std::is_trivially_copyable_v<PerLane<float>> && sizeof(PerLane<float>) == 16);

// From a host pointer: by from_device alone.
static_assert(!std::is_constructible_v<Pointer<float>, float*>);
static_assert(!std::is_constructible_v<Pointer<const void>, const void*>);
static_assert(!std::is_assignable_v<Pointer<float>&, float*>);
static_assert(!std::is_constructible_v<PerLane<float>, float*, std::size_t>);
static_assert(!std::is_constructible_v<Pointer<float>, std::vector<float>&>);
static_assert(!std::is_constructible_v<Pointer<float>, long>);
static_assert(!std::is_constructible_v<Pointer<float>, int>);
// To one: by get alone.
static_assert(!std::is_constructible_v<float*, Pointer<float>>);
static_assert(!std::is_convertible_v<Pointer<float>, const void*>);
static_assert(!std::is_convertible_v<Pointer<float>, bool>);
static_assert(!std::is_constructible_v<std::span<float>, Pointer<float>, std::size_t>);
// Among themselves as pointers do.
static_assert(std::is_convertible_v<Pointer<float>, Pointer<const float>>);
static_assert(std::is_convertible_v<Pointer<float>, Pointer<const void>>);
static_assert(std::is_convertible_v<PerLane<float>, PerLane<const float>>);
static_assert(std::is_convertible_v<std::nullptr_t, Pointer<float>>);
static_assert(!std::is_constructible_v<Pointer<float>, Pointer<const float>>);
static_assert(!std::is_constructible_v<Pointer<float>, Pointer<double>>);
static_assert(!std::is_constructible_v<Pointer<float>, Pointer<void>>);
template <class From, class To>
concept ReadsAs = requires(From from) {
    from.template as<To>();
};
static_assert(ReadsAs<Pointer<void>, float> && ReadsAs<Pointer<void>, const float>);
static_assert(ReadsAs<Pointer<const void>, const float> && !ReadsAs<Pointer<const void>, float>);

// A device's memory and the host's, each on its side.
template <class... Arguments>
concept CopiesIn = requires(Device& d, Arguments... arguments) {
    d.copy_in(arguments..., 4);
};
template <class... Arguments>
concept CopiesOut = requires(Device& d, Arguments... arguments) {
    d.copy_out(arguments..., 4);
};
template <class... Arguments>
concept Copies = requires(Device& d, Arguments... arguments) {
    d.copy_within(arguments..., 4);
};
template <class T>
concept Clears = requires(Device& d, T memory) {
    d.clear(memory, 4);
};
template <class T>
concept Fetches = requires(Device& d, T memory) {
    d.fetch(memory, 4);
};
template <class T>
concept Releases = requires(Device& d, T memory) {
    d.release(memory);
};
static_assert(CopiesIn<Pointer<float>, const float*> && !CopiesIn<float*, const float*> &&
              !CopiesIn<float*, Pointer<float>> && !CopiesIn<Pointer<float>, Pointer<float>>);
static_assert(CopiesOut<float*, Pointer<const float>> && !CopiesOut<float*, const float*> &&
              !CopiesOut<Pointer<float>, const float*> &&
              !CopiesOut<Pointer<float>, Pointer<float>>);
static_assert(Copies<Pointer<float>, Pointer<const float>> &&
              !Copies<Pointer<float>, const float*> && !Copies<float*, Pointer<const float>>);
static_assert(Clears<Pointer<float>> && !Clears<float*>);
static_assert(Fetches<Pointer<const float>> && !Fetches<const float*>);
static_assert(Releases<Pointer<float>> && !Releases<float*>);

// No contract takes an address as it is: Contract refuses it itself. And one call of each kind.
static_assert(!takes_addresses<void(Device&, std::size_t, Pointer<const float>, PerLane<float>)>);
static_assert(takes_addresses<void(Device&, std::size_t, const float*)>);
static_assert(takes_addresses<float(Device&, const void* const)>);
template <class Values>
constexpr bool adds =
    std::is_invocable_v<decltype(add_values)&, Device&, std::size_t, Values, Pointer<float>>;
static_assert(adds<Pointer<const float>> && adds<Pointer<float>> && adds<std::nullptr_t>);
static_assert(!adds<float*> && !adds<const float*> && !adds<std::vector<float>&>);
template <class Global, class Lanes>
constexpr bool adds_updates =
    std::is_invocable_v<decltype(add_update)&, Device&, std::size_t, Pointer<const LaneState>,
                        std::size_t, Global, Lanes, PerLane<float>>;
static_assert(adds_updates<Pointer<float>, PerLane<float>>);
static_assert(!adds_updates<float*, PerLane<float>> && !adds_updates<Pointer<float>, float*>);

/// Whether a member of a list's struct takes device memory and no other.
template <class Member> struct IsOfDevice : std::false_type {};
template <class Struct, class T>
struct IsOfDevice<Pointer<T> Struct::*>
    : std::bool_constant<!std::is_assignable_v<Pointer<T>&, T*>> {};
template <class Struct, class T> struct IsOfDevice<PerLane<T> Struct::*> : std::true_type {};
template <auto... members> constexpr bool of_device = (IsOfDevice<decltype(members)>::value && ...);

// What the lists that contracts are given are made of.
using Split = SplitView;
static_assert(
    of_device<&Split::pixels, &Split::labels, &Split::order, &Split::scale, &Split::shift>);
static_assert(of_device<&LaneArrays::states, &LaneArrays::metrics, &LaneArrays::update,
                        &LaneArrays::velocity, &LaneArrays::weights>);
static_assert(of_device<&BinarizeSource::update, &BinarizeSource::scales, &BinarizeSource::words>);
static_assert(of_device<&FrozenProduct::factor, &FrozenProduct::matrix>);
static_assert(of_device<&RotationSource::values, &RotationSource::out>);
static_assert(of_device<&CentroidSource::values, &CentroidSource::scale, &CentroidSource::words>);
static_assert(of_device<&CodedSlice::words, &CodedSlice::out>);
static_assert(of_device<&MatrixFactors::matrix, &MatrixFactors::p, &MatrixFactors::q>);
static_assert(of_device<&FactorProduct::p, &FactorProduct::q, &FactorProduct::matrix>);
static_assert(of_device<&MaskSource::update, &MaskSource::words, &PackedMask::words>);
static_assert(of_device<&KeptWeights::words>);
static_assert(of_device<&ScaleSource::values, &ScaleSource::scale, &PackedValues::words>);
static_assert(of_device<&QuantizeSource::values, &QuantizeSource::scale, &QuantizeSource::words>);
static_assert(of_device<&SelectSource::values, &SelectSource::base, &SelectSource::threshold,
                        &SelectSource::words, &SelectSource::kept>);
static_assert(of_device<&ScatterSource::words, &ScatterSource::kept, &ScatterSource::signs,
                        &ScatterSource::values>);
static_assert(of_device<&ChangeSource::update, &ChangeSource::weights, &ChangeSource::change>);
static_assert(of_device<&DenseValues::values>);

/// Arithmetic is that of the address.
TEST(DevicePointers, MoveByElements) {
    float values[4] = {};
    const auto first = Pointer<float>::from_device(values);
    EXPECT_EQ((first + 3).get(), values + 3);
    EXPECT_EQ((first + std::size_t{2}).get(), values + 2);
    auto moving = first;
    moving += 1;
    EXPECT_EQ(moving.get(), values + 1);
    EXPECT_FALSE(moving == first);
    EXPECT_TRUE(Pointer<const float>(first) == first);
    EXPECT_EQ(Pointer<void>(first).as<float>(), first);
    EXPECT_TRUE(first);
    EXPECT_FALSE(Pointer<float>());
    EXPECT_EQ((PerLane<float>{first, 2}[1].get()), values + 2);
}

FEDMRN_ON_DEVICES(DevicesMemory);

/// What a device allocates goes in and comes out again.
TEST_P(DevicesMemory, IsWhereItsPointersSay) {
    const std::vector<float> values{1, 2, 3};
    Buffer<float> from(device, values), to(device, 3);
    device.copy_within(to.data() + 1, from.data(), 2 * sizeof(float));
    EXPECT_EQ(to.read(), (std::vector<float>{0, 1, 2}));
}

} // namespace
} // namespace fedmrn::test
