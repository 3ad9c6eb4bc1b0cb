// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// A comparison comes to the same table however often it was stopped.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/cli/command.hpp"
#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Compare : public testing::Test {
protected:
    void write(int rounds, const std::string& rows) {
        spill(folder / "c.toml", "[experiment]\nrounds = " + std::to_string(rounds) + R"(
checkpoint_every = 5
[data]
name = "synthetic"
clients = 10
[client]
cohort = 5
[model]
name = "mlp"
[method]
magnitude = 0.3
[compare]
seeds = [1, 2]
target = 0.6
[[compare.partition]]
[[compare.partition]]
partition = "labelcnt"
fraction = 0.5
[[compare.method]]
label = "FedMRN"
)" + rows);
    }
    /// compare.csv without its last column, the time.
    std::string table(const std::string& out) {
        std::istringstream lines(slurp(folder / (out + "/compare.csv")));
        std::string text;
        for (std::string line; std::getline(lines, line);)
            text += line.substr(0, line.rfind(',')) + '\n';
        return text;
    }
    void wait_for_rounds(const std::string& run, long rounds) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
        while (std::chrono::steady_clock::now() < end) {
            const std::string text = slurp(folder / run / "metrics.jsonl");
            if (std::count(text.begin(), text.end(), '\n') >= rounds) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        FAIL() << run << " did not get to round " << rounds;
    }
    TemporaryFolder folder;
};

TEST_F(Compare, StoppedAndContinuedIsTheSameTable) {
    write(150, "[[compare.method]]\nname = \"fedavg\"\nlr = 0.1\n");
    const Outcome whole = fedmrn(folder.path(), {"compare", "c.toml", "--out", "whole"});
    ASSERT_EQ(whole.status, 0) << whole.err;
    EXPECT_THAT(whole.out, HasSubstr("[8/8] labelcnt 0.5, FedAvg, seed 2"));
    EXPECT_THAT(table("whole"), HasSubstr("iid,FedMRN,2,0,,0."));

    const std::vector<std::string> words{"compare", "c.toml", "--out", "cut"};
    for (const int number : {SIGINT, SIGTERM}) {
        Command command(folder.path(), words);
        wait_for_rounds(number == SIGINT ? "cut/iid/fedmrn/seed-2" : "cut/iid/fedavg/seed-2", 5);
        command.signal(number);
        const Outcome end = command.wait();
        EXPECT_EQ(end.status, 128 + number) << end.err;
        EXPECT_EQ(end.err, "");
        EXPECT_THAT(end.out, HasSubstr("the same command goes on from there"));
        EXPECT_THAT(slurp(folder / "cut/compare.md"), HasSubstr("missing"));
    }
    const Outcome end = fedmrn(folder.path(), words);
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, HasSubstr("cut/iid/fedmrn/seed-1: finished already"));
    EXPECT_THAT(end.out, HasSubstr("resumed   after round "));
    EXPECT_EQ(table("cut"), table("whole"));
    for (const char* name :
         {"accuracy-rounds-iid.svg", "accuracy-uplink-iid.svg", "accuracy-rounds-labelcnt-0.5.svg",
          "accuracy-uplink-labelcnt-0.5.svg"})
        EXPECT_EQ(slurp(folder / (std::string("cut/") + name)),
                  slurp(folder / (std::string("whole/") + name)))
            << name;
    EXPECT_THAT(slurp(folder / "whole/accuracy-uplink-iid.svg"), HasSubstr(">FedAvg</tspan>"));
}

