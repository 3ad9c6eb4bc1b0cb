// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/core.h>

#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/cli/commands.hpp"
#include "engine/cli/job.hpp"
#include "engine/cli/output.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/version.hpp"

namespace fedmrn {
namespace {

constexpr const char* examples = R"(Examples:
  fedmrn run experiments/quickstart-fedmrn.toml
  fedmrn run experiments/perceptron.toml --set client.lr=0.05 --out runs/slower
  fedmrn run experiments/perceptron.toml --resume
  fedmrn compare experiments/table-small.toml
  fedmrn data experiments/quickstart-fedmrn.toml --set data.partition=labeldir
  fedmrn report runs/quickstart-fedmrn runs/quickstart-fedavg --svg both.svg
  fedmrn inspect runs/perceptron/checkpoint.safetensors
  fedmrn aggregate kept/round-3-client-*.fmrn --model kept/state-2.safetensors --out next
  fedmrn export runs/quickstart-fedmrn --onnx model.onnx

Exit status: 0 done, 1 the run failed, 2 wrong input; 130, 138 and 143 stopped by SIGINT, SIGUSR1
and SIGTERM with a checkpoint written.)";

/// Where other ranks are at work, it is the end of the job.
int say(int status, std::string_view message) {
    const auto& job = cli::job();
    if (job) job->wait_for_first();
    cli::say_error((job ? job->name() : "") + one_line(message));
    if (job) job->abort(status);
    return status;
}

/// What a library says when it fails in a way that nothing here foresaw.
int say_unforeseen(const std::exception& error) {
    return say(static_cast<int>(Fault::run),
               fmt::format("it failed in a way that it does not know: {} (this is a fault of "
                           "fedmrn {}; what a run has done stays in its folder)",
                           error.what(), version()));
}

/// CLI11 takes an unknown subcommand for a stray argument; this says which one was meant.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
    if (argc < 2 || argv[1][0] == '-') return "";
    const std::string given = argv[1];
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (std::string_view name : known)
        if (name == given) return "";
    const std::string_view near = nearest(given, known);
    return fmt::format("unknown command \"{}\"; expected {}{}", given, alternatives(known),
                       near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

int start(int argc, char** argv) {
    cli::Action action;
    CLI::App app("Federated learning with masked random noise: one bit a parameter upstream.",
                 "fedmrn");
    app.set_version_flag("--version", std::string("fedmrn ") + version());
    app.footer(examples);
    app.require_subcommand(1);
    cli::add_run(app, action);
    cli::add_compare(app, action);
    cli::add_data(app, action);
    cli::add_inspect(app, action);
    cli::add_aggregate(app, action);
    cli::add_export(app, action);
    cli::add_devices(app, action);
    cli::add_report(app, action);
    cli::add_keys(app, action);
    cli::add_parts(app, action);

    if (const std::string unknown = unknown_command(app, argc, argv); !unknown.empty())
        return say(2, unknown);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error); // --help, --version
        return say(2, std::string(error.what()) + " (see fedmrn --help)");
    }
    return action();
}

/// The exit status of the command, errors said.
int guarded(int argc, char** argv) {
    try {
        return start(argc, argv);
    } catch (const Error& error) {
        return say(static_cast<int>(error.fault()), error.what());
    } catch (const std::bad_alloc&) {
        return say(static_cast<int>(Fault::run), "out of memory");
    } catch (const std::filesystem::filesystem_error& error) {
        return say(static_cast<int>(Fault::run),
                   fmt::format("{}: {}", error.path1().string(), error.code().message()));
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) return say_unforeseen(error);
        return say(static_cast<int>(Fault::run),
                   fmt::format("no thread could be started: {} (ulimit -u, or a limit of the "
                               "container)",
                               error.code().message()));
    } catch (const std::exception& error) {
        return say_unforeseen(error);
    }
}

/// The program: output that cannot be written is an error too.
int whole(int argc, char** argv) {
    cli::prepare_descriptors();
    cli::StandardOutput output;
    const int status = guarded(argc, argv);
    const int failed = output.finish();
    cli::job().reset();
    if (failed == EPIPE && status == 0) return 128 + SIGPIPE; // the reader has had enough: no word
    if (failed != 0 && status == 0)
        return say(static_cast<int>(Fault::run),
                   fmt::format("standard output: cannot write: {}", std::strerror(failed)));
    if (status > 128) std::_Exit(status); // stopped, perhaps while a thread was still reading data
    return status;
}

} // namespace
} // namespace fedmrn

int main(int argc, char** argv) { return fedmrn::whole(argc, argv); }
