// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/config.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/stage.hpp"
#include "tests/house/odd.hpp"
#include "tests/house/toys.hpp"

// What makes odd.hpp a stage that a [[stage]] can name.
namespace fedmrn::test {

void register_odd() {
    const auto schema = Schema<OddOptions>().integer("frozen", &OddOptions::frozen, 0, 1000,
                                                     "parameters that stay zeros");
    StageEntry entry{{"odd", "odd", "the first parameters stay at home", schema.options()}};
    entry.sends_model = true;
    entry.wire = Odd::wire;
    entry.unpacks = std::make_shared<const Odd>(OddOptions{}, ParameterLayout{});
    entry.refuses = [](const Config& config) {
        return config.method.name == "fedpm" ? "fedpm has no weights of its own" : "";
    };
    entry.make = [schema](const Options& said, const StageSetting& setting) {
        return std::make_shared<const Odd>(schema.read(said), setting.layout);
    };
    stages().add(std::move(entry));
}

} // namespace fedmrn::test
