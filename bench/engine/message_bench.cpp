// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "engine/method/crc32c.hpp"
#include "fedmrn/message.hpp"
#include "tests/engine/method/message_samples.hpp"

// The uplink message of one client: CNN4 on Fashion-MNIST masked (56 KB), and the same model's
// state all in float32 (1.6 MB), as FedAvg sends it.
namespace fedmrn {
namespace {

Message cnn4(bool masked) {
    auto table = samples::cnn4_table();
    if (!masked)
        for (auto& entry : table) entry.encoding = Encoding::float32;
    return samples::random_message(std::move(table), 1);
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
    state.counters["message_bytes"] = static_cast<double>(bytes);
}

void message_encode(benchmark::State& state, bool masked) {
    const Message message = cnn4(masked);
    std::size_t bytes = 0;
    for (auto _ : state) {
        const auto encoded = encode(message);
        benchmark::DoNotOptimize(encoded.data());
        bytes = encoded.size();
    }
    count_bytes(state, bytes);
}
BENCHMARK_CAPTURE(message_encode, cnn4_fedmrn, true);
BENCHMARK_CAPTURE(message_encode, cnn4_fedavg, false);

void message_decode(benchmark::State& state, bool masked) {
    const Message message = cnn4(masked);
    const auto bytes = encode(message);
    for (auto _ : state) {
        const Message decoded = decode(bytes, message.tensors);
        benchmark::DoNotOptimize(decoded.mask.data());
    }
    count_bytes(state, bytes.size());
}
BENCHMARK_CAPTURE(message_decode, cnn4_fedmrn, true);
BENCHMARK_CAPTURE(message_decode, cnn4_fedavg, false);

template <std::uint32_t (*crc)(std::span<const std::byte>)>
void message_crc(benchmark::State& state) {
    const auto bytes = encode(cnn4(true));
    for (auto _ : state) benchmark::DoNotOptimize(crc(bytes));
    count_bytes(state, bytes.size());
}
BENCHMARK(message_crc<crc32c>);
BENCHMARK(message_crc<crc32c_portable>);

} // namespace
} // namespace fedmrn
