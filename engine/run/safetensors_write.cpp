// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "engine/run/atomic_file.hpp"
#include "engine/run/safetensors.hpp"

namespace fedmrn {

static_assert(std::endian::native == std::endian::little, "the format is little endian");

std::size_t bytes_of(Dtype dtype) { return dtype == Dtype::float32 ? 4 : 8; }

TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const float> data) {
    return {std::move(name), Dtype::float32, std::move(shape), std::as_bytes(data)};
}

TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const double> data) {
    return {std::move(name), Dtype::float64, std::move(shape), std::as_bytes(data)};
}

void write_safetensors(const std::filesystem::path& path, const Metadata& metadata,
                       std::span<const TensorView> tensors) {
    nlohmann::ordered_json header;
    header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const TensorView& tensor : tensors) {
        const std::size_t end = offset + tensor.data.size();
        header[tensor.name] = {{"dtype", tensor.dtype == Dtype::float32 ? "F32" : "F64"},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' '); // the data starts at a multiple of 8

    const std::uint64_t length = text.size();
    std::vector<std::span<const std::byte>> parts{std::as_bytes(std::span(&length, 1)),
                                                  std::as_bytes(std::span(text))};
    for (const TensorView& tensor : tensors) parts.push_back(tensor.data);
    write_atomically(path, parts);
}

} // namespace fedmrn
