// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "seeded_block_bugs.cuh"
#include "seeded_grid_bugs.cuh"
#include "seeded_host_bugs.cuh"

// seeded_bugs NAME makes one mistake. It ends with 0 when nothing showed, else says what did; none
// makes no mistake, and nothing may show.
namespace {

struct Scenario {
    const char* name;
    bool (*run)(Bug);
};
constexpr Scenario scenarios[] = {
    {"reverse", reverse},     {"histogram", histogram}, {"rotate", rotate},   {"staged", staged},
    {"pipelined", pipelined}, {"transpose", transpose}, {"scale", scale},     {"sum", sum},
    {"ring", ring},           {"memory", memory},       {"streams", streams}, {"upload", upload},
    {"replay", replay},       {"graphs", graphs},
};

constexpr std::string_view names[] = {
#define SEEDED_BUG(name) #name,
    SEEDED_BUGS(SEEDED_BUG)
#undef SEEDED_BUG
};

/// Every scenario runs: those that do not know the bug are right.
int run(Bug bug) {
    for (const Scenario& scenario : scenarios) {
        try {
            if (!scenario.run(bug)) {
                std::fprintf(stderr, "%s: wrong result\n", scenario.name);
                return 2;
            }
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", scenario.name, error.what());
            return 3;
        }
    }
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    const std::string_view wanted = count == 2 ? arguments[1] : "";
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (names[i] == wanted) return run(static_cast<Bug>(i));
    }
    std::fputs("usage: seeded_bugs NAME\n", stderr);
    return 64;
}
