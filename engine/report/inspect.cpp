// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/inspect.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/file.hpp"
#include "engine/base/safetensors.hpp"
#include "engine/base/text.hpp"
#include "engine/message/packing.hpp"
#include "engine/method/registry.hpp"
#include "engine/report/table.hpp"
#include "engine/store/checkpoint.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/message.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::ordered_json;

std::string row(const char* name, const std::string& value) {
    return fmt::format("  {:<21}{}\n", name, value);
}

/// A message, and what came.
struct Opened {
    Message message;
    std::size_t bytes = 0;    ///< as they came
    std::size_t unpacked = 0; ///< 0: they were not packed
    std::string packing;      ///< the title of the stage that packed them
    std::vector<PackedPart> parts = {};
};

/// A message that bytes hold, unpacked by whichever stage packed them.
Opened opened(const std::vector<std::byte>& bytes) {
    if (!is_packed(bytes)) return {decode(bytes), bytes.size(), 0, ""};
    const PackedHeader header = packed_header(bytes);
    const StageEntry* stage = stage_of_wire(header.packing);
    if (stage == nullptr)
        throw Error(fmt::format("uplink message: packed by packing {}, which no stage of this "
                                "program reads",
                                header.packing));
    const std::vector<std::byte> message =
        unpacked(*stage->unpacks, bytes, std::numeric_limits<std::uint64_t>::max());
    return {decode(message), bytes.size(), message.size(), stage->title,
            packed_parts(*stage->unpacks, bytes)};
}

std::string message_text(const Opened& opened) {
    const auto& [message, bytes, unpacked, packing, parts] = opened;
    std::uint64_t masked = 0, sparse = 0, ones = 0, packed = 0, dense = 0, set = 0;
    Table tensors({"tensor", "encoding", "elements"});
    for (std::size_t i = 0; i < message.tensors.size(); ++i) {
        const TensorEntry& entry = message.tensors[i];
        (entry.encoding == Encoding::mask     ? masked
         : entry.encoding == Encoding::sparse ? sparse
         : code_bits(entry.encoding) != 0     ? packed
                                              : dense) += entry.elements;
        ones += entry.ones;
        const std::string of = entry.ones > 0 ? grouped(entry.ones) + " of " : "";
        tensors.add(
            {std::to_string(i), encoding_name(entry.encoding), of + grouped(entry.elements)});
    }
    for (const std::uint32_t word : message.mask)
        set += static_cast<std::uint64_t>(std::popcount(word));

    std::string text = "uplink message\n";
    const MethodEntry* method = method_of_wire(message.method);
    text += row("method",
                fmt::format("{}, variant {}, parameter {}",
                            method != nullptr ? method->title : std::to_string(message.method),
                            message.variant, message.parameter));
    text += row("round", std::to_string(message.round));
    text += row("client", std::to_string(message.client));
    text += row("seed", fmt::format("{:016x}", message.seed));
    text += row("samples", grouped(message.samples));
    const std::string few = sparse > 0 ? grouped(sparse) + " sparse, " : "";
    const std::string codes = packed > 0 ? grouped(packed) + " packed, " : "";
    text += row("elements", fmt::format("{} masked, {}{}{} float32", grouped(masked), few, codes,
                                        grouped(dense)));
    if (masked + sparse > 0)
        text +=
            row("mask density", fmt::format("{:.4f}", static_cast<double>(set) /
                                                          static_cast<double>(masked + sparse)));
    text += row("bytes", grouped(bytes));
    if (!packing.empty())
        text += row("packed", fmt::format("{}, from {} bytes", packing, grouped(unpacked)));
    for (const PackedPart& part : parts)
        if (part.bytes != 0)
            text += row(("  " + part.name).c_str(),
                        part.coded ? fmt::format("{} bytes, from {}", grouped(part.packed),
                                                 grouped(part.bytes))
                                   : fmt::format("{} bytes, as they are", grouped(part.bytes)));
    // What is sent for a sparse tensor's ones, as another tensor, are no elements of their own.
    const std::uint64_t all = masked + sparse + packed + dense - std::min(ones, packed + dense);
    if (all > 0)
        text += row("bits/element", fmt::format("{:.3f}", 8.0 * static_cast<double>(bytes) /
                                                              static_cast<double>(all)));
    return text + "\n" + tensors.text();
}