TEST_F(Compare, ARunIsTheOneThatItsFolderDescribes) {
    write(3, "");
    ASSERT_EQ(fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"}).status, 0);
    for (const std::string run : {"iid/fedmrn/seed-1", "labelcnt-0.5/fedmrn/seed-2"}) {
        const Outcome alone =
            fedmrn(folder.path(), {"run", "r/" + run + "/config.toml", "--out", "alone/" + run});
        ASSERT_EQ(alone.status, 0) << alone.err;
        EXPECT_EQ(slurp(folder / ("r/" + run + "/model.safetensors")),
                  slurp(folder / ("alone/" + run + "/model.safetensors")))
            << run;
    }
    EXPECT_NE(slurp(folder / "r/iid/fedmrn/seed-1/model.safetensors"),
              slurp(folder / "r/iid/fedmrn/seed-2/model.safetensors"));
}

/// What a row lists is chosen by what clients set aside, and stays chosen: a value that learns
/// nothing and one that fails are not. Stopped in the middle of it, it goes on to the same table.
TEST_F(Compare, ListsAreTunedOnWhatClientsSetAside) {
    write(60, "[[compare.method]]\nname = \"fedavg\"\nmomentum = 0.9\n"
              "lr = [1e-6, 0.05, 1e6]\n");
    std::string text = slurp(folder / "c.toml");
    text.replace(text.find("target"), 0, "tuning_seeds = [3]\nvalidation = 0.2\n");
    spill(folder / "c.toml", text);
    const std::vector<std::string> words{"compare", "c.toml", "--out", "cut"};
    const Outcome whole = fedmrn(folder.path(), {"compare", "c.toml", "--out", "whole"});
    ASSERT_EQ(whole.status, 0) << whole.err;
    EXPECT_THAT(whole.out, HasSubstr("[1/14] iid, FedAvg, lr 1e-06, tuning, seed 3"));
    EXPECT_THAT(whole.out, HasSubstr("judged by 200 training samples that clients set aside"));
    EXPECT_THAT(whole.out, HasSubstr("iid, FedAvg: chosen lr 0.05\n"));
    EXPECT_THAT(whole.out, HasSubstr("[8/14] iid, FedAvg, lr 0.05, seed 1"));
    EXPECT_THAT(table("whole"), HasSubstr("\niid,FedAvg,2,0,lr 0.05,0."));
    EXPECT_THAT(slurp(folder / "whole/compare.md"),
                HasSubstr("by accuracy on 20 % of each client's training samples"));
    const fs::path runs = folder / "whole/iid/fedavg";
    EXPECT_TRUE(fs::exists(runs / "lr-1e-06/tuning-seed-3/summary.json"));
    EXPECT_FALSE(fs::exists(runs / "lr-1e-06/seed-1"));
    EXPECT_TRUE(fs::exists(runs / "lr-0.05/seed-1/summary.json"));

    Command command(folder.path(), words);
    wait_for_rounds("cut/iid/fedavg/lr-0.05/tuning-seed-3", 5);
    command.signal(SIGTERM);
    EXPECT_EQ(command.wait().status, 128 + SIGTERM);
    EXPECT_THAT(slurp(folder / "cut/compare.md"), HasSubstr("missing"));
    const Outcome end = fedmrn(folder.path(), words);
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_EQ(table("cut"), table("whole"));
}

/// Parts train what is theirs, at the same time; then the whole is there, and is only read.
TEST_F(Compare, PartsAreTheWhole) {
    write(20, "[[compare.method]]\nname = \"fedavg\"\nlr = [0.01, 0.1]\n");
    ASSERT_EQ(fedmrn(folder.path(), {"compare", "c.toml", "--out", "whole"}).status, 0);
    const auto in_array = [](const char* task) {
        return [task] {
            const std::pair<const char*, const char*> said[] = {
                {"ID", task}, {"MIN", "4"}, {"MAX", "8"}, {"COUNT", "3"}};
            for (const auto& [name, value] : said)
                ::setenv((std::string("SLURM_ARRAY_TASK_") + name).c_str(), value, 1);
        };
    };
    const std::vector<std::string> words{"compare", "c.toml", "--out", "r", "--part", "slurm"};
    const fs::path first = folder / "first", second = folder / "second"; // of what they say
    for (const fs::path& path : {first, second}) {
        fs::create_directory(path);
        fs::copy_file(folder / "c.toml", path / "c.toml");
        fs::create_directory_symlink(folder / "r", path / "r");
    }
    fs::create_directory(folder / "r");
    Command one(first, words, in_array("4")), two(second, words, in_array("6"));
    const Outcome ends[] = {
        one.wait(), two.wait(),
        fedmrn(folder.path(), {"compare", "c.toml", "--out", "r", "--part", "3/3"})};
    std::size_t runs = 0;
    for (int part = 1; part <= 3; ++part) {
        const Outcome& end = ends[part - 1];
        EXPECT_EQ(end.status, 0) << end.err;
        const std::string line = "part " + std::to_string(part) + "/3: ";
        ASSERT_THAT(end.out, HasSubstr(line));
        runs += std::stoul(end.out.substr(end.out.find(line) + line.size()));
        EXPECT_THAT(end.out, testing::Not(HasSubstr("finished already")));
    }
    EXPECT_EQ(runs, 12u); // 2 partitions: 2 of FedMRN, 2 to tune FedAvg and 2 of the chosen
    EXPECT_FALSE(fs::exists(folder / "r/compare.md"));
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, testing::Not(HasSubstr("resumed")));
    EXPECT_THAT(end.out, testing::Not(HasSubstr("round 20 ")));
    EXPECT_EQ(table("r"), table("whole"));
    EXPECT_EQ(slurp(folder / "r/accuracy-uplink-iid.svg"),
              slurp(folder / "whole/accuracy-uplink-iid.svg"));
    EXPECT_FALSE(fs::exists(folder / "r/.fedmrn.lock"));
}

