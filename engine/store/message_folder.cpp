// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/message_folder.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/atomic_file.hpp"
#include "engine/base/file.hpp"
#include "engine/base/text.hpp"
#include "engine/store/layout_text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

fs::path state_file(const fs::path& folder, std::uint32_t round) {
    return folder / fmt::format("state-{}.safetensors", round);
}

} // namespace

MessageFolder::MessageFolder(fs::path folder, bool added_to) : folder_(std::move(folder)) {
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed)
        throw Error(fmt::format("{}: cannot be made: {}", folder_.string(), failed.message()),
                    Fault::run);
    if (!added_to && !fs::is_empty(folder_))
        throw Error(fmt::format("{}: expected an empty folder for messages, found files in it",
                                folder_.string()));
}

void MessageFolder::begin(const KeptState& kept) {
    write_atomically(folder_ / "layout.json", layout_text(kept.layout));
    write_kept_state(state_file(folder_, kept.state.round), kept);
    round_ = kept.state.round + 1;
    weights_.clear();
}

void MessageFolder::keep(const UplinkMessage& message) {
    if (message.weight != 0) weights_[std::to_string(message.client)] = message.weight;
    write_atomically(folder_ / fmt::format("round-{}-client-{}.fmrn", round_, message.client),
                     {message.bytes});
}

void MessageFolder::end(const KeptState& kept) {
    if (!weights_.empty())
        write_atomically(folder_ / fmt::format("round-{}-weights.json", round_),
                         nlohmann::json(weights_).dump() + "\n");
    write_kept_state(state_file(folder_, kept.state.round), kept);
}

ClientWeights read_weights(const fs::path& path) {
    const std::vector<std::byte> bytes = read_file(path);
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    ClientWeights weights;
    try {
        const auto json = nlohmann::json::parse(text, text + bytes.size());
        for (const auto& [client, weight] : json.get<std::map<std::string, std::uint64_t>>()) {
            std::uint64_t number = 0;
            const char* end = client.data() + client.size();
            const auto [stop, error] = std::from_chars(client.data(), end, number);
            if (error != std::errc{} || stop != end || weight == 0)
                throw Error(fmt::format("{}: expected a client and its weight, found {}: {}",
                                        path.string(), one_line(client), weight));
            weights[number] = weight;
        }
        if (weights.empty()) throw Error(path.string() + ": no client's weight is in it");
    } catch (const nlohmann::json::exception& error) {
        throw Error(
            fmt::format("{}: not a round's weights: {}", path.string(), one_line(error.what())));
    }
    return weights;
}

} // namespace fedmrn
