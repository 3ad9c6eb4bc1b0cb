// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/checkpoint.hpp"

#include <charconv>
#include <cstring>

#include <fmt/core.h>

#include "engine/base/file.hpp"
#include "engine/base/safetensors.hpp"
#include "engine/base/text.hpp"
#include "engine/store/fields.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr const char* format_name = "fedmrn-checkpoint";
constexpr const char* format_version = "4";

/// The one list of the texts in the metadata, for both directions.
template <typename C, typename Visit> void each_text(C& checkpoint, Visit visit) {
    visit("model", checkpoint.model);
    visit("config", checkpoint.config);
    visit("data", checkpoint.data);
    visit("started", checkpoint.started);
}

/// The one list of the ledger's fields, for both directions.
template <typename State, typename Books, typename Visit>
void each_number(State& state, Books& ledger, Visit visit) {
    visit("round", state.round);
    visit("messages", ledger.messages);
    visit("uplink_bytes", ledger.uplink_bytes);
    visit("downlink_bytes", ledger.downlink_bytes);
    visit("samples", ledger.samples);
    each_second(ledger.time, visit);
    visit("simulated_seconds", ledger.simulated_seconds);
}

template <typename T> std::vector<T> values(const TensorView& view) {
    std::vector<T> copy(view.data.size() / sizeof(T));
    if (!copy.empty()) std::memcpy(copy.data(), view.data.data(), view.data.size());
    return copy;
}

/// What clients keep as two arrays: whose, and [clients][floats].
struct FlatMemory {
    std::vector<std::uint64_t> clients;
    std::vector<float> values;
};

FlatMemory flattened(const std::map<std::uint64_t, std::vector<float>>& memory) {
    FlatMemory flat;
    flat.clients.reserve(memory.size());
    if (!memory.empty()) flat.values.reserve(memory.size() * memory.begin()->second.size());
    for (const auto& [client, kept] : memory) {
        flat.clients.push_back(client);
        flat.values.insert(flat.values.end(), kept.begin(), kept.end());
    }
    return flat;
}

} // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    const ServerState& state = checkpoint.state;
    Metadata metadata{{"format", format_name}, {"version", format_version}};
    each_text(checkpoint,
              [&](const char* name, const std::string& text) { metadata[name] = text; });
    each_number(state, checkpoint.ledger, [&](const char* name, const auto& number) {
        metadata[name] = fmt::format("{}", number); // doubles: the shortest text that reads back
    });
    if (checkpoint.ledger.traffic != Traffic{})
        each_sent(checkpoint.ledger.traffic, [&](const char* name, std::uint64_t bytes) {
            metadata[name] = fmt::format("{}", bytes);
        });
    const FlatMemory memory = flattened(state.memory);
    std::vector<TensorView> tensors; // those of 8 bytes first: their data is aligned
    for (const auto& [name, values] : state.moments)
        tensors.push_back(view_of(name, {values.size()}, values));
    const std::size_t clients = memory.clients.size();
    if (clients != 0) tensors.push_back(view_of("memory.clients", {clients}, memory.clients));
    tensors.push_back(view_of("global", {state.global.size()}, state.global));
    if (const std::size_t sent = state.downlink_error.size(); sent != 0)
        tensors.push_back(view_of("downlink_error", {sent}, state.downlink_error));
    if (clients != 0)
        tensors.push_back(
            view_of("memory", {clients, memory.values.size() / clients}, memory.values));
    metadata["checksum"] = checksum_of(metadata, tensors);
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
    if (entry("checksum") != checksum_of(file.metadata, file.tensors)) fail("wrong checksum");

    Checkpoint checkpoint;
    std::size_t entries = 3; // format, version, checksum
    each_text(checkpoint, [&](const char* key, std::string& text) {
        text = entry(key);
        ++entries;
    });
    const auto read_number = [&](const char* key, auto& number) {
        const std::string& text = entry(key);
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        if (error != std::errc{} || stop != end)
            fail(fmt::format("{} is no number: {}", key, text));
        ++entries;
    };
    each_number(checkpoint.state, checkpoint.ledger, read_number);
    each_sent(checkpoint.ledger.traffic, [&](const char* key, std::uint64_t& bytes) {
        if (file.metadata.contains(key)) read_number(key, bytes); // of ranks alone
    });
    bool complete = false;
    FlatMemory memory;
    std::size_t kept = 0; // floats of a client
    for (const TensorView& tensor : file.tensors) {
        const auto is = [&](Dtype type, std::size_t rank = 1) {
            if (tensor.dtype != type || tensor.shape.size() != rank)
                fail(fmt::format("{} has the wrong type or shape", one_line(tensor.name)));
            return true;
        };
        if (tensor.name == "global" && is(Dtype::float32)) {
            checkpoint.state.global = values<float>(tensor);
            complete = true;
        } else if (tensor.name == "downlink_error" && is(Dtype::float32)) {
            checkpoint.state.downlink_error = values<float>(tensor);
        } else if (tensor.name == "memory.clients" && is(Dtype::uint64)) {
            memory.clients = values<std::uint64_t>(tensor);
        } else if (tensor.name == "memory" && is(Dtype::float32, 2)) {
            memory.values = values<float>(tensor);
            kept = tensor.shape[1];
        } else if (tensor.dtype == Dtype::float64 && is(Dtype::float64)) {
            checkpoint.state.moments[tensor.name] = values<double>(tensor);
        } else {
            fail(fmt::format("unknown tensor {}", one_line(tensor.name)));
        }
    }
    if (!complete) fail("no vector \"global\"");
    if (memory.values.size() != memory.clients.size() * kept)
        fail(fmt::format("memory of {} values for {} clients", memory.values.size(),
                         memory.clients.size()));
    for (std::size_t k = 0; k < memory.clients.size(); ++k) {
        const float* begin = memory.values.data() + k * kept;
        checkpoint.state.memory.emplace_hint(checkpoint.state.memory.end(), memory.clients[k],
                                             std::vector<float>(begin, begin + kept));
    }
    if (checkpoint.state.memory.size() != memory.clients.size()) fail("a client's memory twice");
    if (file.metadata.size() != entries)
        fail(fmt::format("{} entries of metadata, expected {}", file.metadata.size(), entries));
    return checkpoint;
}

void require_model(const Checkpoint& checkpoint, const Model& model,
                   const std::filesystem::path& path) {
    if (checkpoint.model != model.name || checkpoint.state.global.size() != model.layout.state)
        throw Error(fmt::format("{}: of another model: {} with {} values, expected {} with {}",
                                path.string(), checkpoint.model, checkpoint.state.global.size(),
                                model.name, model.layout.state));
}

} // namespace fedmrn
