// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "bench/support/registry.hpp"
#include "engine/base/crc32c.hpp"
#include "fedmrn/message.hpp"
#include "tests/engine/message/samples.hpp"

// The uplink message of one client: CNN4 on Fashion-MNIST masked (56 KB), the same model's state
// all in float32 (1.6 MB), as FedAvg sends it, and a tenth of its weights as positions and signs
// (36 KB), as STC does.
namespace fedmrn {
namespace {

Message cnn4_fedmrn() { return samples::random_message(samples::cnn4_table(), 1); }

Message cnn4_fedavg() {
    auto table = samples::cnn4_table();
    for (auto& entry : table) entry.encoding = Encoding::float32;
    return samples::random_message(std::move(table), 1);
}

Message cnn4_stc() {
    auto table = samples::cnn4_table();
    table.erase(table.begin(), table.begin() + 5);
    table.insert(table.begin(),
                 {{Encoding::sparse, 389'920, 38'992}, {packed_encoding(1, true), 38'992}});
    return samples::random_message(std::move(table), 1);
}

void count_bytes(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
    state.counters["message_bytes"] = static_cast<double>(bytes);
}

void message_encode(benchmark::State& state, Message (*made)()) {
    const Message message = made();
    std::size_t bytes = 0;
    for (auto _ : state) {
        const auto encoded = encode(message);
        benchmark::DoNotOptimize(encoded.data());
        bytes = encoded.size();
    }
    count_bytes(state, bytes);
}

void message_decode(benchmark::State& state, Message (*made)()) {
    const Message message = made();
    const auto bytes = encode(message);
    for (auto _ : state) {
        const Message decoded = decode(bytes, message.tensors);
        benchmark::DoNotOptimize(decoded.mask.data());
    }
    count_bytes(state, bytes.size());
}

template <std::uint32_t (*crc)(std::span<const std::byte>)>
void message_crc(benchmark::State& state) {
    const auto bytes = encode(cnn4_fedmrn());
    for (auto _ : state) benchmark::DoNotOptimize(crc(bytes));
    count_bytes(state, bytes.size());
}

// The host's work on every device, and timed as such.
const bench::Register all([] {
    if (!bench::on_cpu()) {
        return;
    }
    const auto all_of = [](const std::string& name,
                           void (*function)(benchmark::State&, Message(*)())) {
        benchmark::RegisterBenchmark((name + "/cnn4_fedmrn").c_str(), function, cnn4_fedmrn);
        benchmark::RegisterBenchmark((name + "/cnn4_fedavg").c_str(), function, cnn4_fedavg);
        benchmark::RegisterBenchmark((name + "/cnn4_stc").c_str(), function, cnn4_stc);
    };
    all_of("message_encode", message_encode);
    all_of("message_decode", message_decode);
    benchmark::RegisterBenchmark("message_crc/fastest", message_crc<crc32c>);
    benchmark::RegisterBenchmark("message_crc/portable", message_crc<crc32c_portable>);
});

} // namespace
} // namespace fedmrn
