// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/stage/rans_packing.hpp"
#include "fedmrn/message.hpp"
#include "kernels/formula/key.hpp"
#include "kernels/formula/noise.hpp"
#include "tests/support/places.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/run_files.hpp"

// tests/golden/packed: messages that packing 2 has packed, for whoever writes a reader of
// docs/message.md. FEDMRN_WRITE_VECTORS=1 in the environment writes them anew. tests/decode reads
// them too.
namespace fedmrn::test {
namespace {

Message begun(std::uint8_t method, std::vector<TensorEntry> tensors) {
    Message message;
    message.method = method;
    message.parameter = 0.01f;
    message.round = 3;
    message.client = 17;
    message.seed = 0x0123456789abcdef;
    message.samples = 600;
    message.tensors = std::move(tensors);
    message.tensors.push_back({Encoding::float32, 3});
    message.dense = {1.0f, -2.5f, 0.0f};
    return message;
}

/// A mask over the noise of updates of a size, of a sign that 200 neighbours share.
Message of_noise(std::vector<TensorEntry> tensors, double size) {
    Message message = begun(1, std::move(tensors));
    std::uint64_t elements = 0;
    for (const TensorEntry& entry : message.tensors)
        elements += entry.encoding == Encoding::mask ? entry.elements : 0;
    RandomValues random(elements);
    message.mask.resize(words_of(elements));
    for (std::size_t i = 0; i < elements; ++i) {
        const std::uint32_t word =
            formula::element_word(message.seed, i, 0, formula::purpose_noise);
        const double n = formula::noise_grid<formula::NoiseShape::uniform>(1, word) * 0x1p-24;
        const bool set = random.unit() < (i / 200 % 2 == 0 ? size : -size) / n;
        message.mask[i / 32] |= std::uint32_t{set} << i % 32;
    }
    return message;
}

/// Codes whose levels halve in number from one to the next, their signs fair.
Message of_codes(std::uint8_t method, Encoding encoding, std::uint64_t elements) {
    const unsigned bits = code_bits(encoding);
    Message message = begun(method, {{encoding, elements}});
    RandomValues random(bits);
    message.packed.resize(bits * words_of(elements));
    for (std::size_t i = 0; i < elements; ++i) {
        std::uint32_t level = 0;
        while (level + 1 < 1U << (bits - 1) && random.below(2) != 0) ++level;
        const auto code =
            level << 1 | (level != 0 ? static_cast<std::uint32_t>(random.below(2)) : 0);
        for (unsigned p = 0; p < bits; ++p)
            message.packed[i / 32 * bits + p] |= (code >> p & 1) << i % 32;
    }
    message.scales.assign(message.tensors.front().scales(), 0.25f);
    return message;
}

/// Bits that need no noise to be likely.
Message of_few_bits() {
    Message message = begun(8, {{Encoding::mask, 7'013}});
    RandomValues random(1);
    message.mask.resize(words_of(7'013));
    for (std::size_t i = 0; i < 7'013; ++i)
        message.mask[i / 32] |= std::uint32_t{random.below(i / 1000 % 2 == 0 ? 4 : 40) == 0}
                                << i % 32;
    return message;
}

struct Vector {
    const char* name;
    Message message;
    std::size_t shorter; ///< bytes that packing saves at least
};

std::vector<Vector> vectors() {
    const TensorEntry most{Encoding::mask, 262'144}, more{Encoding::mask, 4'001};
    return {
        {"fedmrn", of_noise({{Encoding::mask, 5'000}, {Encoding::mask, 1'033}}, 0.1), 100},
        {"fedmrn-streams", of_noise({most, more}, 0.004), 25'000},
        {"fedpm", of_few_bits(), 100},
        {"terngrad", of_codes(3, packed_encoding(2, true), 5'009), 100},
        {"qsgd", of_codes(4, packed_encoding(8, Encoding::bucketed), 3'000), 1'000},
        {"as-it-is", of_noise({{Encoding::mask, 500}}, 0.1), 0},
    };
}

TEST(RansVectors, AreWhatStandsInTheFiles) {
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.name);
        const std::vector<std::byte> message = encode(vector.message);
        const std::vector<std::byte> bytes = packed(RansPacking(), message);
        const std::string found(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const std::string file = test_data() + "/golden/packed/" + vector.name + ".fmrn";
        if (std::getenv("FEDMRN_WRITE_VECTORS") != nullptr) spill(file, found);
        EXPECT_TRUE(slurp(file) == found);
        EXPECT_TRUE(unpacked(RansPacking(), bytes, message.size()) == message);
        if (vector.shorter == 0)
            EXPECT_EQ(bytes.size(), message.size() + 21);
        else
            EXPECT_LE(bytes.size() + vector.shorter, message.size());
    }
}

} // namespace
} // namespace fedmrn::test