TEST_F(Compare, APartThatIsNoneIsOneLine) {
    write(2, "");
    for (const char* part : {"0/2", "3/2", "2", "1/", "/2", "a/b", "1/2/3", "-1/2"}) {
        const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--part", part});
        EXPECT_EQ(end.status, 2);
        EXPECT_EQ(end.err, std::string("fedmrn: --part: expected K/N with 1 \u2264 K \u2264 N "
                                       "\u2264 1000000, or slurm, found \"") +
                               part + "\"\n");
    }
    const std::vector<std::string> words{"compare", "c.toml", "--part", "slurm"};
    EXPECT_EQ(fedmrn(folder.path(), words).err, "fedmrn: --part slurm: expected a task of an "
                                                "array, found no SLURM_ARRAY_TASK_MIN\n");
    const Outcome uneven = fedmrn(folder.path(), words, [] {
        ::setenv("SLURM_ARRAY_TASK_ID", "2", 1);
        ::setenv("SLURM_ARRAY_TASK_MIN", "1", 1);
        ::setenv("SLURM_ARRAY_TASK_MAX", "7", 1);
        ::setenv("SLURM_ARRAY_TASK_COUNT", "3", 1);
    });
    EXPECT_THAT(uneven.err, HasSubstr("found task 2 of 3 from 1 to 7; say --part K/N"));
    EXPECT_FALSE(fs::exists(folder / "runs"));
}

/// A part of which a run fails says so by its status, and goes on.
TEST_F(Compare, APartWithAFailedRunHasFailed) {
    write(2, "[[compare.method]]\nname = \"fedavg\"\nlr = 1e6\nmomentum = 0.99\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--part", "1/1"});
    EXPECT_EQ(end.status, 1);
    EXPECT_THAT(end.out, HasSubstr("failed: round "));
    EXPECT_THAT(end.out, HasSubstr("part 1/1: 4 runs finished, 4 failed\n"));
}

/// Where no value can be run, the row has failed, and says why.
TEST_F(Compare, ARowOfWhichNoValueRunsHasFailed) {
    write(3, "[[compare.method]]\nname = \"fedavg\"\nmomentum = 0.99\nlr = [1e6, 1e5]\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
    EXPECT_EQ(end.status, 1) << end.out;
    const std::string table = slurp(folder / "r/compare.md");
    EXPECT_THAT(table, HasSubstr("- iid, FedAvg: no value could be chosen, round "));
    EXPECT_THAT(table, HasSubstr("0, 2 failed |"));
}

TEST_F(Compare, AFailedRunDoesNotStopTheRest) {
    // The diverging method stands first.
    write(2, "[[compare.method]]\nlabel = \"last\"\nname = \"fedavg\"\n");
    std::string text = slurp(folder / "c.toml");
    text.replace(text.find("label = \"FedMRN\""), 16,
                 "label = \"wild\"\nname = \"fedavg\"\nlr = 1e6\nmomentum = 0.99");
    text.erase(text.find("magnitude = 0.3"), 16); // neither has noise
    spill(folder / "c.toml", text);
    for (int time = 0; time < 2; ++time) { // a second time too
        const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
        EXPECT_EQ(end.status, 1) << end.out;
        EXPECT_THAT(end.out, HasSubstr("failed: iid, wild, seed 1: round "));
        const std::string table = slurp(folder / "r/compare.md");
        EXPECT_THAT(table, HasSubstr("| wild | - | - | - | - | - | - | - | - | - | 0, 2 failed |"));
        EXPECT_THAT(table, HasSubstr("- labelcnt 0.5, wild, seed 2: round "));
        EXPECT_TRUE(fs::exists(folder / "r/labelcnt-0.5/last/seed-2/summary.json"));
    }
}

TEST_F(Compare, AnotherExperimentInAFolderIsAFailedRunThatKeepsIt) {
    write(2, "");
    ASSERT_EQ(fedmrn(folder.path(), {"compare", "c.toml"}).status, 0);
    const std::string before = slurp(folder / "runs/c/iid/fedmrn/seed-1/model.safetensors");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--set", "client.batch=8"});
    EXPECT_EQ(end.status, 1);
    EXPECT_THAT(end.out, HasSubstr("cannot resume: client.batch was 64 and is 8 now"));
    EXPECT_EQ(slurp(folder / "runs/c/iid/fedmrn/seed-1/model.safetensors"), before);
}

TEST_F(Compare, ABadFileIsOneLineAndStatus2) {
    spill(folder / "c.toml", "[compare]\nseeds = 3\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml"});
    EXPECT_EQ(end.status, 2);
    EXPECT_EQ(end.out, "");
    EXPECT_THAT(end.err, testing::StartsWith("fedmrn: c.toml:2: compare.seeds: expected"));
    EXPECT_FALSE(fs::exists(folder / "runs"));
}

