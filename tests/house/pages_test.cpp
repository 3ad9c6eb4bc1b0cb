// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

// docs/architecture.md is held to the tree: what it shows of a file stands there, and the arrows
// that it draws are those of the includes.
namespace fedmrn::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

const fs::path root = fs::path(FEDMRN_TEST_DATA).parent_path();

Lines lines_of(const fs::path& path) {
    std::ifstream file(path);
    Lines lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

/// Without the licence's two.
Lines source_of(const std::string& file) {
    Lines lines = lines_of(root / file);
    std::erase_if(lines, [](const std::string& line) { return line.starts_with("// SPDX-"); });
    return lines;
}

/// An indented block under a line that ends with `file`: and what file that is.
struct Example {
    std::string file;
    Lines shown;
};

std::vector<Example> examples() {
    const std::regex names_a_file(".*`([^` ]+)`:$");
    std::vector<Example> found;
    bool open = false;
    for (const std::string& line : lines_of(root / "docs/architecture.md")) {
        std::smatch match;
        if (std::regex_match(line, match, names_a_file)) {
            found.push_back({match[1], {}});
            open = true;
        } else if (open && line.starts_with("    ")) {
            found.back().shown.push_back(line.substr(4));
        } else if (open && line.empty()) {
            if (!found.back().shown.empty()) found.back().shown.emplace_back();
        } else {
            open = false;
        }
    }
    for (Example& example : found) {
        while (!example.shown.empty() && example.shown.back().empty()) example.shown.pop_back();
    }
    return found;
}

TEST(Pages, ShowFilesWordForWord) {
    for (const Example& example : examples()) {
        const Lines source = source_of(example.file);
        EXPECT_FALSE(example.shown.empty()) << example.file;
        EXPECT_LT(example.shown.size(), 60u) << example.file;
        if (source.size() < 60) { // whole
            EXPECT_EQ(example.shown, source) << example.file;
        } else {
            EXPECT_NE(std::search(source.begin(), source.end(), example.shown.begin(),
                                  example.shown.end()),
                      source.end())
                << example.file << ", from " << example.shown.front();
        }
    }
}

TEST(Pages, ShowEveryToy) {
    std::set<std::string> shown;
    for (const Example& example : examples()) shown.insert(example.file);
    std::set<std::string> toys{"tests/house/first_rows.hpp", "tests/house/odd.hpp"};
    for (const char* folder : {"tests/house", "tests/house/toys"}) {
        for (const auto& entry : fs::directory_iterator(root / folder)) {
            const std::string name = entry.path().filename().string();
            if (entry.path().extension() == ".cpp" &&
                (name.starts_with("toy_") || entry.path().parent_path().filename() == "toys")) {
                toys.insert(std::string(folder) + "/" + name);
            }
        }
    }
    EXPECT_GE(toys.size(), 11u);
    for (const std::string& toy : toys) EXPECT_TRUE(shown.contains(toy)) << toy;
}

using Arrows = std::map<std::string, std::set<std::string>>;

/// What the files of each room include of others, beside include/fedmrn.
Arrows included() {
    const std::regex include(R"(\s*#include "(?:engine/([a-z]+)/|(kernels)/).*)");
    const std::set<std::string> sources{".hpp", ".cpp", ".cu", ".cuh"};
    Arrows arrows;
    for (const char* top : {"engine", "kernels"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
            if (!sources.contains(entry.path().extension().string())) continue;
            const fs::path below = fs::relative(entry.path(), root / "engine");
            const std::string room = *below.begin() == ".." ? "kernels" : below.begin()->string();
            std::set<std::string>& to = arrows[room];
            for (const std::string& line : lines_of(entry.path())) {
                std::smatch match;
                if (!std::regex_match(line, match, include)) continue;
                const std::string other = match[1].matched ? match[1] : match[2];
                if (other != room) to.insert(other);
            }
        }
    }
    return arrows;
}

/// Lines of the drawing: "    3  method → message kernels base".
struct Drawing {
    Arrows arrows;
    std::map<std::string, int> floors;
};

Drawing drawn() {
    const std::regex row("    +([0-9]) +([a-z]+) +→ (.*)");
    Drawing drawing;
    for (const std::string& line : lines_of(root / "docs/architecture.md")) {
        std::smatch match;
        if (!std::regex_match(line, match, row)) continue;
        drawing.floors[match[2]] = std::stoi(match[1]);
        std::set<std::string>& to = drawing.arrows[match[2]];
        std::istringstream words(match[3]);
        for (std::string word; words >> word;) {
            if (word != "include/fedmrn") to.insert(word);
        }
    }
    return drawing;
}

TEST(Pages, DrawTheIncludesThatThereAre) { EXPECT_EQ(drawn().arrows, included()); }

TEST(Pages, NoArrowRunsUp) {
    const Drawing drawing = drawn();
    for (const auto& [room, others] : drawing.arrows) {
        for (const std::string& other : others) {
            ASSERT_TRUE(drawing.floors.contains(other)) << other;
            EXPECT_GT(drawing.floors.at(room), drawing.floors.at(other)) << room << " → " << other;
        }
    }
}

TEST(Pages, NameFilesThatThereAre) {
    const std::regex named("`((?:examples|include|engine|cmake|tests|docs)/[A-Za-z0-9_./]+)`");
    std::size_t files = 0;
    for (const char* page : {"docs/library.md", "docs/architecture.md"}) {
        for (const std::string& line : lines_of(root / page)) {
            for (std::sregex_iterator at(line.begin(), line.end(), named), end; at != end; ++at) {
                const std::string file = (*at)[1];
                if (file.find("NAME") != std::string::npos) continue; // a newcomer's
                EXPECT_TRUE(fs::exists(root / file)) << page << ": " << file;
                ++files;
            }
        }
    }
    EXPECT_GT(files, 30u);
}

/// What the shared library shows is what they declare.
TEST(Pages, PublicHeadersAreVisible) {
    for (const auto& entry : fs::directory_iterator(root / "include/fedmrn")) {
        const Lines lines = lines_of(entry.path());
        for (const char* pragma :
             {"#pragma GCC visibility push(default)", "#pragma GCC visibility pop"}) {
            EXPECT_EQ(std::ranges::count(lines, pragma), 1) << entry.path() << ": " << pragma;
        }
    }
}

/// That the above would find something.
TEST(Pages, AreRead) {
    EXPECT_GE(examples().size(), 15u);
    EXPECT_GE(drawn().arrows.size(), 16u);
    EXPECT_TRUE(included().at("server").contains("kernels"));
}

} // namespace
} // namespace fedmrn::test
