// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/teacher.hpp"

#include "fedmrn/error.hpp"
#include "fedmrn/loss.hpp"

namespace fedmrn {
namespace {

/// What the cross-entropy of a model is of.
const Tensor& logits_of(const Model& model) {
    const bool one = model.losses.size() == 1 && model.losses[0].weight == 1.0;
    if (!one || model.losses[0].loss->kind() != cross_entropy()->kind()) {
        throw Error("stage.name = distil: expected models with the one loss cross_entropy, " +
                    model.name + " has another");
    }
    return model.values[model.losses[0].in[0]];
}

bool same_inputs(const Model& a, const Model& b) {
    bool same = a.inputs.size() == b.inputs.size();
    for (std::size_t i = 0; same && i < a.inputs.size(); ++i) {
        same = a.inputs[i].name == b.inputs[i].name &&
               a.values[a.inputs[i].value] == b.values[b.inputs[i].value];
    }
    return same;
}

} // namespace

Model taught(const Model& student, const Teacher& teacher) {
    const Tensor& logits = logits_of(student);
    const auto misfit = [&](const std::string& what) {
        throw Error("stage.distil.teacher_model: " + teacher.model.name + " " + what + " than " +
                    student.name);
    };
    if (!same_inputs(student, teacher.model)) {
        misfit("reads other inputs");
    }
    if (logits_of(teacher.model) != logits) {
        misfit("gives other logits, " + text_of(logits_of(teacher.model)) + " in place of " +
               text_of(logits) + ",");
    }
    Model model = student;
    Model::LossNode& loss = model.losses[0];
    loss.loss = distillation(teacher.temperature, teacher.weight);
    loss.in.push_back(model.values.size());
    model.inputs.push_back({Teacher::input, model.values.size()});
    model.values.push_back(logits);
    model.metrics.clear();
    model.tallies = 1;
    return model;
}

} // namespace fedmrn
