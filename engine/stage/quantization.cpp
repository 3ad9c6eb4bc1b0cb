// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/quantization.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "engine/method/masked.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// "NAME:BITS".
struct Entry {
    std::string_view name;
    std::uint32_t bits = 0;
};

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The entries of a list with commas between them; nothing where it is none.
std::optional<std::vector<Entry>> entries_of(std::string_view list) {
    std::vector<Entry> entries;
    for (bool more = !trimmed(list).empty(); more;) {
        const std::size_t comma = list.find(',');
        const std::string_view entry = list.substr(0, comma);
        more = comma != std::string_view::npos;
        list = more ? list.substr(comma + 1) : "";
        const std::size_t colon = entry.rfind(':');
        const auto bits = colon == std::string_view::npos
                              ? std::nullopt
                              : number(trimmed(entry.substr(colon + 1)));
        if (!bits || *bits < 2 || *bits > 8) {
            return std::nullopt;
        }
        entries.push_back({trimmed(entry.substr(0, colon)), *bits});
    }
    return entries;
}

/// Rounds rise; nothing where they do not, or are none.
std::optional<std::vector<std::pair<std::uint32_t, std::uint32_t>>>
schedule_of(std::string_view list) {
    const auto entries = entries_of(list);
    if (!entries) {
        return std::nullopt;
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> schedule;
    for (const Entry& entry : *entries) {
        const auto round = number(entry.name);
        if (!round || *round == 0 || (!schedule.empty() && *round <= schedule.back().first)) {
            return std::nullopt;
        }
        schedule.emplace_back(*round, entry.bits);
    }
    return schedule;
}

std::string names_of(const std::vector<TensorSpec>& tensors) {
    std::string names;
    for (const TensorSpec& tensor : tensors) {
        names += (names.empty() ? "" : ", ") + tensor.name;
    }
    return names;
}

} // namespace

Options options_of(const Config& config, const std::string& stage) {
    for (const Choice& choice : config.stages) {
        if (choice.name == stage) {
            return choice.options;
        }
    }
    return {};
}

std::string quantization_fault(const QuantizationOptions& options) {
    if (!schedule_of(options.schedule)) {
        return "schedule: expected rising rounds with 2 … 8 bits, as in \"20:6, 40:4\", found \"" +
               options.schedule + "\"";
    }
    if (!entries_of(options.layers)) {
        return "layers: expected tensors with 2 … 8 bits, as in \"conv1.weight:8\", found \"" +
               options.layers + "\"";
    }
    return "";
}

std::string quantization_text(const QuantizationOptions& options) {
    std::string text = std::to_string(options.bits) + " bits a weight";
    if (!options.schedule.empty()) {
        text += ", from round on " + options.schedule;
    }
    if (!options.layers.empty()) {
        text += ", " + options.layers;
    }
    text += options.per == QuantizationOptions::Per::channel ? ", per channel" : ", per tensor";
    text += options.symmetric ? ", symmetric" : ", asymmetric";
    if (options.range == formula::Calibration::percentile) {
        text += ", clipped at a percentile";
    }
    if (options.range == formula::Calibration::mse) {
        text += ", clipped for the least error";
    }
    return text;
}

QuantizedTensors::QuantizedTensors(const std::string& stage, const QuantizationOptions& options,
                                   const ParameterLayout& layout)
    : options_(options) {
    if (const std::string fault = quantization_fault(options); !fault.empty()) {
        throw Error("stage." + stage + "." + fault);
    }
    schedule_ = *schedule_of(options.schedule);
    const std::vector<TensorSpec> specs = masked_tensors(layout);
    for (const TensorSpec& spec : specs) {
        const std::size_t elements = spec.elements();
        const bool many = options.per == QuantizationOptions::Per::channel && elements != 0;
        const std::size_t groups = many ? spec.shape.at(0) : 1;
        tensors_.push_back({spec.offset, groups, elements / groups});
    }
    const std::vector<Entry> apart = *entries_of(options.layers);
    for (const Entry& entry : apart) {
        const auto found = std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) {
            return spec.name == entry.name;
        });
        if (found == specs.end()) {
            throw Error("stage." + stage + ".layers: expected tensors of the model (" +
                        names_of(specs) + "), found \"" + std::string(entry.name) + "\"");
        }
        tensors_[static_cast<std::size_t>(found - specs.begin())].bits = entry.bits;
    }
}

std::size_t QuantizedTensors::groups() const {
    std::size_t groups = 0;
    for (const Tensor& tensor : tensors_) {
        groups += tensor.groups;
    }
    return groups;
}

std::vector<formula::AffineRule> QuantizedTensors::rules(std::uint32_t round) const {
    std::uint32_t bits = options_.bits;
    for (const auto& [from, later] : schedule_) {
        bits = round >= from ? later : bits;
    }
    std::vector<formula::AffineRule> rules;
    for (const Tensor& tensor : tensors_) {
        formula::AffineRule& rule = rules.emplace_back();
        rule.percentile = options_.percentile;
        rule.bits = tensor.bits.value_or(bits);
        rule.calibration = options_.range;
        rule.symmetric = options_.symmetric;
    }
    return rules;
}

} // namespace fedmrn
