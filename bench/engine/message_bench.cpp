// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <benchmark/benchmark.h>

#include "bench/support/registry.hpp"
#include "engine/base/crc32c.hpp"
#include "engine/message/received.hpp"
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

/// Pages that the process has been given so far.
double pages() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_minflt);
}

/// Times work() and says how many bytes a second of the message that is, and how many fresh pages a
/// message takes.
template <class Work> void measure(benchmark::State& state, std::size_t bytes, const Work& work) {
    work(); // what it keeps is then there
    const double before = pages();
    for (auto _ : state) work();
    const auto count = static_cast<double>(state.iterations());
    state.counters["pages_a_message"] = (pages() - before) / count;
    state.counters["message_bytes"] = static_cast<double>(bytes);
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

/// As the engine encodes: from a view of what a device has sent, into memory of a message before.
void message_encode(benchmark::State& state, Message (*made)()) {
    const Message message = made();
    std::vector<std::byte> room = encode(message);
    measure(state, room.size(), [&] {
        room = encode(MessageView(message), std::move(room));
        benchmark::DoNotOptimize(room.data());
    });
}

/// As the server reads: checked, and left where it stands.
void message_receive(benchmark::State& state, Message (*made)()) {
    const Message message = made();
    const auto bytes = encode(message);
    measure(state, bytes.size(), [&] {
        const ReceivedMessage received(bytes, message.tensors);
        benchmark::DoNotOptimize(received.view().dense.data());
    });
}

/// The host's share of a round's messages: all of a cohort of ten are encoded, then all received.
void message_host(benchmark::State& state, Message (*made)()) {
    const std::vector<Message> cohort(10, made());
    std::vector<std::vector<std::byte>> rooms(cohort.size());
    const auto each = [&](const auto& body) {
        for (std::size_t k = 0; k < cohort.size(); ++k) body(cohort[k], rooms[k]);
    };
    each([](const Message& message, auto& room) { room = encode(message); });
    measure(state, cohort.size() * rooms.front().size(), [&] {
        each([](const Message& message, auto& room) {
            room = encode(MessageView(message), std::move(room));
        });
        each([](const Message& message, const auto& room) {
            const ReceivedMessage received(room, message.tensors);
            benchmark::DoNotOptimize(received.view().dense.data());
        });
    });
}

/// As somebody reads who keeps it: into arrays of its own.
void message_decode(benchmark::State& state, Message (*made)()) {
    const Message message = made();
    const auto bytes = encode(message);
    measure(state, bytes.size(), [&] {
        const Message decoded = decode(bytes, message.tensors);
        benchmark::DoNotOptimize(decoded.mask.data());
    });
}

template <std::uint32_t (*crc)(std::span<const std::byte>, std::uint32_t)>
void message_crc(benchmark::State& state) {
    const auto bytes = encode(cnn4_fedmrn());
    measure(state, bytes.size(), [&] { benchmark::DoNotOptimize(crc(bytes, 0)); });
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
    all_of("message_receive", message_receive);
    all_of("message_host", message_host);
    all_of("message_decode", message_decode);
    benchmark::RegisterBenchmark("message_crc/fastest", message_crc<crc32c>);
    benchmark::RegisterBenchmark("message_crc/portable", message_crc<crc32c_portable>);
});

} // namespace
} // namespace fedmrn
