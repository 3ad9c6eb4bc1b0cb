// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/contract.hpp"

#include <set>

#include <gtest/gtest.h>

#include "bits/plain_cpu.hpp"
#include "golden_bits.hpp"
#include "kernels/mask.hpp"
#include "kernels/platforms.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

using kernels::Backend;
using kernels::ContractInfo;
using kernels::Exactness;
using Names = std::set<std::string>;

Names names(const std::vector<const ContractInfo*>& contracts) {
    Names all;
    for (const ContractInfo* contract : contracts) all.insert(contract->name);
    return all;
}

/// The contracts of level `bits`; notes which ones are called.
class Noting final : public Backend {
public:
    Noting() : Backend("noting", {kernels::cpu::bits_contracts}) {}
    mutable Names asked;

private:
    Any* find(const ContractInfo& contract) const override {
        asked.insert(contract.name);
        return Backend::find(contract);
    }
};

const Backend& table_of(DeviceKind kind) { return kernels::platform(kind).backend(); }

/// A new contract is either in the programs of tests/kernels/bits, or of another level.
TEST(Contracts, ThoseOfLevelBitsNeedNoLibrary) {
    Names bits;
    for (const ContractInfo* contract : table_of(DeviceKind::cpu).contracts()) {
        if (contract->exactness == Exactness::bits) bits.insert(contract->name);
    }
    EXPECT_EQ(names(PlainCpu::bits().contracts()), bits);
}

TEST(Contracts, ThoseOfLevelBitsAreInTheGoldenCases) {
    const Noting noting;
    PlainCpu device(noting);
    for (const GoldenCase& golden : golden_cases()) golden.hash(device, 33);
    for (const ContractInfo* contract : noting.contracts()) {
        EXPECT_TRUE(noting.asked.contains(contract->name)) << contract->name;
    }
}

TEST(Contracts, NoTwoHaveOneName) {
    const auto contracts = table_of(DeviceKind::cpu).contracts();
    EXPECT_EQ(names(contracts).size(), contracts.size());
}

class EachTable : public ::testing::TestWithParam<DeviceKind> {};
INSTANTIATE_TEST_SUITE_P(On, EachTable, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(EachTable, HasAllContracts) {
    EXPECT_EQ(table_of(GetParam()).name(), GetParam() == DeviceKind::cuda ? "cuda" : "cpu");
    EXPECT_EQ(names(table_of(GetParam()).contracts()),
              names(table_of(DeviceKind::cpu).contracts()));
}

TEST(Contracts, OneThatIsMissingIsNamed) {
    const Backend bare("cuda", {});
    const Backend absent("cuda", {}, "this build has no CUDA device");
    PlainCpu of_bare(bare), of_absent(absent);
    const auto called = [](Device& device) {
        return [&] { kernels::make_noise(device, {}, 1, 0, nullptr); };
    };
    EXPECT_TRUE(one_line(called(of_bare), "cuda has no make_noise"));
    EXPECT_TRUE(one_line(called(of_absent), "make_noise: this build has no CUDA device"));
}

/// A build without CUDA says how to get one with it.
TEST(Contracts, WhatIsNotBuiltNamesItsOption) {
    if (cuda_is_built()) GTEST_SKIP() << "this build has a CUDA device";
    PlainCpu device(table_of(DeviceKind::cuda));
    EXPECT_TRUE(one_line([&] { kernels::make_noise(device, {}, 1, 0, nullptr); },
                         "make_noise: this build has no CUDA device; configure with "
                         "-DFEDMRN_CUDA=ON"));
    EXPECT_TRUE(one_line([] { (void)open_device(DeviceKind::cuda); }, "-DFEDMRN_CUDA=ON"));
}

TEST(Contracts, OneHasOneFunctionADevice) {
    EXPECT_THROW(Backend("cpu", {kernels::cpu::bits_contracts, kernels::cpu::bits_contracts}),
                 std::logic_error);
}

} // namespace
} // namespace fedmrn::test
