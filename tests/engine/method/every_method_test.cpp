// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <iterator>

#include "engine/method/registry.hpp"
#include "tests/support/method_laws.hpp"
#include "tests/support/methods_under_test.hpp"
#include "tests/support/reason.hpp"

namespace fedmrn::test {
namespace {

class EveryMethod : public MethodLaws {
protected:
    [[nodiscard]] std::unique_ptr<Method> make(const NamedMethod& named) const {
        return make_method(named.config, model.layout, 11);
    }
    /// Calls law(method) of each.
    template <class Law> void of_each(const Law& law) {
        for (const NamedMethod& named : methods_under_test()) {
            SCOPED_TRACE(named.name);
            law(*make(named));
        }
    }
};
INSTANTIATE_TEST_SUITE_P(On, EveryMethod, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(EveryMethod, SendsWhatItsTableSaysThroughBytes) {
    of_each([this](const Method& method) { sends_what_its_table_says(method); });
}

TEST_P(EveryMethod, TheOrderOfMessagesNeverMatters) {
    of_each([this](const Method& method) { order_never_matters(method); });
}

TEST_P(EveryMethod, PartsOfACohortNeverMatter) {
    of_each([this](const Method& method) { parts_never_matter(method); });
}

TEST_P(EveryMethod, SumsOfHalvesAddToTheSumsOfAll) {
    of_each([this](const Method& method) { sums_of_halves_add(method); });
}

TEST_P(EveryMethod, AMessageDecodesToWhatItAggregatesToAlone) {
    of_each([this](const Method& method) { decodes_to_what_one_aggregates_to(method); });
}

TEST_P(EveryMethod, AddsWhatItDecodesTo) {
    of_each([this](const Method& method) { adds_what_it_decodes_to(method); });
}

TEST_P(EveryMethod, EveryDeviceSendsAndDecodesTheCpusBits) {
    of_each([this](const Method& method) { every_device_is_as_the_cpu(method); });
}

TEST_P(EveryMethod, ClientsEncodedTogetherAreAsAlone) {
    of_each([this](const Method& method) { encodes_together_as_alone(method); });
}

TEST_P(EveryMethod, AnotherMethodsMessageIsOneLine) {
    for (const NamedMethod& ours : methods_under_test()) {
        for (const NamedMethod& theirs : methods_under_test()) {
            if (ours.config.name == theirs.config.name) continue;
            const auto sender = make(theirs), method = make(ours);
            Message sent = message(*sender, 9, 5, variables(*sender, 1));
            if (sent.tensors != method->uplink->table(7)) {
                EXPECT_TRUE(one_line([&] { (void)decode(encode(sent), method->uplink->table(7)); },
                                     "uplink message: wrong model"));
                continue;
            }
            EXPECT_TRUE(
                one_line([&] { aggregate(*method, {sent}); }, "client 9: made with another method"))
                << ours.name << " reads " << theirs.name;
        }
    }
}

/// Sums of another method's are no sums of this one's.
TEST_P(EveryMethod, SumsOfOtherArraysDoNotAdd) {
    const auto average = make_method({"fedavg"}, model.layout),
               merge = make_method({"fedsparsify"}, model.layout);
    Sums a(device, average->server->sums()), b(device, merge->server->sums());
    EXPECT_THROW(a.add(b), std::logic_error);
    EXPECT_THROW(static_cast<void>(a.int128("weights")), std::logic_error);
    EXPECT_THROW(static_cast<void>(a.int64("update")), std::logic_error);
}

/// A method that is registered is tested, and its number in messages is written down.
TEST(Methods, AreUnderTestAndInTheFormat) {
    std::ifstream page(std::string(FEDMRN_TEST_DATA) + "/../docs/message.md");
    const std::string text(std::istreambuf_iterator<char>(page), {});
    const std::vector<NamedMethod> tested = methods_under_test();
    for (const MethodEntry& entry : methods().all()) {
        EXPECT_TRUE(std::any_of(tested.begin(), tested.end(), [&](const NamedMethod& named) {
            return named.config.name == entry.name;
        })) << entry.name;
        const std::string row = "| " + std::to_string(entry.wire) + " | " + entry.name + " |";
        EXPECT_NE(text.find(row), text.npos) << row;
    }
}

} // namespace
} // namespace fedmrn::test
