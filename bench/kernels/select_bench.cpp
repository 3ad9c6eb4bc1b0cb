// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/select.hpp"

#include "bench/support/counters.hpp"
#include "kernels/prune.hpp"

// CNN4's 389,920 masked weights of clients, of which one in so many is selected. Arguments: one in,
// clients. Bytes: each array as often as the three digits, or the selection, have to pass over it.
namespace fedmrn::bench {
namespace {

constexpr float magnitude = 0.01f;

std::size_t masked() { return cnn4().layout.masked; }
std::size_t words() { return (masked() + 31) / 32; }

/// Clients with their selections made.
struct Cohort {
    explicit Cohort(benchmark::State& state)
        : count(static_cast<std::size_t>(state.range(1))),
          k(masked() / static_cast<std::size_t>(state.range(0))),
          values(random_array(count * masked(), magnitude)), thresholds(device(), count),
          selected(device(), count * words()), kept(device(), count * k),
          dense(device(), count * masked()) {
        for (std::size_t c = 0; c < count; ++c) {
            sources.push_back({values.data() + c * masked(), nullptr, thresholds.data() + c,
                               selected.data() + c * words(), kept.data() + c * k});
            scattered.push_back({selected.data() + c * words(), kept.data() + c * k, nullptr, 0.0f,
                                 dense.data() + c * masked()});
            keepers.push_back({selected.data() + c * words(), 600});
        }
        kernels::find_thresholds(device(), sources, masked(), k);
        kernels::select_largest(device(), sources, masked());
        kernels::gather_selected(device(), sources, masked());
    }
    std::size_t count, k;
    Buffer<float> values;
    Buffer<formula::Threshold> thresholds;
    Buffer<std::uint32_t> selected;
    Buffer<float> kept, dense;
    std::vector<kernels::SelectSource> sources;
    std::vector<kernels::ScatterSource> scattered;
    std::vector<kernels::KeptWeights> keepers;
};

/// Times body(cohort); bytes: of an element.
template <class Body> void timed_cohort(benchmark::State& state, double bytes, const Body& body) {
    Cohort cohort(state);
    const double seconds = measure_calls(state, [&] { body(cohort); });
    const auto all = static_cast<double>(masked() * cohort.count);
    count(state, {.bytes = bytes * all, .elements = all}, seconds);
}

double kept_bytes(const benchmark::State& state) { // of an element: its bit, and a float where set
    return 1.0 / 8 + 4.0 / static_cast<double>(state.range(0));
}

void find_thresholds(benchmark::State& state) {
    timed_cohort(state, 4.0 * formula::digits, [](Cohort& cohort) {
        kernels::find_thresholds(device(), cohort.sources, masked(), cohort.k);
    });
}

void select_largest(benchmark::State& state) {
    timed_cohort(state, 4 + 1.0 / 8, [](Cohort& cohort) {
        kernels::select_largest(device(), cohort.sources, masked());
    });
}

void gather_selected(benchmark::State& state) {
    timed_cohort(
        state, kept_bytes(state) + 4.0 / static_cast<double>(state.range(0)),
        [](Cohort& cohort) { kernels::gather_selected(device(), cohort.sources, masked()); });
}

void scatter_selected(benchmark::State& state) {
    timed_cohort(state, kept_bytes(state) + 4, [](Cohort& cohort) {
        kernels::scatter_selected(device(), cohort.scattered, masked());
    });
}

/// FedSparsify's server, but for the sum of the weights.
void merge_kept(benchmark::State& state) {
    Cohort cohort(state);
    Buffer<std::uint64_t> kept(device(), masked());
    const Buffer<formula::Wide> sum(device(), masked());
    const Buffer<float> global = random_array(masked(), magnitude);
    Buffer<double> mean(device(), masked());
    const double seconds = measure_calls(state, [&] {
        kept.clear();
        kernels::count_kept(device(), cohort.keepers, masked(), kept.data());
        kernels::merge_kept(device(), formula::MergeRule::nonzero, masked(), sum.data(),
                            kept.data(), 600 * cohort.count, global.data(), mean.data());
    });
    const auto n = static_cast<double>(masked()), all = n * static_cast<double>(cohort.count);
    count(state, {.bytes = all / 8 + n * (8 + 16 + 16 + 4 + 8), .elements = n}, seconds);
}

void stop_pruned(benchmark::State& state) {
    const auto lanes = static_cast<std::size_t>(state.range(0));
    const Buffer<LaneState> states = busy_lanes(lanes);
    const Buffer<float> global = random_array(masked(), magnitude);
    Buffer<float> gradient = random_array(lanes * masked(), magnitude);
    const double seconds = measure(state, [&] {
        kernels::stop_pruned(device(), lanes, states.data(), masked(), global.data(),
                             {gradient.data(), masked()});
    });
    const auto all = static_cast<double>(lanes * masked());
    count(state, {.bytes = 4 * static_cast<double>(masked()) + 8 * all, .elements = all}, seconds);
}

const Register all([] {
    const auto selection = [](const char* name, void (*function)(benchmark::State&)) {
        add(name, function)->ArgNames({"one_in", "clients"})->ArgsProduct({{10, 32}, {10}});
    };
    selection("find_thresholds", find_thresholds);
    selection("select_largest", select_largest);
    selection("gather_selected", gather_selected);
    selection("scatter_selected", scatter_selected);
    selection("merge_kept", merge_kept);
    add("stop_pruned", stop_pruned)->ArgName("lanes")->Arg(8);
});

} // namespace
} // namespace fedmrn::bench