std::string safetensors_text(const SafeTensors& file) {
    const auto format = file.metadata.find("format");
    const std::string said = format != file.metadata.end() ? format->second : "";
    std::string text = said == "fedmrn-checkpoint" ? "checkpoint\n"
                       : said == "fedmrn-state"    ? "kept state\n"
                                                   : "safetensors\n";
    for (const auto& [key, value] : file.metadata)
        if (key != "config" && key != "layout") text += row(key.c_str(), one_line(value));
    Table tensors({"tensor", "type", "shape", "elements", "bytes"});
    for (const TensorView& tensor : file.tensors)
        tensors.add(
            {one_line(tensor.name), one_line(tensor.type),
             tensor.shape.empty() ? "scalar" : fmt::format("{}", fmt::join(tensor.shape, "×")),
             grouped(tensor.elements()), grouped(tensor.data.size())});
    text += "\n" + tensors.text();
    if (const auto config = file.metadata.find("config"); config != file.metadata.end())
        text += "\n" + config->second;
    return text;
}

Json message_json(const Opened& opened) {
    const auto& [message, bytes, unpacked, packing, parts] = opened;
    const MethodEntry* method = method_of_wire(message.method);
    Json tensors = Json::array();
    for (const TensorEntry& entry : message.tensors) {
        tensors.push_back({{"encoding", static_cast<unsigned>(entry.encoding)},
                           {"name", encoding_name(entry.encoding)},
                           {"elements", entry.elements}});
        if (entry.encoding == Encoding::sparse) tensors.back()["ones"] = entry.ones;
    }
    Json json = {{"format", "fedmrn-message"},
                 {"method", message.method},
                 {"name", method != nullptr ? Json(method->name) : Json(nullptr)},
                 {"variant", message.variant},
                 {"parameter", message.parameter},
                 {"round", message.round},
                 {"client", message.client},
                 {"seed", message.seed},
                 {"samples", message.samples},
                 {"bytes", bytes},
                 {"tensors", tensors}};
    if (!packing.empty()) json["unpacked_bytes"] = unpacked;
    for (const PackedPart& part : parts)
        json["parts"].push_back({{"name", part.name},
                                 {"unpacked_bytes", part.bytes},
                                 {"bytes", part.packed},
                                 {"coded", part.coded}});
    return json;
}

Json safetensors_json(const SafeTensors& file) {
    Json tensors = Json::array();
    for (const TensorView& tensor : file.tensors)
        tensors.push_back({{"name", tensor.name},
                           {"type", tensor.type},
                           {"shape", tensor.shape},
                           {"bytes", tensor.data.size()}});
    return {{"format", "safetensors"}, {"metadata", file.metadata}, {"tensors", tensors}};
}

/// What one of two functions makes of a file that has been read and checked.
template <class Result>
Result visited(const std::filesystem::path& path, Result (*of_file)(const SafeTensors&),
               Result (*of_message)(const Opened&)) {
    std::vector<std::byte> bytes = read_file(path);
    if (looks_like_safetensors(bytes)) {
        const SafeTensors file = parse_safetensors(std::move(bytes), path.string());
        const auto format = file.metadata.find("format");
        if (format != file.metadata.end() && format->second == "fedmrn-checkpoint")
            read_checkpoint(path); // its own checks
        return of_file(file);
    }
    try {
        return of_message(opened(bytes));
    } catch (const Error& error) {
        throw Error(fmt::format("{}: {}", path.string(), error.what()), error.fault());
    }
}

} // namespace

std::string inspect(const std::filesystem::path& path) {
    return visited(path, safetensors_text, message_text);
}

std::string inspect_json(const std::filesystem::path& path) {
    return visited(path, safetensors_json, message_json).dump(1) + "\n";
}

} // namespace fedmrn
