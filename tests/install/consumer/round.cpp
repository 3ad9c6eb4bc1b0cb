// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// One round by way of headers from many corners of the library: an error that is
// thrown in the library and caught here, a part that is registered from here.
#include <cstdio>
#include <string>
#include <vector>

#include <fedmrn/config_file.hpp>
#include <fedmrn/device.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>
#include <fedmrn/fedmrn.h>
#include <fedmrn/server.hpp>
#include <fedmrn/version.hpp>

namespace {

bool refuses(const std::vector<std::string>& said) {
    try {
        fedmrn::parse_config("", "round", said);
    } catch (const fedmrn::Error& error) {
        std::printf("refused: %s\n", error.what());
        return error.fault() == fedmrn::Fault::input;
    }
    return false;
}

} // namespace

int main() {
    fedmrn::SamplerEntry first{{"the_first", "The first", "clients 0, 1, …"}};
    first.sample = [](const fedmrn::SamplerTask& task) {
        std::vector<std::uint64_t> cohort;
        while (cohort.size() < task.cohort) cohort.push_back(cohort.size());
        return cohort;
    };
    fedmrn::samplers().add(first);

    const std::vector<std::string> said{"data.name=synthetic", "server.sampling=the_first",
                                        "model.name=mlp"};
    const fedmrn::Config config = fedmrn::parse_config("", "round", said);
    fedmrn::Experiment run(config, fedmrn::load_dataset(config.data, 1));
    const auto round = run.run_round();
    std::printf("fedmrn %s, %zu devices, %llu messages\n", fedmrn::version(),
                fedmrn::available_devices().size(),
                static_cast<unsigned long long>(round->messages));
    const bool right = round->messages == 10 && refuses({"server.sampling=the_frist"}) &&
                       fedmrn_version() == std::string(fedmrn::version());
    return right ? 0 : 1;
}
