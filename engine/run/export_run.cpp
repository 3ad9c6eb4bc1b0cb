// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/export_run.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <system_error>

#include <fmt/format.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/channels.hpp"
#include "engine/base/text.hpp"
#include "engine/data/reading.hpp"
#include "engine/deploy/infer.hpp"
#include "engine/deploy/integer.hpp"
#include "engine/deploy/onnx.hpp"
#include "engine/run/graph_file.hpp"
#include "engine/store/export.hpp"
#include "fedmrn/config_file.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/version.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch = 250; ///< samples at once

/// A finished run's model and what it is judged by.
struct Finished {
    Dataset dataset;
    InferenceGraph graph;
    [[nodiscard]] const Column& x() const { return dataset.test.column(graph.input); }
    [[nodiscard]] std::size_t samples() const { return dataset.test.samples(); }
};

Finished read(const fs::path& folder) {
    if (!fs::exists(folder / "summary.json"))
        throw Error(folder.string() + ": no finished run here; expected summary.json");
    const Config config = load_config(folder / "config.toml");
    Finished run;
    run.dataset = load_dataset(config.data, config.experiment.seed);
    if (run.samples() == 0) throw Error(folder.string() + ": its data set has no test samples");
    const Model model = make_model(config.model, run.dataset.shape());
    run.graph = inference_graph(model, import_model(folder / "model.safetensors", model));
    return run;
}

/// A run's own files are not written over.
void refuse_own(const fs::path& folder, const fs::path& file) {
    for (const char* own : {"config.toml", "model.safetensors", "checkpoint.safetensors",
                            "metrics.jsonl", "summary.json"}) {
        std::error_code none;
        if (fs::equivalent(folder / own, file, none))
            throw Error(file.string() + ": is the run's own, expected another file to write");
    }
}

/// What an inference makes of all test samples.
template <class Infer> std::vector<float> logits_of(const Finished& run, const Infer& infer) {
    std::vector<float> logits;
    for (std::size_t first = 0; first < run.samples(); first += batch) {
        const auto x = reals_of(run.x(), first, std::min(batch, run.samples() - first));
        const std::vector<float>& made = infer(x);
        logits.insert(logits.end(), made.begin(), made.end());
    }
    return logits;
}

std::vector<float> float_logits(const Finished& run) {
    FloatInference inference(run.graph);
    return logits_of(run, [&](const auto& x) -> const std::vector<float>& {
        return inference.run(x)[run.graph.output];
    });
}

std::vector<float> integer_logits(const Finished& run, const Quantization& integers) {
    IntegerInference inference(run.graph, integers);
    return logits_of(run,
                     [&](const auto& x) -> const std::vector<float>& { return inference.run(x); });
}

/// "84.12 % of 10,000 test samples right"; of a model that sorts into no classes, their number.
std::string judged(const Finished& run, std::span<const float> logits) {
    std::string samples = counted(run.samples(), "test sample");
    const std::uint32_t classes = run.dataset.classes();
    if (classes == 0 || run.graph.elements(run.graph.output) != classes) return samples;
    const auto labels = run.dataset.test.column(run.dataset.label).as<std::uint16_t>();
    return fmt::format("{} of {} right", percent_text(share_right(logits, labels)), samples);
}

/// Training samples from all of the set, which may lie in the order of its classes.
std::vector<float> calibration_samples(const Finished& run, std::size_t wanted) {
    const Column& x = run.dataset.train.column(run.graph.input);
    const std::size_t samples = run.dataset.train.samples(), count = std::min(wanted, samples);
    std::vector<float> reals;
    for (std::size_t i = 0; i < count; ++i) {
        const auto one = reals_of(x, i * samples / count, 1);
        reals.insert(reals.end(), one.begin(), one.end());
    }
    return reals;
}

/// How the input is made of a sample, in the words of docs/optimisation.md.
OnnxAbout about(const Finished& run) {
    OnnxAbout about{version(), "", {{"fedmrn.dataset", run.dataset.name}}};
    if (run.x().tensor.element != Element::u8) {
        about.doc = "x: a sample's numbers as they are. logits: one a class.";
        return about;
    }
    const ByteReading reading = reading_of(run.x());
    about.metadata["fedmrn.x.scale"] = fmt::format("{}", fmt::join(reading.scale, ", "));
    about.metadata["fedmrn.x.shift"] = fmt::format("{}", fmt::join(reading.shift, ", "));
    about.doc = "x: byte * scale + shift of each pixel, as the metadata fedmrn.x.scale and "
                "fedmrn.x.shift have them for each channel. logits: one a class.";
    return about;
}

/// Test samples in ONNX's order and their logits: of the integers too, where there are any.
void write_outputs(const Finished& run, std::span<const float> logits,
                   std::span<const float> of_integers, const fs::path& path) {
    const std::size_t samples = std::min(run.samples(), exported_outputs),
                      channels = run.graph.channels(0), classes = logits.size() / run.samples();
    const std::vector<float> reals = reals_of(run.x(), 0, samples);
    const auto x =
        channels_first(std::span<const float>(reals), run.graph.elements(0) / channels, channels);
    const std::vector<std::size_t>& sides = run.graph.values[0];
    std::vector tensors{view_of("x",
                                run.graph.is_image(0)
                                    ? std::vector{samples, channels, sides[0], sides[1]}
                                    : std::vector{samples, channels},
                                x),
                        view_of("logits", {samples, classes}, logits.first(samples * classes))};
    if (!of_integers.empty())
        tensors.push_back(
            view_of("logits_int8", {samples, classes}, of_integers.first(samples * classes)));
    write_safetensors(path, {{"dataset", run.dataset.name}}, tensors);
}

} // namespace

void export_run(const ExportOptions& options, std::ostream& say) {
    if (options.onnx.empty() && options.safetensors.empty() && options.outputs.empty())
        throw Error("export: expected a file to write: --onnx, --safetensors or --outputs FILE");
    for (const fs::path& file : {options.onnx, options.safetensors, options.outputs})
        refuse_own(options.run, file);
    const Finished run = read(options.run);
    const std::vector<float> logits = float_logits(run);
    std::vector<float> of_integers;
    say << fmt::format("{}: {}, float32: {}\n", options.run.string(), run.graph.name,
                       judged(run, logits));
    std::optional<Quantization> integers;
    if (options.int8) {
        const auto x = calibration_samples(run, options.calibration_samples);
        integers = quantize(run.graph, x, options.calibration);
        of_integers = integer_logits(run, *integers);
        say << fmt::format("int8, ranges of {}: {}\n",
                           counted(x.size() / run.graph.elements(0), "training sample"),
                           judged(run, of_integers));
    }
    if (!options.onnx.empty()) {
        const std::string bytes =
            onnx_model(run.graph, about(run), integers ? &*integers : nullptr);
        write_atomically(options.onnx, bytes);
        say << fmt::format("{}: {}, ONNX\n", options.onnx.string(),
                           bytes_text(static_cast<double>(bytes.size())));
    }
    if (!options.safetensors.empty()) {
        const OnnxAbout said = about(run);
        Metadata metadata = said.metadata;
        metadata["model"] = run.graph.name;
        write_graph_tensors(options.safetensors, run.graph, integers ? &*integers : nullptr,
                            metadata);
        say << fmt::format("{}: its tensors\n", options.safetensors.string());
    }
    if (!options.outputs.empty()) {
        write_outputs(run, logits, of_integers, options.outputs);
        say << fmt::format("{}: {} with their logits\n", options.outputs.string(),
                           counted(std::min(run.samples(), exported_outputs), "test sample"));
    }
}

} // namespace fedmrn
