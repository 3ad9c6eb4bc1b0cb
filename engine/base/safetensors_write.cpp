// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdint>
#include <functional>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/atomic_file.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/base/safetensors.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::json;

const char* type_name(Dtype dtype) {
    switch (dtype) {
    case Dtype::float32:
        return "F32";
    case Dtype::float64:
        return "F64";
    case Dtype::int8:
        return "I8";
    case Dtype::int32:
        return "I32";
    default:
        return "U64";
    }
}

} // namespace

static_assert(std::endian::native == std::endian::little, "the format is little endian");

std::size_t bytes_of(Dtype dtype) {
    const bool four = dtype == Dtype::float32 || dtype == Dtype::int32;
    return four ? 4 : dtype == Dtype::int8 ? 1 : 8;
}

std::size_t TensorView::elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const float> data) {
    return {std::move(name), Dtype::float32, std::move(shape), std::as_bytes(data), {}};
}

TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const double> data) {
    return {std::move(name), Dtype::float64, std::move(shape), std::as_bytes(data), {}};
}

TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::uint64_t> data) {
    return {std::move(name), Dtype::uint64, std::move(shape), std::as_bytes(data), {}};
}

TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::int8_t> data) {
    return {std::move(name), Dtype::int8, std::move(shape), std::as_bytes(data), {}};
}

TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::int32_t> data) {
    return {std::move(name), Dtype::int32, std::move(shape), std::as_bytes(data), {}};
}

std::string checksum_of(const Metadata& metadata, std::span<const TensorView> tensors) {
    std::string text;
    for (const auto& [key, value] : metadata)
        if (key != "checksum") (((text += key) += '\0') += value) += '\0';
    for (const TensorView& tensor : tensors) // each tensor's own: a large one is read once
        text += fmt::format("{} {:08x}\n", tensor.name, crc32c(tensor.data));
    return fmt::format("{:08x}", crc32c(std::as_bytes(std::span(text))));
}

void write_safetensors(const std::filesystem::path& path, const Metadata& metadata,
                       std::span<const TensorView> tensors) {
    // Text after text: a JSON object would look for each new name among all of the others.
    std::string text = "{\"__metadata__\":" + Json(metadata).dump();
    std::size_t offset = 0;
    for (const TensorView& tensor : tensors) {
        const std::size_t end = offset + tensor.data.size();
        text += fmt::format(R"(,{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                            Json(tensor.name).dump(), type_name(tensor.dtype),
                            fmt::join(tensor.shape, ","), offset, end);
        offset = end;
    }
    text += '}';
    text.resize((text.size() + 7) / 8 * 8, ' '); // the data starts at a multiple of 8
    if (text.size() > largest_header)
        throw Error(fmt::format("{}: cannot write: a header of {} bytes for {} tensors, no reader "
                                "takes more than {}",
                                path.string(), text.size(), tensors.size(), largest_header),
                    Fault::run);

    const std::uint64_t length = text.size();
    std::vector<std::span<const std::byte>> parts{std::as_bytes(std::span(&length, 1)),
                                                  std::as_bytes(std::span(text))};
    for (const TensorView& tensor : tensors) parts.push_back(tensor.data);
    write_atomically(path, parts);
}

} // namespace fedmrn
