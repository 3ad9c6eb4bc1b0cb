// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"

namespace fedmrn {
namespace {

/// Why encode() refuses the golden message after an edit.
template <class Edit> std::string why(const Edit& edit) {
    Message message = samples::golden_message();
    edit(message);
    return samples::reason([&] { (void)encode(message); });
}

TEST(MessageEncode, RefusesAPayloadThatIsNotTheTables) {
    EXPECT_EQ(why([](Message& m) { m.mask.pop_back(); }),
              "uplink message: 10 mask words, the table needs 11");
    EXPECT_EQ(why([](Message& m) { m.mask.push_back(0); }),
              "uplink message: 12 mask words, the table needs 11");
    EXPECT_EQ(why([](Message& m) { m.dense.clear(); }),
              "uplink message: 0 float32 values, the table needs 2");
    EXPECT_EQ(why([](Message& m) { m.tensors.clear(); }),
              "uplink message: 11 mask words, the table needs 0");
    EXPECT_EQ(why([](Message& m) { m.mask.back() = 0x800; }),
              "uplink message: mask bits past the last of 331 elements are set");
}

TEST(MessageEncode, RefusesCodesThatAreNotTheTables) {
    const auto edited = [](auto edit) {
        Message message = samples::random_message({{packed_encoding(2, true), 33}}, 1);
        edit(message);
        return samples::reason([&] { (void)encode(message); });
    };
    EXPECT_EQ(edited([](Message& m) { m.packed.pop_back(); }),
              "uplink message: 3 words of codes, the table needs 4");
    EXPECT_EQ(edited([](Message& m) { m.scales.clear(); }),
              "uplink message: 0 scales, the table needs 1");
    EXPECT_EQ(edited([](Message& m) { m.packed[3] = 2; }),
              "uplink message: tensor 0: bits past the last of 33 codes are set");
}

TEST(MessageEncode, RefusesOnesThatAreNotTheTables) {
    const auto edited = [](auto edit) {
        Message message =
            samples::random_message({{Encoding::mask, 5}, {Encoding::sparse, 40, 4}}, 1);
        message.mask = {7, 0b1111, 0};
        edit(message);
        return samples::reason([&] { (void)encode(message); });
    };
    EXPECT_EQ(edited([](Message&) {}), "accepted");
    EXPECT_EQ(edited([](Message& m) { m.mask.pop_back(); }),
              "uplink message: 2 mask words, the table needs 3");
    EXPECT_EQ(edited([](Message& m) { m.mask[2] = 1; }),
              "uplink message: tensor 1: 5 elements are set, expected 4");
    EXPECT_EQ(edited([](Message& m) { m.mask[1] = 0; }),
              "uplink message: tensor 1: 0 elements are set, expected 4");
    EXPECT_EQ(edited([](Message& m) { m.mask[2] = 256; }),
              "uplink message: tensor 1: bits past the last of 40 elements are set");
    EXPECT_EQ(edited([](Message& m) { m.mask[0] = 32; }),
              "uplink message: mask bits past the last of 5 elements are set");
    EXPECT_EQ(edited([](Message& m) { m.tensors[1].ones = 41; }),
              "uplink message: tensor 1: impossible count, 41 ones in 40 elements");
    EXPECT_EQ(edited([](Message& m) { m.tensors[1].ones = 0; }),
              "uplink message: tensor 1: 4 elements are set, expected 0");
    EXPECT_EQ(edited([](Message& m) { m.tensors[0].ones = 1; }),
              "uplink message: tensor 0: 1 ones of a mask tensor, expected 0");
}

TEST(MessageEncode, RefusesImpossibleTables) {
    EXPECT_EQ(why([](Message& m) { m.tensors.assign(65'536, {}); }),
              "uplink message: 65536 tensors, at most 65535 fit");
    EXPECT_EQ(why([](Message& m) { m.tensors[2].encoding = static_cast<Encoding>(3); }),
              "uplink message: tensor 2: unknown encoding 3, expected 0 (float32), 1 (mask), "
              "2 (sparse), 33 to 48 (packed), 65 to 80 (packed with a scale) or 97 to 112 (packed "
              "with a scale for every 512)");
    EXPECT_EQ(
        why([](Message& m) { m.tensors[1].elements = std::uint64_t{1} << 48; }),
        "uplink message: tensor 1: impossible count, 281474976710656 elements reach the limit "
        "of 2^48");
    EXPECT_EQ(why([](Message& m) { m.tensors[1].elements = ~std::uint64_t{0}; }),
              "uplink message: tensor 1: impossible count, 18446744073709551615 elements reach the "
              "limit of 2^48");
}

TEST(MessageEncode, RefusesImpossibleSamples) {
    EXPECT_EQ(why([](Message& m) { m.samples = 0; }),
              "uplink message: impossible count, 0 samples, expected 1 to 2^40");
    EXPECT_EQ(why([](Message& m) { m.samples = (std::uint64_t{1} << 40) + 1; }),
              "uplink message: impossible count, 1099511627777 samples, expected 1 to 2^40");
}

TEST(MessageEncode, RefusesADivergedClientAsAFaultOfTheRun) {
    Message message = samples::golden_message();
    message.dense[1] = std::numeric_limits<float>::infinity();
    try {
        (void)encode(message);
        FAIL() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::run);
        EXPECT_STREQ(error.what(),
                     "uplink message: tensor 1: element 1 is infinite, expected a finite number");
    }
    EXPECT_EQ(why([](Message& m) { m.parameter = std::nanf(""); }),
              "uplink message: the method's parameter is not a finite number");
}

TEST(MessageEncode, NamesTheTensorThatDiverged) {
    Message message = samples::random_message({{Encoding::float32, 3},
                                               {Encoding::mask, 5},
                                               {Encoding::float32, 0},
                                               {Encoding::float32, 4}},
                                              1);
    for (const auto& [index, place] :
         {std::pair(2U, "tensor 0: element 2 is nan"), std::pair(3U, "tensor 3: element 0 is nan"),
          std::pair(6U, "tensor 3: element 3 is nan")}) {
        Message diverged = message;
        diverged.dense[index] = std::nanf("");
        EXPECT_EQ(samples::reason([&] { (void)encode(diverged); }),
                  std::string("uplink message: ") + place + ", expected a finite number");
    }
}

/// Long ones are written piece by piece: nothing lies between two pieces.
TEST(MessageEncode, ALongMessageIsCheckedToItsEnd) {
    const Message whole =
        samples::random_message({{Encoding::mask, 500'000}, {Encoding::float32, 10'001}}, 1);
    EXPECT_EQ(decode(encode(whole)), whole);
    for (const std::size_t place : {0, 1, 767, 768, 1535, 1536, 9999, 10'000}) {
        Message diverged = whole;
        diverged.dense[place] = std::numeric_limits<float>::infinity();
        EXPECT_EQ(samples::reason([&] { (void)encode(diverged); }),
                  "uplink message: tensor 1: element " + std::to_string(place) +
                      " is infinite, expected a finite number");
    }
}

} // namespace
} // namespace fedmrn
