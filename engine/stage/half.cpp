// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/half.hpp"

#include <string>

#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/stage.hpp"
#include "kernels/half.hpp"

namespace fedmrn {
namespace {

/// Throws Error for a value that became infinite, or was no number.
void check_finite(formula::HalfFormat format, std::span<const std::uint16_t> halves,
                  const std::string& name, std::uint32_t round) {
    for (std::size_t i = 0; i < halves.size(); ++i) {
        if (!formula::is_finite(format, halves[i])) {
            throw Error("round " + std::to_string(round) + ": stage half: parameter " +
                            std::to_string(i) + " of the model is no finite " + name +
                            (format == formula::HalfFormat::float16
                                 ? ", which ends at 65504; bfloat16 has float32's range"
                                 : ": training has diverged"),
                        Fault::run);
        }
    }
}

Schema<HalfOptions> half_schema() {
    using enum formula::HalfFormat;
    return Schema<HalfOptions>().word(
        "format", &HalfOptions::format, {{"float16", float16}, {"bfloat16", bfloat16}},
        "float16: 11 significant bits, up to 65504; bfloat16: 8, in float32's range");
}

std::string format_name(formula::HalfFormat format) {
    return format == formula::HalfFormat::float16 ? "float16" : "bfloat16";
}

} // namespace

std::vector<std::byte> Half::encode(Device& device, const RoundContext& round) const {
    const std::size_t parameters = layout_.trainable, statistics = layout_.state - parameters;
    Buffer<std::uint16_t> halves(device, parameters);
    kernels::to_halves(device, options_.format, parameters, round.global, halves.data());
    const std::vector<std::uint16_t> host = halves.read();
    check_finite(options_.format, host, format_name(options_.format), round.round);
    const std::size_t front = parameters * sizeof(std::uint16_t);
    std::vector<std::byte> bytes(front + statistics * sizeof(float));
    std::ranges::copy(std::as_bytes(std::span(host)), bytes.begin());
    device.copy_out(bytes.data() + front, round.global + parameters, statistics * sizeof(float));
    return bytes;
}

void Half::decode(Device& device, std::uint32_t /*round*/, std::span<const std::byte> bytes,
                  DevicePointer<float> model) const {
    const std::size_t parameters = layout_.trainable, statistics = layout_.state - parameters;
    const std::size_t front = parameters * sizeof(std::uint16_t);
    Buffer<std::uint16_t> halves(device, parameters);
    device.copy_in(halves.data(), bytes.data(), front);
    kernels::of_halves(device, options_.format, parameters, halves.data(), model);
    device.copy_in(model + parameters, bytes.data() + front, statistics * sizeof(float));
}

StageEntry half_entry() {
    const auto schema = half_schema();
    StageEntry entry{{"half", "half",
                      "the model is sent to the clients in 16 bits a parameter, statistics in 32",
                      schema.options()}};
    entry.sends_model = true;
    entry.label = [schema](const Options& said) {
        return "half (" + format_name(schema.read(said).format) + ")";
    };
    entry.make = [schema](const Options& said, const StageSetting& setting) {
        return std::make_shared<const Half>(schema.read(said), setting.layout);
    };
    return entry;
}

} // namespace fedmrn
