// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace fedmrn {

/// What a sample is in a LEAF file.
enum class LeafSample {
    image, ///< x: 784 numbers of 0 … 1, bytes over 255; y: a class, 0 … 61
    text,  ///< x: 80 letters of LEAF's alphabet, as tokens; y: the letter that follows
};

inline constexpr std::uint32_t leaf_image_side = 28, leaf_image_classes = 62;
inline constexpr std::uint32_t leaf_text_length = 80, leaf_letters = 80;

/// The samples of one user.
struct LeafUser {
    std::vector<std::uint8_t> x; ///< samples × 784 pixels or 80 tokens
    std::vector<std::uint16_t> y;
};

/// One JSON file of the LEAF benchmark (Caldas et al., 2018): {"users": [a user's name, …],
/// "num_samples": [of each], "user_data": {name: {"x": […], "y": […]}}}, in any order. Anything
/// else in it ("hierarchies") is passed over.
struct LeafFile {
    std::vector<std::string> users; ///< each of them in data, in the file's order
    std::unordered_map<std::string, LeafUser> data;
};

/// Reads a plain or gzipped file without a tree of it in memory. Throws Error, one line, for what
/// is not JSON, for samples of another kind and for counts that contradict each other.
LeafFile read_leaf(const std::string& path, LeafSample kind);

} // namespace fedmrn
