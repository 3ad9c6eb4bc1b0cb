// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "engine/config/same_run.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

struct Case {
    const char *text, *error;
};

class BadFile : public testing::TestWithParam<Case> {};

TEST_P(BadFile, IsOneClearLine) {
    EXPECT_EQ(error_of([] { parse_config(GetParam().text, "x.toml"); }), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadFile,
    testing::Values(
        Case{"\n[clint]\nlr = 1",
             "x.toml:2: unknown section [clint]; expected experiment, data, client, "
             "model, method, server, network or stage; did you mean [client]?"},
        Case{"[zzzzzz]",
             "x.toml:1: unknown section [zzzzzz]; expected experiment, data, client, model, "
             "method, server, network or stage"},
        Case{"[client]\nl2 = 0.1\n[method]\nname = 'fedpm'",
             "x.toml:2: client.l2 = 0.1 has no effect: it speaks to a method that trains the "
             "weights themselves: not fedpm, fedbat, fedmud, frozen_factor"},
        Case{"[client]\nl2 = 0.1\nweight_decay = 0.01",
             "x.toml:2: client.l2: expected 0 beside client.weight_decay = 0.01, found 0.1"},
        Case{"[method]\nname = 'fedpm'\nerror_feedback = true",
             "x.toml:3: method.error_feedback = true has no effect: it speaks to method.name = "
             "signsgd, terngrad, qsgd, topk, drive, eden, stc or powersgd"},
        Case{"[data]\nbeta = 0.3",
             "x.toml:2: data.beta = 0.3 has no effect: it speaks to data.partition = labeldir"},
        Case{"[server]\nmomentum = 0.9\noptimizer = 'adam'",
             "x.toml:2: server.momentum = 0.9 has no effect: it speaks to server.optimizer = sgd"},
        Case{"[method]\nname = 'drive'\nbits = 2",
             "x.toml:3: method.bits = 2 has no effect: it speaks to method.name = eden"},
        Case{"[compare]\nseeds = [1]",
             "x.toml: is a comparison, expected an experiment: `fedmrn compare` runs it"},
        Case{
            "[data]\npartition = 'file'",
            "x.toml:2: data.partition_file: expected the file of partition = \"file\", found none"},
        Case{"[client]\nepochs = 1\nbacth = 3",
             "x.toml:3: unknown key client.bacth; expected cohort, epochs, batch, lr, schedule, "
             "decay_rounds, momentum, weight_decay, l2 or proximal; did you mean batch?"},
        Case{"[model]\nrounds = 3", "x.toml:2: unknown key model.rounds; expected name, layers, "
                                    "loss or metrics; did you mean experiment.rounds?"},
        Case{"rounds = 3",
             "x.toml:1: unknown key rounds; expected a section; did you mean experiment.rounds?"},
        Case{"client = 3", "x.toml:1: client: expected a section [client], found 3"},
        Case{"[[client]]\nlr = 1", "x.toml:1: client: expected a section [client], found an array"},
        Case{"[client]\nlr = 'fast'",
             "x.toml:2: client.lr: expected a number in (0, 1000000], found \"fast\""},
        Case{"[client]\nlr = 0", "x.toml:2: client.lr: expected a number in (0, 1000000], found 0"},
        Case{"[client]\nlr = nan",
             "x.toml:2: client.lr: expected a number in (0, 1000000], found nan"},
        Case{"[client]\nlr = inf",
             "x.toml:2: client.lr: expected a number in (0, 1000000], found inf"},
        Case{"[client]\nlr = [1]",
             "x.toml:2: client.lr: expected a number in (0, 1000000], found an array"},
        Case{"[client]\nmomentum = 1.0",
             "x.toml:2: client.momentum: expected a number in [0, 1), found 1.0"},
        Case{"[client]\nbatch = 0",
             "x.toml:2: client.batch: expected an integer in 1 … 65535, found 0"},
        Case{"[client]\nbatch = 65536",
             "x.toml:2: client.batch: expected an integer in 1 … 65535, found 65536"},
        Case{"[client]\nbatch = 2.0",
             "x.toml:2: client.batch: expected an integer in 1 … 65535, found 2.0"},
        Case{"[client]\nepochs = 4294967297",
             "x.toml:2: client.epochs: expected an integer in 1 … 1000000, found 4294967297"},
        Case{"[experiment]\nseed = -1",
             "x.toml:2: experiment.seed: expected an integer in 0 … 9223372036854775807, found -1"},
        Case{"[experiment]\nout = 3", "x.toml:2: experiment.out: expected a string, found 3"},
        Case{"[method]\nmask = 'signedd'",
             "x.toml:2: method.mask: expected \"binary\" or \"signed\", found \"signedd\""},
        Case{"[method]\nmagnitude = 9e-7",
             "x.toml:2: method.magnitude: expected a number in [1e-06, 1], found 9e-07"},
        Case{"[method]\nstochastic = 1",
             "x.toml:2: method.stochastic: expected true or false, found 1"},
        Case{"[data]\nclients = 1000000001",
             "x.toml:2: data.clients: expected an integer in 0 … 1000000000, found 1000000001"},
        Case{"[data]\nclients = 0",
             "x.toml:2: data.clients: expected at least 1, found 0, which is every user of "
             "partition = \"natural\""},
        Case{"[data]\nfraction = 1.01",
             "x.toml:2: data.fraction: expected a number in (0, 1], found 1.01"},
        Case{"[data]\nname = \"a\\nb\"",
             "x.toml:2: data.name: expected \"fashion-mnist\", \"mnist\", \"emnist-digits\", "
             "\"emnist-letters\", \"emnist-balanced\", \"emnist-byclass\", \"emnist-bymerge\", "
             "\"emnist-mnist\", \"cifar-10\", \"cifar-100\", \"svhn\", \"leaf-femnist\", "
             "\"leaf-shakespeare\", \"tff-emnist\", \"tff-emnist-digits\", \"tff-cifar-100\", "
             "\"npz\" or \"synthetic\", found \"a\\u000Ab\""},
        // the first line in the file, though "data" sorts before "server"
        Case{"[server]\nlr = 0\n[data]\nbeta = 0",
             "x.toml:2: server.lr: expected a number in (0, 1000000], found 0"},
        Case{"[data]\nclients = 5\n\n[client]\ncohort = 6",
             "x.toml:5: client.cohort: expected at most data.clients = 5, found 6"},
        Case{"[data]\npartition = 'natural'\nclients = 5",
             "x.toml:3: client.cohort: expected at most data.clients = 5, found 10"},
        Case{"[data]\nclients = 5",
             "x.toml:2: client.cohort: expected at most data.clients = 5, found 10"}));

TEST(BadConfig, SyntaxErrorsNameTheLine) {
    for (const char* text : {"[client]\nlr = ", "[client]\nlr = 1\nlr = 2", "[client]\n= 3",
                             "[client]\nname = \"open", "[client]\n[client]", "a\n\nb \xff"})
        EXPECT_THAT(error_of([&] { parse_config(text, "x.toml"); }),
                    testing::MatchesRegex("x\\.toml:[1-9][0-9]*: not TOML: .+"));
}

TEST(BadConfig, OverridesNameThemselves) {
    const auto error = [](const std::string& argument) {
        return error_of([&] { parse_config("[client]\nlr = 1", "x.toml", std::vector{argument}); });
    };
    EXPECT_EQ(error("client.lr=-1"),
              "--set client.lr=-1: client.lr: expected a number in (0, 1000000], found -1");
    EXPECT_EQ(error("client.lr=1\nb=2"),
              "--set client.lr=1 b=2: client.lr: expected a number in (0, "
              "1000000], found \"1\\u000Ab=2\"");
    EXPECT_EQ(error("method.mask=tertiary"),
              "--set method.mask=tertiary: method.mask: expected \"binary\" "
              "or \"signed\", found \"tertiary\"");
    EXPECT_THAT(error("client.lrr=1"), testing::HasSubstr("did you mean lr?"));
    EXPECT_THAT(error("clien.lr=1"), testing::HasSubstr("did you mean [client]?"));
    EXPECT_EQ(error("client.lr"), "--set client.lr: expected section.key=value");
    EXPECT_EQ(error("lr=0.1"), "--set lr=0.1: expected section.key=value");
    EXPECT_THAT(error("client.cohort=200"),
                testing::StartsWith("--set client.cohort=200: client.cohort: expected at most"));
    EXPECT_THAT(error("experiment.out=\xff"), testing::HasSubstr("expected a string"));
}

} // namespace
} // namespace fedmrn
