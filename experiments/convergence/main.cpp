// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
// Prints how fast FedAvg and FedMRN converge, as Markdown. See docs/convergence.md.
#include <cmath>
#include <cstdio>

#include "fedmrn/error.hpp"
#include "study.hpp"

namespace fedmrn::convergence {
namespace {

constexpr std::uint32_t seeds = 10;

void print(const char* title, const char* value, const Series& fedavg, const Series& fedmrn) {
    std::printf("%s\n\n| rounds T | FedAvg: %s | FedMRN: %s |\n|---|---|---|\n", title, value,
                value);
    const auto a = fedavg.mean(), b = fedmrn.mean();
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::printf("| %.0f | %.3e | %.3e |\n", fedavg.at[i], a[i], b[i]);
    }
    const Slope s = fit(fedavg), t = fit(fedmrn);
    std::printf("| **slope**, 95 %% interval | %.3f, %.3f … %.3f | %.3f, %.3f … %.3f |\n\n", s.mean,
                s.low, s.high, t.mean, t.low, t.high);
    std::fflush(stdout);
}

int whole() {
    try {
        print("Strongly convex, mean of 10 seeds", "F(w_T) − F*", strongly_convex("fedavg", seeds),
              strongly_convex("fedmrn", seeds));
        print("Not convex, mean of 10 seeds", "mean ‖∇F‖²", non_convex("fedavg", seeds),
              non_convex("fedmrn", seeds));
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

} // namespace
} // namespace fedmrn::convergence

int main() { return fedmrn::convergence::whole(); }
