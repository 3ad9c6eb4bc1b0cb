// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fedmrn {

/// The safetensors format: 8 bytes of header length (little endian), a JSON header, the data.
/// https://huggingface.co/docs/safetensors. Every type is read; the engine writes those named.
enum class Dtype { float32, float64, uint64, int8, int32, other };

std::size_t bytes_of(Dtype dtype); ///< of one element; not of other

/// The reference implementation's limit, which every reader has.
inline constexpr std::size_t largest_header = 100'000'000;

/// A tensor somewhere in memory that this does not own.
struct TensorView {
    std::string name;
    Dtype dtype = Dtype::float32;
    std::vector<std::size_t> shape;
    std::span<const std::byte> data;
    std::string type; ///< as the file says it, "BF16"; of a tensor that was read
    [[nodiscard]] std::size_t elements() const;
};

TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const float> data);
TensorView view_of(std::string name, std::vector<std::size_t> shape, std::span<const double> data);
TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::uint64_t> data);
TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::int8_t> data);
TensorView view_of(std::string name, std::vector<std::size_t> shape,
                   std::span<const std::int32_t> data);

using Metadata = std::map<std::string, std::string>;

/// A file in memory; the views point into bytes, which a move leaves where they are.
struct SafeTensors {
    SafeTensors() = default;
    SafeTensors(SafeTensors&&) = default;
    SafeTensors& operator=(SafeTensors&&) = default;

    std::vector<std::byte> bytes;
    Metadata metadata;
    std::vector<TensorView> tensors; ///< in the order of their data

    /// Null where there is none.
    [[nodiscard]] const TensorView* find(const std::string& name) const;
};

/// CRC32C, as 8 hex digits, of metadata and tensors, for an entry "checksum" that itself is left
/// out of it.
std::string checksum_of(const Metadata& metadata, std::span<const TensorView> tensors);

/// Atomically, see atomic_file.hpp. Throws Error (Fault::run) where the header would be larger than
/// any reader takes.
void write_safetensors(const std::filesystem::path& path, const Metadata& metadata,
                       std::span<const TensorView> tensors);

/// Strict: the tensors must cover the data from the first byte to the last, without a gap or an
/// overlap, and each must have the length that its shape and type say, where the type is known.
/// Throws Error, naming name.
SafeTensors parse_safetensors(std::vector<std::byte> bytes, const std::string& name);

/// Whether bytes could be such a file at all, to tell it from a message.
bool looks_like_safetensors(std::span<const std::byte> bytes);

} // namespace fedmrn