/// A second process is refused, and what it would have done is the first one's.
TEST_F(Compare, OneProcessAComparison) {
    write(100000, "");
    Command first(folder.path(), {"compare", "c.toml", "--out", "r"});
    wait_for_rounds("r/iid/fedmrn/seed-1", 1);
    const Outcome second = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
    EXPECT_EQ(second.status, 2);
    EXPECT_EQ(second.err, "fedmrn: r: another process is running in this folder\n");
    first.signal(SIGINT);
    EXPECT_EQ(first.wait().status, 130);
}

/// Rows whose plain names are one: each has its folder, in any script.
TEST_F(Compare, LabelsOfAnyScriptAreRowsOfTheirOwn) {
    write(
        2,
        "[[compare.method]]\nlabel = \"\u65b9\u6cd5\"\n[[compare.method]]\nlabel = \"fedmrn!\"\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_THAT(end.out, HasSubstr("\u65b9\u6cd5"));
    EXPECT_TRUE(fs::exists(folder / "r/iid/\u65b9\u6cd5/seed-1/summary.json"));
    std::size_t folders = 0;
    for (const auto& entry : fs::directory_iterator(folder / "r/iid"))
        folders += entry.is_directory();
    EXPECT_EQ(folders, 3U);
}

TEST_F(Compare, ItsFileIsNamedWhereAnExperimentIsWanted) {
    write(2, "");
    const Outcome run = fedmrn(folder.path(), {"run", "c.toml"});
    EXPECT_EQ(run.status, 2);
    EXPECT_THAT(run.err, HasSubstr("c.toml: is a comparison, expected an experiment"));
    const Outcome data = fedmrn(folder.path(), {"data", "c.toml"});
    EXPECT_EQ(data.status, 0) << data.err;
    EXPECT_THAT(data.out, HasSubstr("== iid, seed 1"));
    EXPECT_THAT(data.out, HasSubstr("== labelcnt 0.5, seed 1"));
}

/// Somebody's compare.md stays.
TEST_F(Compare, ForeignFilesStay) {
    write(2, "");
    fs::create_directories(folder / "r");
    spill(folder / "r/compare.md", "mine\n");
    const Outcome end = fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"});
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.err, HasSubstr("choose another folder with --out"));
    EXPECT_EQ(slurp(folder / "r/compare.md"), "mine\n");
}

/// Nor do pictures go, be it the file of the comparison itself, and nothing is left behind.
TEST_F(Compare, ForeignPicturesStay) {
    write(2, "");
    for (const char* name : {"accuracy-rounds-iid.svg", "accuracy-uplink-labelcnt-0.5.svg"}) {
        fs::create_directories(folder / "r");
        fs::copy_file(folder / "c.toml", folder / "r" / name);
        const std::string before = slurp(folder / "r" / name);
        for (const std::string& input : {std::string("c.toml"), std::string("r/") + name}) {
            const Outcome end = fedmrn(folder.path(), {"compare", input, "--out", "r"});
            EXPECT_EQ(end.status, 2);
            EXPECT_THAT(end.err, HasSubstr(name));
        }
        EXPECT_EQ(slurp(folder / "r" / name), before);
        EXPECT_EQ(std::distance(fs::directory_iterator(folder / "r"), {}), 1);
        fs::remove_all(folder / "r");
    }
}

/// The tables of one comparison are not written over by another.
TEST_F(Compare, AnotherComparisonsTableStays) {
    write(2, "");
    ASSERT_EQ(fedmrn(folder.path(), {"compare", "c.toml", "--out", "r"}).status, 0);
    const std::string before = slurp(folder / "r/compare.md");
    std::string text = slurp(folder / "c.toml");
    text.replace(text.find("label = \"FedMRN\""), 16, "label = \"other\"");
    spill(folder / "d.toml", text);
    const Outcome end = fedmrn(folder.path(), {"compare", "d.toml", "--out", "r"});
    EXPECT_EQ(end.status, 2);
    EXPECT_THAT(end.err, HasSubstr("choose another folder with --out"));
    EXPECT_EQ(slurp(folder / "r/compare.md"), before);
}

/// A table of nothing but failures is in nobody's way.
TEST_F(Compare, WhatFailedBeforeItsFirstRoundIsRepeated) {
    write(2, "");
    const std::vector<std::string> words{"compare", "c.toml", "--out", "r"};
    std::vector<std::string> without = words;
    for (const char* set : {"data.name=mnist", "data.path=nowhere"}) {
        without.emplace_back("--set");
        without.emplace_back(set);
    }
    for (int time = 0; time < 2; ++time) {
        const Outcome end = fedmrn(folder.path(), without);
        EXPECT_EQ(end.status, 1) << end.err;
        EXPECT_THAT(slurp(folder / "r/compare.md"), HasSubstr("0, 2 failed"));
        EXPECT_FALSE(fs::exists(folder / "r/iid"));
    }
    EXPECT_EQ(fedmrn(folder.path(), words).status, 0);
}

} // namespace
} // namespace fedmrn
