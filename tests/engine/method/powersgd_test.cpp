// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/matrices.hpp"
#include "tests/support/method_test.hpp"

namespace fedmrn::test {
namespace {

ParameterLayout one_matrix(std::size_t rows, std::size_t columns) {
    const std::size_t n = rows * columns;
    return {{{"w", Role::masked, {rows, columns}, 0}}, n, n, n};
}

/// A sum of `rank` random outer products, the k-th of them `decay`ᵏ as large.
Matrix random_matrix(std::size_t rows, std::size_t columns, std::size_t rank, double decay,
                     std::uint64_t seed) {
    RandomValues random(seed);
    Matrix left(rows, rank), right(rank, columns);
    for (double& x : left.values) x = 2 * random.unit() - 1;
    for (double& x : right.values) x = 2 * random.unit() - 1;
    for (std::size_t k = 0; k < rank; ++k) {
        for (std::size_t j = 0; j < columns; ++j) {
            right.at(k, j) *= std::pow(decay, static_cast<double>(k));
        }
    }
    return product(left, right);
}

class PowerSgdTest : public OnDevice {
protected:
    Message send(const Method& method, const Matrix& matrix, std::uint64_t seed = 1) {
        const Buffer<float> u(device,
                              std::vector<float>(matrix.values.begin(), matrix.values.end()));
        return sent_by(method, device, {1, u.data()}, {1, seed, 1, u.data(), u.data()});
    }
    Matrix receive(const Method& method, const Matrix& like, const Message& message) {
        const auto decoded = change_of(method, device, {}, {&message, 1}, like.values.size());
        return {like.rows, like.columns, decoded.data()};
    }
};
INSTANTIATE_TEST_SUITE_P(On, PowerSgdTest, ::testing::ValuesIn(kinds_under_test()), kind_name);

/// Of no higher rank than is sent: nothing is lost but rounding, after one step of the power method
/// already, which leaves 2⁻¹⁸ of the norm.
TEST_P(PowerSgdTest, RecoversAMatrixOfItsRank) {
    for (const std::size_t rank : {1, 2, 4}) {
        for (const auto& [rows, columns] : {std::pair{64, 288}, std::pair{300, 20}}) {
            const Matrix m = random_matrix(rows, columns, rank, 0.7, rank);
            const auto method = make_method(
                {"powersgd", {{"rank", 4}, {"iterations", 1}, {"error_feedback", false}}},
                one_matrix(rows, columns));
            const Matrix decoded = receive(*method, m, send(*method, m));
            EXPECT_LT(square_distance(decoded.values, m.values), 0x1p-36 * square(m.values))
                << rank;
        }
    }
}

/// No matrix of rank 4 is nearer than the best one of Eckart and Young, whose error is the sum of
/// the squares of the further singular values (float64 Jacobi). Two steps from random factors come
/// within three tenths of it, whether singular values fall by a fifth each or hardly; each step
/// brings it nearer.
TEST_P(PowerSgdTest, IsNearlyAsGoodAsTheBestOfItsRank) {
    for (const double decay : {0.8, 0.98}) {
        for (const std::uint64_t seed : {1u, 2u, 3u}) {
            const Matrix m = random_matrix(48, 120, 48, decay, seed);
            const Values squares = singular_squares(m);
            double best = 0;
            for (std::size_t k = 4; k < squares.size(); ++k) best += squares[k];
            double before = square(m.values);
            for (const std::uint32_t iterations : {1u, 2u, 4u, 16u}) {
                const auto method = make_method(
                    {"powersgd",
                     {{"rank", 4}, {"iterations", iterations}, {"error_feedback", false}}},
                    one_matrix(48, 120));
                const Matrix decoded = receive(*method, m, send(*method, m, seed));
                const double error = square_distance(decoded.values, m.values);
                EXPECT_GT(error, best * (1 - 1e-5));
                EXPECT_LT(error, before * (1 + 1e-5));
                if (iterations == 2) {
                    EXPECT_LT(error, best * 1.3) << decay;
                }
                before = error;
            }
        }
    }
}

/// The reference itself: a diagonal matrix, turned, has the squares that it was made of.
TEST(SingularSquares, OfAProductOfKnownOnes) {
    Matrix m(3, 5);
    m.at(0, 4) = 3;
    m.at(1, 0) = -2;
    m.at(2, 2) = 0.5;
    Matrix turn(3, 3);
    turn.values = {0.6, -0.8, 0, 0.8, 0.6, 0, 0, 0, 1};
    const Values squares = singular_squares(product(turn, m));
    ASSERT_EQ(squares.size(), 3U);
    EXPECT_NEAR(squares[0], 9, 1e-12);
    EXPECT_NEAR(squares[1], 4, 1e-12);
    EXPECT_NEAR(squares[2], 0.25, 1e-12);
}

/// P's columns are orthonormal, and Q = Mᵀ·P.
TEST_P(PowerSgdTest, SendsAProjection) {
    const Matrix m = random_matrix(40, 90, 40, 0.9, 5);
    const auto method =
        make_method({"powersgd", {{"rank", 3}, {"error_feedback", false}}}, one_matrix(40, 90));
    const Message sent = send(*method, m);
    EXPECT_EQ(sent.tensors,
              (std::vector<TensorEntry>{{Encoding::float32, 3 * 40}, {Encoding::float32, 3 * 90}}));
    const Matrix p(3, 40, sent.dense.data()), q(3, 90, sent.dense.data() + 120);
    const Matrix gram = product(p, transposed(p));
    for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 3; ++b) {
            EXPECT_NEAR(gram.at(a, b), a == b ? 1.0 : 0.0, 0x1p-20);
        }
    }
    EXPECT_TRUE(close(q.values, product(p, m).values, 1e-6));
    EXPECT_NE(send(*method, m, 2).dense, sent.dense); // random factors are the client's own
    EXPECT_EQ(send(*method, m), sent);
}

