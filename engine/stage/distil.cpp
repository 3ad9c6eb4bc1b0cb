// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/distil.hpp"

#include <sstream>

#include "engine/stage/quantization.hpp"
#include "fedmrn/choice_list.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

const char stage_name[] = "distil";

/// What work returns; its errors begin with the key.
template <class Work> auto of_key(const char* key, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw Error(std::string("stage.distil.") + key + ": " + error.what(), error.fault());
    }
}

Choice model_choice(const DistilOptions& options) {
    std::string text = options.teacher_model;
    if (text.empty()) {
        text = of_key("teacher", [&] { return model_named_in(options.teacher); });
    }
    return of_key("teacher_model", [&] {
        std::vector<Choice> choices = read_choices(text);
        if (choices.size() != 1) {
            throw Error("expected a model, as in \"cnn4\"; " + options.teacher + " names none");
        }
        return choices.front();
    });
}

Schema<DistilOptions> distil_schema() {
    return Schema<DistilOptions>()
        .text("teacher", &DistilOptions::teacher,
              "a trained model's file: the model.safetensors of a run")
        .free() // the hash of its weights decides
        .text("teacher_model", &DistilOptions::teacher_model,
              "its model, as in \"cnn4\"; empty: as the file says")
        .number("temperature", &DistilOptions::temperature, {'(', 0, 100, ']'},
                "T, of both softmaxes that are compared")
        .number("weight", &DistilOptions::weight, {'[', 0, 1, ']'},
                "λ: (1 − λ) · cross-entropy + λ · T² · KL(teacher ‖ student)");
}

} // namespace

Teacher read_teacher(const DistilOptions& options, const DataShape& data) {
    const Choice choice = model_choice(options);
    Model model = of_key("teacher_model", [&] { return make_model(choice, data); });
    std::vector<float> state =
        of_key("teacher", [&] { return read_state(options.teacher, model); });
    return {std::move(model), std::move(state), options.temperature, options.weight};
}

StageEntry distil_entry() {
    const auto schema = distil_schema();
    StageEntry entry{{stage_name, "distil",
                      "local training follows the labels and a trained model, the teacher",
                      schema.options()}};
    entry.label = [schema](const Options& said) {
        const DistilOptions options = schema.read(said);
        std::ostringstream text;
        text << "distil (" << options.teacher << ", T " << options.temperature << ", weight "
             << options.weight << ")";
        return text.str();
    };
    entry.refuses = [schema](const Config& config) -> std::string {
        if (schema.read(options_of(config, stage_name)).teacher.empty()) {
            return "teacher: expected the file of a trained model, found none";
        }
        const std::string& loss = config.model.loss.name;
        return loss == "cross_entropy" ? "" : "expected model.loss = cross_entropy, found " + loss;
    };
    entry.make = [schema](const Options& said,
                          const StageSetting& setting) -> std::shared_ptr<const Stage> {
        if (setting.data == nullptr) {
            return std::make_shared<const Distil>();
        }
        return std::make_shared<const Distil>(read_teacher(schema.read(said), *setting.data));
    };
    return entry;
}

} // namespace fedmrn
