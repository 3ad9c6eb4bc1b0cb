// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "tests/engine/method/packed_values.hpp"
#include "tests/support/option.hpp"
#include "tests/support/reason.hpp"
#include "tests/support/statistics.hpp"

namespace fedmrn::test {
namespace {

const MethodConfig unbiased{"drive"};
const MethodConfig least_error{"drive", {{"estimate", "least_error"}}};
unsigned bits_of(const MethodConfig& config) {
    return config.name == "eden" ? static_cast<unsigned>(option<std::int64_t>(config, "bits")) : 1;
}
MethodConfig eden(unsigned bits) { return {"eden", {{"bits", bits}}}; }

/// DRIVE and EDEN.
using RotatedTest = MethodTest;
INSTANTIATE_TEST_SUITE_P(On, RotatedTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// The binary expansion of the number of masked elements, each slice from a word of its own.
TEST_P(RotatedTest, CutsTheUpdateIntoPowersOfTwo) {
    const auto table = make_method(eden(3), one_tensor(389'920))->uplink->table(1);
    const std::vector<std::uint64_t> slices{1 << 18, 1 << 16, 1 << 15, 1 << 14, 1 << 13,
                                            1 << 12, 1 << 9,  1 << 8,  1 << 5};
    ASSERT_EQ(table.size(), slices.size() + 1);
    for (std::size_t t = 0; t < slices.size(); ++t)
        EXPECT_EQ(table[t], (TensorEntry{packed_encoding(3, true), slices[t]}));
    const Message sent = message_from(device, *make_method(eden(3), one_tensor(13)), // 8 + 4 + 1
                                      RandomValues(1).values(13));
    EXPECT_EQ(sent.packed.size(), 9U);
    EXPECT_EQ(sent.scales.size(), 3U);
}

/// One value is its own rotation but for the sign; a slice of zeros beside it is sent as zeros.
TEST_P(RotatedTest, SendsASingleValueAndZerosExactly) {
    const std::vector<float> update{0.0f, 0.0f, -0.75f};
    for (const MethodConfig& config : {unbiased, least_error, eden(1), eden(4)}) {
        for (std::uint64_t seed = 0; seed < 8; ++seed) {
            const Message sent =
                message_from(device, *make_method(config, one_tensor(3)), update, seed);
            EXPECT_EQ(sent.scales[0], 0.0f);
            EXPECT_NEAR(values_of(sent, config)[2], -0.75, 0x1p-24); // a quotient of floats
        }
    }
}

/// All values of a rotated spike are as large: nothing is lost.
TEST_P(RotatedTest, SendsASpikeExactly) {
    std::vector<float> update(4096, 0.0f);
    update[1234] = -0.3f;
    for (const MethodConfig& config : {unbiased, least_error}) {
        const Message sent = message_from(device, *make_method(config, one_tensor(4096)), update);
        EXPECT_LT(normalised_error(values_of(sent, config), update), 1e-12);
    }
}

/// At one bit EDEN is unbiased DRIVE, bit for bit; the message says another method, that is all.
TEST_P(RotatedTest, EdenOfOneBitIsUnbiasedDrive) {
    const auto drive = make_method(unbiased, model.layout);
    const auto one_bit = make_method(eden(1), model.layout);
    for (std::uint64_t client = 1; client <= 3; ++client) {
        Message a = message(*drive, client, 64, updates(client));
        const Message b = message(*one_bit, client, 64, updates(client));
        EXPECT_TRUE(same_bits(aggregate(*drive, {a}), aggregate(*one_bit, {b})));
        EXPECT_NE(a.method, b.method);
        a.method = b.method;
        EXPECT_EQ(a, b);
        const Message other =
            message(*make_method(least_error, model.layout), client, 64, updates(client));
        EXPECT_EQ(other.packed, b.packed);
        EXPECT_NE(other.scales, b.scales);
    }
}

/// The scale keeps ⟨decode(D), D⟩ = ‖D‖² for every seed, not in the mean alone.
TEST_P(RotatedTest, AnUnbiasedScaleKeepsTheProjection) {
    constexpr std::size_t n = 8192 + 512 + 3;
    const auto update = RandomValues(5).values(n, 0.02);
    double square = 0;
    for (const float x : update) square += double{x} * double{x};
    for (const MethodConfig& config : {unbiased, eden(2), eden(3), eden(4)}) {
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            const Message sent =
                message_from(device, *make_method(config, one_tensor(n)), update, seed);
            const auto decoded = values_of(sent, config);
            const double product =
                std::inner_product(decoded.begin(), decoded.end(), update.begin(), 0.0);
            EXPECT_NEAR(product, square, 1e-6 * square) << bits_of(config);
        }
    }
}

/// What theory says of normal r: E q r, E q² and the variance, an element, of the error's relative
/// deviation, r²/E r² + q²/E q² − 2 q r/E q r. By the trapezoidal rule on [−12, 12].
struct Theory {
    explicit Theory(unsigned bits) {
        const double* centroid = formula::lloyd_max[bits - 1];
        const auto sum = [&](auto of) {
            constexpr double step = 1e-3;
            double total = 0;
            for (double z = step / 2; z < 12; z += step) {
                double q = centroid[0];
                for (unsigned l = 1; l < 1U << (bits - 1); ++l) {
                    if (z >= (centroid[l - 1] + centroid[l]) / 2) q = centroid[l];
                }
                total += 2 * step * of(z, q) * std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
            }
            return total;
        };
        const double qr = sum([](double z, double q) { return q * z; });
        const double qq = sum([](double, double q) { return q * q; });
        ratio = qq / (qr * qr);
        variance = sum(
            [&](double z, double q) { return std::pow(z * z + q * q / qq - 2 * q * z / qr, 2); });
    }
    double ratio =
        0; ///< ‖r‖² ‖q‖² / ⟨q, r⟩²: the unbiased error is ratio − 1, the least 1 − 1/ratio
    double variance = 0; ///< of the relative deviation of ratio, times n
};

/// Normal, log-normal, and normal ones in one place of a hundred.
std::vector<std::vector<float>> vectors(std::size_t n) {
    RandomValues random(11);
    const auto normal = [&] {
        return std::sqrt(-2 * std::log(random.unit())) * std::cos(2 * M_PI * random.unit());
    };
    std::vector<std::vector<float>> all(3, std::vector<float>(n, 0.0f));
    for (std::size_t i = 0; i < n; ++i) {
        all[0][i] = static_cast<float>(0.01 * normal());
        all[1][i] = static_cast<float>(0.01 * std::exp(normal()));
        if (i % 100 == 7) all[2][i] = static_cast<float>(normal());
    }
    return all;
}

/// The errors of the papers, on whatever values: π/2 − 1 and 1 − 2/π of DRIVE, 1/(1 − D) − 1 of
/// EDEN. Means of 4 seeds within what 0.9999 of right ones keep to, and Σ x⁴ / (Σ x²)² of room: so
/// far is a rotated value from normal.
TEST_P(RotatedTest, ErrsAsThePapersSay) {
    constexpr std::size_t n = 1 << 16, seeds = 4;
    const double known[] = {M_PI / 2 - 1, 0.13312, 0.035784, 0.0095921};
    for (const auto& update : vectors(n)) {
        double square = 0, fourth = 0;
        for (const float x : update) {
            square += std::pow(double{x}, 2);
            fourth += std::pow(double{x}, 4);
        }
        for (unsigned bits = 0; bits <= 4; ++bits) { // 0: DRIVE's least error
            const MethodConfig config = bits == 0 ? least_error : eden(bits);
            const auto method = make_method(config, one_tensor(n));
            const Theory theory(std::max(bits, 1U));
            double error = 0;
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
                const Message sent = message_from(device, *method, update, seed);
                error += normalised_error(values_of(sent, config), update) / seeds;
            }
            const double deviation = std::sqrt(theory.variance / double(n * seeds));
            const double room = z_9999 * deviation + fourth / (square * square);
            const double expected = bits == 0 ? 1 - 2 / M_PI : known[bits - 1];
            EXPECT_NEAR(bits == 0 ? 1 - 1 / theory.ratio : theory.ratio - 1, expected, 1e-5);
            EXPECT_NEAR(error, expected, room * (1 + expected)) << bits << " bits";
        }
    }
}

/// The mean of decoded messages goes to the update as 1/√seeds, altogether and element by element;
/// least-error DRIVE's does not. The errors are at right angles to D, and those of two seeds to
/// each other but for chance: seeds · ‖mean − D‖² is the error's square with a relative deviation
/// of √(2/n).
TEST_P(RotatedTest, AreUnbiased) {
    constexpr std::size_t n = 2048, seeds = 200;
    const auto update = vectors(n)[0];
    double square = 0;
    for (const float x : update) square += std::pow(double{x}, 2);
    for (const MethodConfig& config : {unbiased, eden(2), eden(4), least_error}) {
        const auto method = make_method(config, one_tensor(n));
        std::vector<double> mean(n, 0.0);
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            const auto decoded = values_of(message_from(device, *method, update, seed), config);
            for (std::size_t i = 0; i < n; ++i) mean[i] += decoded[i] / seeds;
        }
        const double expected = Theory(bits_of(config)).ratio - 1;
        const double found = seeds * normalised_error(mean, update);
        const double room = z_9999 * std::sqrt(2.0 / n) * expected;
        if (config == least_error) {
            EXPECT_GT(found, expected + 10 * room);
            continue;
        }
        EXPECT_NEAR(found, expected, room) << bits_of(config);
        const double one = std::sqrt(expected * square / n / seeds); // an element's deviation
        for (std::size_t i = 0; i < n; ++i)
            ASSERT_NEAR(mean[i], double{update[i]}, z_999999 * one) << bits_of(config) << ' ' << i;
    }
}

/// Seeds and slices turn by signs of their own.
TEST_P(RotatedTest, DrawAnewForSlicesAndClients) {
    const auto method = make_method(unbiased, one_tensor(96));
    const auto half = RandomValues(1).values(32);
    std::vector<float> update(96);
    for (std::size_t i = 0; i < 96; ++i) update[i] = half[i % 32];
    const Message sent = message_from(device, *method, update, 1);
    EXPECT_NE(message_from(device, *method, update, 2).packed, sent.packed);
    EXPECT_EQ(message_from(device, *method, update, 1), sent);
    const auto alone = make_method(unbiased, one_tensor(32));
    EXPECT_NE(message_from(device, *alone, half, 1).packed[0], sent.packed[2]);
}

/// A value may be √n times the scale: larger ones would leave the fixed-point grid.
TEST_P(RotatedTest, AScaleBeyondTheGridIsOneLine) {
    const auto method = make_method(unbiased, one_tensor(1024));
    Message sent = message_from(device, *method, RandomValues(1).values(1024));
    sent.scales[0] = 0x1p22f / 32;
    const auto aggregate_it = [&] { return change_of(*method, device, {}, {&sent, 1}, 1025); };
    EXPECT_TRUE(one_line(aggregate_it, "its training has diverged", Fault::run));
    sent.scales[0] = std::nextafter(sent.scales[0], 0.0f);
    std::fill(sent.packed.begin(), sent.packed.end(), 0U); // all point to element 0
    EXPECT_NEAR(std::abs(aggregate_it()[0]), 0x1p22, 1.0);
}

/// More clients than are decoded, or rotated, together: each is what it is alone.
TEST(RotatedMemory, ManyClientsAreHandledInParts) {
    constexpr std::size_t n = 1 << 19, clients = 130; // 128 fit in 256 MiB
    const auto device = open_device(DeviceKind::cpu);
    const auto method = make_method(unbiased, one_tensor(n));
    std::vector<Buffer<float>> updates;
    for (const std::uint64_t seed : {1, 2, 3})
        updates.emplace_back(*device, RandomValues(seed).values(n + 1, 0.01));
    std::vector<TrainedClient> trained;
    for (std::uint64_t k = 0; k < clients; ++k) {
        const DevicePointer<const float> u = updates[k % 3].data();
        trained.push_back({k, k % 3, 1, u, u});
    }
    const RoundContext round{1, updates[0].data()};
    std::vector<Message> messages;
    const PendingMessages pending = method->uplink->encode(*device, round, trained);
    for (const MessageView& message : pending()) messages.push_back(owned(message));
    ASSERT_EQ(messages.size(), clients);
    for (const std::size_t k : {0, 127, 128, 129})
        EXPECT_EQ(messages[k], sent_by(*method, *device, round, trained[k])) << k;
    const auto all = change_of(*method, *device, round, messages, n + 1);
    messages.resize(3); // which stand for 44, 43 and 43
    for (std::size_t k = 0; k < 3; ++k) messages[k].samples = k == 0 ? 44 : 43;
    EXPECT_TRUE(same_bits(change_of(*method, *device, round, messages, n + 1), all));
}

} // namespace
} // namespace fedmrn::test