/// rank · (m + n) ≥ m · n: the matrix itself, bit by bit; the rank is no larger than the sides.
TEST_P(PowerSgdTest, AMatrixThatFactorsWouldNotShortenIsSentAsItIs) {
    struct Case {
        std::size_t rows, columns;
        bool whole;
    };
    for (const Case& c : {Case{1000, 1, true}, Case{1, 50, true}, Case{8, 8, true},
                          Case{8, 9, false}, Case{3, 4, true}, Case{2, 100, true}}) {
        const auto method = make_method({"powersgd", {{"rank", 4}, {"error_feedback", false}}},
                                        one_matrix(c.rows, c.columns));
        const Matrix m = random_matrix(c.rows, c.columns, 1, 1.0, 6);
        const Message sent = send(*method, m);
        EXPECT_EQ(sent.tensors.size(), c.whole ? 1U : 2U) << c.rows << " × " << c.columns;
        if (c.whole) {
            EXPECT_EQ(sent.dense, std::vector<float>(m.values.begin(), m.values.end()));
        }
        EXPECT_TRUE(close(receive(*method, m, sent).values, m.values, 1e-6));
    }
}

/// With error feedback nothing is lost: over rounds of one update, what came in and what is kept
/// are all of it, and what is kept does not grow. (A matrix of rank 24 through rank 2.)
TEST_P(PowerSgdTest, ErrorFeedbackSendsTheRestLater) {
    const Matrix m = random_matrix(24, 60, 24, 0.95, 7);
    const MethodConfig config{"powersgd", {{"error_feedback", true}, {"rank", 2}}};
    const auto method = make_method(config, one_matrix(24, 60));
    const Stages stages = make_stages({}, config, one_matrix(24, 60));
    const Buffer<float> u(device, std::vector<float>(m.values.begin(), m.values.end()));
    std::vector<float> memory;
    Values total(m.values.size(), 0.0);
    constexpr int rounds = 40;
    for (int round = 0; round < rounds; ++round) {
        const auto seed = static_cast<std::uint64_t>(round);
        const Message sent = sent_by(*method, stages, device, {1, u.data()},
                                     {1, seed, 1, u.data(), u.data()}, &memory);
        const Values decoded = receive(*method, m, sent).values;
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += decoded[i];
    }
    for (std::size_t i = 0; i < total.size(); ++i) {
        ASSERT_NEAR(total[i] + static_cast<double>(memory[i]), rounds * m.values[i], 1e-3);
    }
    EXPECT_LT(std::sqrt(square(widened(memory))), 12 * std::sqrt(square(m.values)));
}

} // namespace
} // namespace fedmrn::test
