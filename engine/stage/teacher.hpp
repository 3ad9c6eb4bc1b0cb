// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "fedmrn/model.hpp"

namespace fedmrn {

/// A trained model that local training follows, and how much.
struct Teacher {
    Model model;
    std::vector<float> state;
    double temperature = 1;
    double weight = 0; ///< of the teacher; 1 − weight: of the labels

    /// What a student's model calls its input of the teacher's logits.
    static constexpr const char* input = "teacher's logits";
};

/// The state of a model from a safetensors file as export_model writes it: every tensor of the
/// model, in PyTorch's layout, and no other. Throws Error, one line that begins with the path.
std::vector<float> read_state(const std::filesystem::path& path, const Model& model);

/// The name that such a file gives its model; empty: none. Throws Error as above.
std::string model_named_in(const std::filesystem::path& path);

/// The student's model as it trains under a teacher: with one more input, the teacher's logits, its
/// cross-entropy is the distillation loss. It has no metrics. Throws Error where its loss is
/// another one, or the teacher reads other columns or tells other classes apart.
Model taught(const Model& student, const Teacher& teacher);

} // namespace fedmrn
