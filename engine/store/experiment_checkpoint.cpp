// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/checkpoint.hpp"

#include "engine/config/same_run.hpp"
#include "engine/store/checkpoint.hpp"
#include "fedmrn/config_file.hpp"

namespace fedmrn {

void save_checkpoint(const Experiment& experiment, const std::filesystem::path& file) {
    Checkpoint checkpoint;
    checkpoint.state = experiment.state();
    checkpoint.model = experiment.model().name;
    checkpoint.config = to_toml(experiment.config());
    write_checkpoint(file, checkpoint);
}

void load_checkpoint(Experiment& experiment, const std::filesystem::path& file) {
    Checkpoint checkpoint = read_checkpoint(file);
    const std::string name = file.string();
    require_model(checkpoint, experiment.model(), file);
    require_same_run(parse_config(checkpoint.config, name), experiment.config(), name);
    experiment.restore(std::move(checkpoint.state));
}

} // namespace fedmrn
