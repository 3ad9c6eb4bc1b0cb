// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/checkpoint.hpp"

#include <charconv>
#include <cstring>

#include <fmt/core.h>

#include "engine/run/file.hpp"
#include "engine/run/safetensors.hpp"
#include "engine/run/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr const char* format_name = "fedmrn-checkpoint";
constexpr const char* format_version = "3";
constexpr std::size_t metadata_entries = 15;
constexpr std::string_view memory_prefix = "memory.";

/// FNV-1a, 64 bits: every change of a single byte changes it.
struct Checksum {
    std::uint64_t value = 0xcbf29ce484222325;
    void add(std::span<const std::byte> bytes) {
        for (const std::byte b : bytes)
            value = (value ^ std::to_integer<std::uint64_t>(b)) * 0x100000001b3;
    }
};

/// Over the metadata but for the checksum itself, then over the tensors.
std::string checksum(const Metadata& metadata, std::span<const TensorView> tensors) {
    Checksum sum;
    for (const auto& [key, value] : metadata) {
        if (key == "checksum") continue;
        for (const std::string* text : {&key, &value})
            sum.add(std::as_bytes(std::span(text->c_str(), text->size() + 1)));
    }
    for (const TensorView& tensor : tensors) {
        sum.add(std::as_bytes(std::span(tensor.name.c_str(), tensor.name.size() + 1)));
        sum.add(tensor.data);
    }
    return fmt::format("{:016x}", sum.value);
}

/// The one list of the ledger's fields, for both directions.
template <typename State, typename Books, typename Visit>
void each_number(State& state, Books& ledger, Visit visit) {
    visit("round", state.round);
    visit("messages", ledger.messages);
    visit("uplink_bytes", ledger.uplink_bytes);
    visit("downlink_bytes", ledger.downlink_bytes);
    visit("samples", ledger.samples);
    visit("train_seconds", ledger.train_seconds);
    visit("seconds", ledger.seconds);
    visit("simulated_seconds", ledger.simulated_seconds);
    visit("best_accuracy", ledger.best_accuracy);
    visit("last_accuracy", ledger.last_accuracy);
}

template <typename T> std::vector<T> values(const TensorView& view) {
    std::vector<T> copy(view.data.size() / sizeof(T));
    if (!copy.empty()) std::memcpy(copy.data(), view.data.data(), view.data.size());
    return copy;
}

/// Whether a tensor is what a client keeps, and which client's.
bool is_memory(std::string_view name, std::uint64_t& client) {
    if (!name.starts_with(memory_prefix)) return false;
    name.remove_prefix(memory_prefix.size());
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), client);
    return error == std::errc{} && stop == name.data() + name.size();
}

} // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    const ServerState& state = checkpoint.state;
    Metadata metadata{{"format", format_name},
                      {"version", format_version},
                      {"model", checkpoint.model},
                      {"config", checkpoint.config}};
    each_number(state, checkpoint.ledger, [&](const char* name, const auto& number) {
        metadata[name] = fmt::format("{}", number); // doubles: the shortest text that reads back
    });
    std::vector<TensorView> tensors;
    for (const auto& [name, vector] :
         {std::pair{"velocity", &state.velocity}, {"second", &state.second}})
        if (!vector->empty()) // first: their data is aligned to 8 bytes
            tensors.push_back(view_of(name, {vector->size()}, *vector));
    tensors.push_back(view_of("global", {state.global.size()}, state.global));
    for (const auto& [client, kept] : state.memory)
        tensors.push_back(view_of(fmt::format("{}{}", memory_prefix, client), {kept.size()}, kept));
    metadata["checksum"] = checksum(metadata, tensors);
    write_safetensors(path, metadata, tensors);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
    const std::string name = path.string();
    const auto fail = [&](const std::string& reason) -> void {
        throw Error(name + ": not a usable checkpoint: " + reason);
    };
    const SafeTensors file = parse_safetensors(read_file(path), name);
    const auto entry = [&](const char* key) -> const std::string& {
        const auto found = file.metadata.find(key);
        if (found == file.metadata.end()) fail(fmt::format("no {} in its metadata", key));
        return found->second;
    };
    if (entry("format") != format_name) fail("it is of another format");
    if (entry("version") != format_version)
        fail(fmt::format("version {}, this program reads {}", entry("version"), format_version));
    if (entry("checksum") != checksum(file.metadata, file.tensors)) fail("wrong checksum");

    Checkpoint checkpoint;
    checkpoint.model = entry("model");
    checkpoint.config = entry("config");
    each_number(checkpoint.state, checkpoint.ledger, [&](const char* key, auto& number) {
        const std::string& text = entry(key);
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (error != std::errc{} || stop != end)
            fail(fmt::format("{} is no number: {}", key, text));
    });
    bool complete = false;
    for (const TensorView& tensor : file.tensors) {
        const auto is = [&](Dtype type) {
            if (tensor.dtype != type || tensor.shape.size() != 1)
                fail(fmt::format("{} is no vector of the right type", one_line(tensor.name)));
            return true;
        };
        std::uint64_t client = 0;
        if (tensor.name == "global" && is(Dtype::float32)) {
            checkpoint.state.global = values<float>(tensor);
            complete = true;
        } else if (tensor.name == "velocity" && is(Dtype::float64)) {
            checkpoint.state.velocity = values<double>(tensor);
        } else if (tensor.name == "second" && is(Dtype::float64)) {
            checkpoint.state.second = values<double>(tensor);
        } else if (is_memory(tensor.name, client) && is(Dtype::float32)) {
            checkpoint.state.memory[client] = values<float>(tensor);
        } else {
            fail(fmt::format("unknown tensor {}", one_line(tensor.name)));
        }
    }
    if (!complete) fail("no vector \"global\"");
    if (file.metadata.size() != metadata_entries)
        fail(fmt::format("{} entries of metadata, expected {}", file.metadata.size(),
                         metadata_entries));
    return checkpoint;
}

void require_model(const Checkpoint& checkpoint, const ModelSpec& model,
                   const std::filesystem::path& path) {
    if (checkpoint.model != model.name || checkpoint.state.global.size() != model.layout.state)
        throw Error(fmt::format("{}: of another model: {} with {} values, expected {} with {}",
                                path.string(), checkpoint.model, checkpoint.state.global.size(),
                                model.name, model.layout.state));
}

} // namespace fedmrn
