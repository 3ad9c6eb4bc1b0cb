// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/qat.hpp"

#include "fedmrn/stage.hpp"
#include "kernels/affine.hpp"

namespace fedmrn {
namespace {

using formula::Affine;
using formula::AffineRule;

const char stage_name[] = "qat";

std::size_t words_of(const QuantizedTensors::Tensor& tensor) {
    return (tensor.elements() + 31) / 32;
}

/// A view of another type, of an array whose lanes lie a multiple of its size apart.
template <class T> PerLane<T> as(const PerLane<std::byte>& bytes) {
    return {bytes.data.as<T>(), bytes.stride / sizeof(T)};
}

} // namespace

Qat::Qat(const QuantizationOptions& options, const ParameterLayout& layout)
    : clips_(options.range != formula::Calibration::minmax), tensors_(stage_name, options, layout) {
}

RoundData Qat::round_data(Device& /*device*/, const RoundContext& round) const {
    const std::vector<AffineRule> rules = tensors_.rules(round.round);
    const auto bytes = std::as_bytes(std::span(rules));
    return {bytes.begin(), bytes.end()};
}

std::size_t Qat::scratch() const {
    std::size_t bytes = tensors_.groups() * sizeof(Affine);
    for (const QuantizedTensors::Tensor& tensor : tensors_.all()) {
        bytes += clips_ ? words_of(tensor) * sizeof(std::uint32_t) : 0;
    }
    return bytes;
}

PerLane<std::uint32_t> Qat::clipped(const LocalStep& step) const {
    return as<std::uint32_t>(step.scratch.at(tensors_.groups() * sizeof(Affine)));
}

void Qat::on_weights(Device& device, const LocalStep& step) const {
    PerLane<Affine> scales = as<Affine>(step.scratch);
    PerLane<std::uint32_t> outside = clips_ ? clipped(step) : PerLane<std::uint32_t>{};
    auto rule = step.data_as<AffineRule>();
    for (const QuantizedTensors::Tensor& tensor : tensors_.all()) {
        const PerLane<float> weights = step.weights.at(tensor.offset);
        kernels::affine_scales(device, rule, step.lanes, step.states, tensor.groups, tensor.size,
                               weights, scales);
        kernels::fake_quantize(device, rule, step.lanes, step.states, tensor.groups, tensor.size,
                               scales, weights, outside);
        rule += 1;
        scales = scales.at(tensor.groups);
        outside = clips_ ? outside.at(words_of(tensor)) : outside;
    }
}

void Qat::on_weight_gradient(Device& device, const LocalStep& step) const {
    if (!clips_) {
        return;
    }
    PerLane<std::uint32_t> outside = clipped(step);
    for (const QuantizedTensors::Tensor& tensor : tensors_.all()) {
        kernels::straight_through(device, step.lanes, step.states, tensor.elements(), outside,
                                  step.gradient.at(tensor.offset));
        outside = outside.at(words_of(tensor));
    }
}

void Qat::on_deployment(Device& device, std::uint32_t round, DevicePointer<float> weights) const {
    const Buffer<AffineRule> rules(device, tensors_.rules(round));
    const Buffer<LaneState> one(device, std::vector<LaneState>{{.samples = 1}});
    Buffer<Affine> scales(device, tensors_.groups());
    PerLane<Affine> own{scales.data(), 0};
    DevicePointer<const AffineRule> rule = rules.data();
    for (const QuantizedTensors::Tensor& tensor : tensors_.all()) {
        const PerLane<float> values{weights + tensor.offset, 0};
        kernels::affine_scales(device, rule, 1, one.data(), tensor.groups, tensor.size, values,
                               own);
        kernels::fake_quantize(device, rule, 1, one.data(), tensor.groups, tensor.size, own, values,
                               {});
        rule += 1;
        own = own.at(tensor.groups);
    }
}

StageEntry qat_entry() {
    const auto schema = quantization_schema<QuantizationOptions>(stage_name);
    StageEntry entry{{stage_name, "qat",
                      "local steps run on weights rounded to 2 … 8 bits; gradients pass straight "
                      "through",
                      schema.options()}};
    entry.label = [schema](const Options& said) {
        return "qat (" + quantization_text(schema.read(said)) + ")";
    };
    entry.refuses = [schema](const Config& config) {
        return quantization_fault(schema.read(options_of(config, stage_name)));
    };
    entry.make = [schema](const Options& said, const StageSetting& setting) {
        return std::make_shared<const Qat>(schema.read(said), setting.layout);
    };
    return entry;
}

} // namespace fedmrn
