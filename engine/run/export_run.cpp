// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/export_run.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

#include "engine/base/atomic_file.hpp"
#include "engine/base/channels.hpp"
#include "engine/base/text.hpp"
#include "engine/data/reading.hpp"
#include "engine/deploy/infer.hpp"
#include "engine/deploy/onnx.hpp"
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
    const Model model = make_model(config.model, run.dataset.shape());
    run.graph = inference_graph(model, import_model(folder / "model.safetensors", model));
    return run;
}

/// Logits of the first so many test samples.
std::vector<float> logits_of(const Finished& run, std::size_t samples) {
    FloatInference inference(run.graph);
    std::vector<float> logits;
    for (std::size_t first = 0; first < samples; first += batch) {
        const auto x = reals_of(run.x(), first, std::min(batch, samples - first));
        const std::vector<float>& made = inference.run(x)[run.graph.output];
        logits.insert(logits.end(), made.begin(), made.end());
    }
    return logits;
}

/// "84.12 % of 10,000 test samples right"; of a model that sorts into no classes, their number.
std::string judged(const Finished& run, std::span<const float> logits) {
    const std::string samples = counted(run.samples(), "test sample");
    const std::uint32_t classes = run.dataset.classes();
    if (classes == 0 || run.graph.elements(run.graph.output) != classes) return samples;
    const auto labels = run.dataset.test.column(run.dataset.label).as<std::uint16_t>();
    return fmt::format("{} of {} right", percent_text(share_right(logits, labels)), samples);
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

void write_outputs(const Finished& run, std::span<const float> logits, const fs::path& path) {
    const std::size_t samples = std::min(run.samples(), exported_outputs),
                      channels = run.graph.channels(0), classes = logits.size() / run.samples();
    const std::size_t pixels = run.graph.elements(0) / channels;
    const std::vector<float> reals = reals_of(run.x(), 0, samples);
    const auto x = channels_first(std::span<const float>(reals), pixels, channels);
    const std::vector<std::size_t>& sides = run.graph.values[0];
    const std::vector<std::size_t> shape = run.graph.is_image(0)
                                               ? std::vector{samples, channels, sides[0], sides[1]}
                                               : std::vector{samples, channels};
    write_safetensors(
        path, {{"dataset", run.dataset.name}},
        std::vector{view_of("x", shape, x),
                    view_of("logits", {samples, classes}, logits.first(samples * classes))});
}

} // namespace

void export_run(const ExportOptions& options, std::ostream& say) {
    if (options.onnx.empty() && options.outputs.empty())
        throw Error("export: expected a file to write: --onnx FILE or --outputs FILE");
    const Finished run = read(options.run);
    const std::vector<float> logits = logits_of(run, run.samples());
    say << fmt::format("{}: {}, {}\n", options.run.string(), run.graph.name, judged(run, logits));
    if (!options.onnx.empty()) {
        const std::string bytes = onnx_model(run.graph, about(run));
        write_atomically(options.onnx, bytes);
        say << fmt::format("{}: {}, ONNX\n", options.onnx.string(),
                           bytes_text(static_cast<double>(bytes.size())));
    }
    if (!options.outputs.empty()) {
        write_outputs(run, logits, options.outputs);
        say << fmt::format("{}: {} with their logits\n", options.outputs.string(),
                           counted(std::min(run.samples(), exported_outputs), "test sample"));
    }
}

} // namespace fedmrn
