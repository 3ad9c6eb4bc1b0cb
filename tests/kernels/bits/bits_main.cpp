// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "plain_cpu.hpp"
#include "tests/kernels/golden_bits.hpp"
#include "tests/kernels/golden_hashes.hpp"

// The golden hashes as this compiler and these flags make them: compares them with the table, or
// prints a new one (--print). Exit status 1: at least one differs.
using namespace fedmrn::test;

namespace {

void print(const GoldenCase& golden, PlainCpu& device) {
    std::printf("    {\"%s\",\n     {", golden.name.c_str());
    const char* separator = "";
    for (const std::size_t size : golden_sizes) {
        std::printf("%s0x%016" PRIx64, separator, golden.hash(device, size));
        separator = ", ";
    }
    std::printf("}},\n");
}

/// How many sizes differ.
int compare(const GoldenCase& golden, const GoldenRow& row, PlainCpu& device) {
    if (golden.name != row.name) {
        std::printf("%s: the table has %s here\n", golden.name.c_str(), row.name);
        return 1;
    }
    int wrong = 0;
    for (std::size_t i = 0; i < std::size(golden_sizes); ++i) {
        const std::uint64_t hash = golden.hash(device, golden_sizes[i]);
        if (hash != row.hash[i]) {
            std::printf("%s, %zu elements: %016" PRIx64 ", the table has %016" PRIx64 "\n",
                        row.name, golden_sizes[i], hash, row.hash[i]);
            ++wrong;
        }
    }
    return wrong;
}

} // namespace

int main(int count, char** arguments) {
    PlainCpu device;
    const bool printing = count > 1 && std::strcmp(arguments[1], "--print") == 0;
    const auto cases = golden_cases();
    if (!printing && cases.size() != std::size(golden_rows)) {
        std::printf("%zu cases, the table has %zu\n", cases.size(), std::size(golden_rows));
        return 1;
    }
    int wrong = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (printing) {
            print(cases[i], device);
        } else {
            wrong += compare(cases[i], golden_rows[i], device);
        }
    }
    if (!printing) {
        std::printf("%zu cases of %zu sizes, %d differ\n", cases.size(), std::size(golden_sizes),
                    wrong);
    }
    return wrong == 0 ? 0 : 1;
}
