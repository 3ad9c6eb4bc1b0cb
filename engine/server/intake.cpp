// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/intake.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/message/packing.hpp"
#include "engine/message/received.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

std::size_t count_within(std::span<const Upload> uploads, const IntakeBound& bound) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const Upload& upload : uploads) {
        bytes += claimed_bytes(upload.bytes);
        if (count != 0 && (count == bound.messages || bytes > bound.bytes)) {
            break;
        }
        ++count;
    }
    return count;
}

void require(const MessageView& message, const ExpectedUpload& expected, std::uint32_t round,
             const Codec& codec) {
    const auto differs = [&](const char* what, std::uint64_t found, std::uint64_t wanted) {
        if (found != wanted) {
            throw Error(fmt::format("uplink message of client {}: {} {}, expected {}",
                                    message.client, what, found, wanted));
        }
    };
    differs("is from client", message.client, expected.client);
    differs("is of round", message.round, round);
    differs("has seed", message.seed, codec.message_seed(expected.seed));
}

} // namespace

void take_in(Device& device, const RoundContext& round, const Method& method,
             std::span<const ExpectedUpload> expected, std::span<Upload> uploads, Sums& sums,
             WallTime& time, const IntakeBound& bound, const Packing* packing, Rooms* rooms) {
    const Range range(device, "aggregation", uploads.size());
    const std::vector<TensorEntry> table = method.uplink->table(round.round);
    const std::uint64_t most = packing != nullptr ? most_message_bytes(table) : 0;
    auto begun = std::chrono::steady_clock::now();
    const auto lap = [&begun] {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(begun, now)).count();
    };
    while (!uploads.empty()) {
        const std::span<Upload> some = uploads.first(count_within(uploads, bound));
        std::vector<std::vector<std::byte>> opened;
        std::vector<ReceivedMessage> received;
        std::vector<MessageView> messages;
        std::vector<std::uint64_t> weights;
        for (std::size_t k = 0; k < some.size(); ++k) {
            std::span<const std::byte> bytes = some[k].bytes;
            if (packing != nullptr) {
                bytes = opened.emplace_back(unpacked(*packing, bytes, most));
            }
            const MessageView& message = received.emplace_back(bytes, table).view();
            require(message, expected[k], round.round, *method.uplink);
            messages.push_back(message);
            weights.push_back(expected[k].weight != 0 ? expected[k].weight : message.samples);
        }
        expected = expected.subspan(some.size());
        time.messages += lap();
        receive(device, round, *method.uplink, *method.server, {messages, weights}, sums);
        for (Upload& upload : some) {
            std::vector<std::byte> room = std::move(upload.bytes);
            if (rooms != nullptr && packing == nullptr) { // a packed one was written elsewhere
                rooms->give(std::move(room));
            }
        }
        uploads = uploads.subspan(some.size());
        time.aggregation += lap();
    }
}

} // namespace fedmrn
