// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/kept_state.hpp"

#include <charconv>
#include <cstring>

#include <fmt/core.h>

#include "engine/base/file.hpp"
#include "engine/base/safetensors.hpp"
#include "engine/base/text.hpp"
#include "engine/store/layout_text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

constexpr const char* format_name = "fedmrn-state";
constexpr const char* format_version = "1";

template <typename T> std::vector<T> values(const TensorView& view) {
    std::vector<T> copy(view.data.size() / sizeof(T));
    if (!copy.empty()) std::memcpy(copy.data(), view.data.data(), view.data.size());
    return copy;
}

} // namespace

void write_kept_state(const std::filesystem::path& path, const KeptState& kept) {
    const ServerState& state = kept.state;
    Metadata metadata{{"format", format_name},
                      {"version", format_version},
                      {"round", std::to_string(state.round)},
                      {"layout", layout_text(kept.layout)},
                      {"model", kept.model},
                      {"config", kept.config}};
    std::vector<TensorView> tensors; // those of 8 bytes first: their data is aligned
    for (const auto& [name, values] : state.moments)
        tensors.push_back(view_of(name, {values.size()}, values));
    tensors.push_back(view_of("global", {state.global.size()}, state.global));
    metadata["checksum"] = checksum_of(metadata, tensors);
    write_safetensors(path, metadata, tensors);
}

KeptState read_kept_state(const std::filesystem::path& path) {
    const std::string name = path.string();
    const auto fail = [&](const std::string& reason) -> void {
        throw Error(name + ": not a kept state: " + reason);
    };
    std::vector<std::byte> bytes = read_file(path);
    if (!looks_like_safetensors(bytes)) fail("expected what run --keep-messages writes");
    const SafeTensors file = parse_safetensors(std::move(bytes), name);
    const auto entry = [&](const char* key) -> const std::string& {
        const auto found = file.metadata.find(key);
        if (found == file.metadata.end()) fail(fmt::format("no {} in its metadata", key));
        return found->second;
    };
    if (const std::string& format = entry("format"); format != format_name)
        fail(fmt::format("it is of the format {}, expected {}", one_line(format), format_name));
    if (entry("version") != format_version)
        fail(fmt::format("version {}, this program reads {}", one_line(entry("version")),
                         format_version));
    if (entry("checksum") != checksum_of(file.metadata, file.tensors)) fail("wrong checksum");

    KeptState kept;
    const std::string& round = entry("round");
    const char* end = round.data() + round.size();
    if (const auto [stop, error] = std::from_chars(round.data(), end, kept.state.round);
        error != std::errc{} || stop != end)
        fail("round is no number: " + one_line(round));
    kept.layout = parse_layout(entry("layout"), name + " (layout)");
    kept.model = entry("model");
    kept.config = entry("config");
    for (const TensorView& tensor : file.tensors) {
        if (tensor.name == "global" && tensor.dtype == Dtype::float32)
            kept.state.global = values<float>(tensor);
        else if (tensor.name != "global" && tensor.dtype == Dtype::float64)
            kept.state.moments[tensor.name] = values<double>(tensor);
        else
            fail("unknown tensor " + one_line(tensor.name));
    }
    if (kept.state.global.size() != kept.layout.state)
        fail(fmt::format("{} values, its layout has {}", kept.state.global.size(),
                         kept.layout.state));
    return kept;
}

} // namespace fedmrn
