// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "waves.hpp"

#include <cmath>
#include <random>

#include "curve.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/schema.hpp"

using namespace fedmrn;
namespace {

struct WavesOptions {
    std::uint32_t features = 3;
};

struct CurveOptions {
    std::uint32_t width = 8;
};

Split waves(std::uint64_t seed, std::size_t features, std::size_t samples) {
    std::mt19937_64 random(seed);
    std::vector<float> x, target;
    for (std::size_t i = 0; i < samples; ++i) {
        float sum = 0;
        for (std::size_t k = 0; k < features; ++k) {
            x.push_back(static_cast<float>(random() >> 40) * 0x1p-23f - 1);
            sum += x.back();
        }
        target.push_back(std::sin(2 * sum));
    }
    return {{Column("x", {{features}}, std::move(x)), Column("target", {{1}}, std::move(target))}};
}

} // namespace

void house::register_waves() {
    const auto schema = Schema<WavesOptions>().integer("features", &WavesOptions::features, 1, 100,
                                                       "numbers of a sample");
    DatasetEntry entry{{"waves", "Waves", "the sine of a sum, to be found", schema.options()}};
    entry.files = false;
    entry.load = [schema](const DataConfig& config, std::uint64_t seed) {
        const std::uint32_t features = schema.read(config.options).features;
        return Dataset{"waves", waves(2 * seed, features, 240), waves(2 * seed + 1, features, 60)};
    };
    datasets().add(std::move(entry));
}

void house::register_curve() {
    const auto schema =
        Schema<CurveOptions>().integer("width", &CurveOptions::width, 1, 1000, "units of a layer");
    ModelEntry entry{{"curve", "Curve", "a regression of one number", schema.options()}};
    entry.make = [schema](const Options& said, const DataShape& data, const Head&) {
        const auto features = data.column("x").tensor.elements();
        return curve(static_cast<std::uint32_t>(features), schema.read(said).width);
    };
    models().add(std::move(entry));
}
