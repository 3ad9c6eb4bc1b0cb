// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "engine/stage/stage.hpp"
#include "engine/stage/teacher.hpp"
#include "fedmrn/columns.hpp"

namespace fedmrn {

struct DistilOptions {
    std::string teacher;
    std::string teacher_model;
    double temperature = 4;
    double weight = 0.5;
};

/// Knowledge distillation (Hinton et al., 2015): local training follows labels and a trained model.
class Distil final : public Stage {
public:
    explicit Distil(Teacher teacher) : teacher_(std::move(teacher)) {}
    /// Of one that is made where nobody trains, and so reads no file.
    Distil() = default;

    [[nodiscard]] const Teacher* teacher() const override {
        return teacher_ ? &*teacher_ : nullptr;
    }

private:
    std::optional<Teacher> teacher_;
};

/// The teacher that the options name, for such data. Throws Error, one line that names the key and
/// the file.
Teacher read_teacher(const DistilOptions& options, const DataShape& data);

} // namespace fedmrn
