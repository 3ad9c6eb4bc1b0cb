// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/quantize.hpp"

#include <cmath>
#include <cstring>

#include "fedmrn/error.hpp"
#include "fedmrn/stage.hpp"
#include "kernels/affine.hpp"

namespace fedmrn {
namespace {

using formula::Affine;
using formula::AffineRule;

const char stage_name[] = "quantize";

void check_finite(const std::vector<Affine>& scales, std::uint32_t round) {
    for (const Affine& affine : scales) {
        if (!std::isfinite(affine.scale)) {
            throw Error("round " + std::to_string(round) + ": stage " + stage_name +
                            ": a weight of the model is not finite: training has diverged",
                        Fault::run);
        }
    }
}

} // namespace

Quantize::Quantize(const QuantizeOptions& options, const ParameterLayout& layout)
    : options_(options), layout_(layout), tensors_(stage_name, options, layout) {}

std::size_t Quantize::words(std::span<const AffineRule> rules) const {
    std::size_t words = 0;
    for (std::size_t t = 0; t < rules.size(); ++t) {
        words += formula::code_words(tensors_.all()[t].elements(), rules[t].bits);
    }
    return words;
}

std::vector<std::byte> Quantize::encode(Device& device, const RoundContext& round) const {
    const std::vector<AffineRule> rules = tensors_.rules(round.round);
    const Buffer<AffineRule> rules_at(device, rules);
    const Buffer<LaneState> one(device, std::vector<LaneState>{{.samples = 1}});
    Buffer<Affine> scales(device, tensors_.groups());
    Buffer<std::uint32_t> codes(device, words(rules));
    DevicePointer<Affine> own = scales.data();
    for (std::size_t t = 0; t < rules.size(); ++t) {
        const QuantizedTensors::Tensor& tensor = tensors_.all()[t];
        const PerLane<const float> values{round.global + tensor.offset, 0};
        kernels::affine_scales(device, rules_at.data() + t, 1, one.data(), tensor.groups,
                               tensor.size, values, {own, 0});
        own += tensor.groups;
    }
    const std::vector<Affine> host = scales.read();
    check_finite(host, round.round);
    own = scales.data();
    DevicePointer<std::uint32_t> packed = codes.data();
    for (std::size_t t = 0; t < rules.size(); ++t) {
        const QuantizedTensors::Tensor& tensor = tensors_.all()[t];
        kernels::affine_quantize(device, rules[t], tensor.groups, tensor.size,
                                 round.global + tensor.offset, own, packed);
        own += tensor.groups;
        packed += formula::code_words(tensor.elements(), rules[t].bits);
    }
    const std::size_t code_bytes = codes.size() * sizeof(std::uint32_t),
                      rest = (layout_.state - layout_.masked) * sizeof(float);
    std::vector<std::byte> bytes(code_bytes + host.size() * sizeof(float) +
                                 (options_.symmetric ? 0 : host.size()) + rest);
    std::byte* at = bytes.data();
    device.copy_out(at, codes.data(), code_bytes);
    at += code_bytes;
    for (const Affine& affine : host) {
        std::memcpy(at, &affine.scale, sizeof(float));
        at += sizeof(float);
    }
    for (std::size_t g = 0; !options_.symmetric && g < host.size(); ++g) {
        *at++ = static_cast<std::byte>(host[g].zero);
    }
    device.copy_out(at, round.global + layout_.masked, rest);
    return bytes;
}

void Quantize::decode(Device& device, std::uint32_t round, std::span<const std::byte> bytes,
                      DevicePointer<float> model) const {
    const std::vector<AffineRule> rules = tensors_.rules(round);
    Buffer<std::uint32_t> codes(device, words(rules));
    std::vector<Affine> host(tensors_.groups());
    const std::byte* at = bytes.data();
    device.copy_in(codes.data(), at, codes.size() * sizeof(std::uint32_t));
    at += codes.size() * sizeof(std::uint32_t);
    for (Affine& affine : host) {
        std::memcpy(&affine.scale, at, sizeof(float));
        affine.zero = 0;
        at += sizeof(float);
    }
    for (std::size_t g = 0; !options_.symmetric && g < host.size(); ++g) {
        host[g].zero = static_cast<std::int32_t>(*at++);
    }
    const Buffer<Affine> scales(device, host);
    DevicePointer<const Affine> own = scales.data();
    DevicePointer<const std::uint32_t> packed = codes.data();
    for (std::size_t t = 0; t < rules.size(); ++t) {
        const QuantizedTensors::Tensor& tensor = tensors_.all()[t];
        kernels::affine_dequantize(device, rules[t], tensor.groups, tensor.size, packed, own,
                                   model + tensor.offset);
        own += tensor.groups;
        packed += formula::code_words(tensor.elements(), rules[t].bits);
    }
    device.copy_in(model + layout_.masked, at, (layout_.state - layout_.masked) * sizeof(float));
}

StageEntry quantize_entry() {
    const auto schema =
        quantization_schema<QuantizeOptions>(stage_name)
            .boolean("error_feedback", &QuantizeOptions::error_feedback,
                     "what rounding has left out of a round's model is added to the next one's");
    StageEntry entry{{stage_name, "quantize",
                      "the model is sent to the clients in integers of 2 … 8 bits a weight",
                      schema.options()}};
    entry.sends_model = true;
    entry.label = [schema](const Options& said) {
        const QuantizeOptions options = schema.read(said);
        return "quantize (" + quantization_text(options) +
               (options.error_feedback ? ", error feedback)" : ")");
    };
    entry.refuses = [schema](const Config& config) {
        return quantization_fault(schema.read(options_of(config, stage_name)));
    };
    entry.make = [schema](const Options& said, const StageSetting& setting) {
        return std::make_shared<const Quantize>(schema.read(said), setting.layout);
    };
    return entry;
}

} // namespace fedmrn
