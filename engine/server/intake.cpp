// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/server/intake.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/base/threads.hpp"
#include "engine/message/packing.hpp"
#include "engine/message/received.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// least: bytes that each takes in any case.
std::size_t count_within(std::span<const Upload> uploads, const IntakeBound& bound,
                         std::uint64_t least) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const Upload& upload : uploads) {
        bytes += std::max(claimed_bytes(upload.bytes), least);
        if (count != 0 && (count == bound.messages || bytes > bound.bytes)) {
            break;
        }
        ++count;
    }
    return count;
}

/// As many as check these faster than one; unpacking takes far longer than checking.
std::size_t threads_for(std::span<const Upload> uploads, const IntakeBound& bound, bool packed) {
    std::size_t bytes = 0;
    for (const Upload& upload : uploads) {
        bytes += claimed_bytes(upload.bytes);
    }
    return threads_worth(bytes, packed ? std::size_t{1} << 16 : bytes_worth_a_thread,
                         bound.threads);
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

/// As receive(), shared by the helpers: each adds some of the messages to sums of its own, which
/// are then added in pairs. Integers: who adds what changes no bit.
void receive_shared(Device& device, std::span<const std::unique_ptr<Device>> helpers,
                    const RoundContext& round, const Method& method,
                    const WeightedMessages& messages, Sums& sums) {
    constexpr std::size_t least = 4; // messages that are worth sums of their own
    const std::size_t count = std::min(helpers.size(), messages.size() / least);
    if (count < 2) {
        return receive(device, round, *method.uplink, *method.server, messages, sums);
    }
    std::vector<Sums> parts;
    for (std::size_t i = 0; i < count; ++i) {
        parts.emplace_back(*helpers[i], method.server->sums());
    }
    share_out(count, count, [&](std::size_t i) {
        const std::size_t begin = messages.size() * i / count;
        const std::size_t end = messages.size() * (i + 1) / count;
        receive(*helpers[i], round, *method.uplink, *method.server,
                messages.part(begin, end - begin), parts[i]);
    });
    for (std::size_t apart = 1; apart < count; apart *= 2) {
        const std::size_t pairs = (count + apart - 1) / (2 * apart);
        share_out(pairs, pairs,
                  [&](std::size_t i) { parts[2 * apart * i].add(parts[2 * apart * i + apart]); });
    }
    sums.add(parts.front());
}

} // namespace

void take_in(Device& device, const RoundContext& round, const Method& method,
             std::span<const ExpectedUpload> expected, std::span<Upload> uploads, Sums& sums,
             WallTime& time, const IntakeBound& bound, const Packing* packing, Rooms* rooms,
             std::span<const std::unique_ptr<Device>> helpers, const Omission* omission) {
    const Range range(device, "aggregation", uploads.size());
    const std::vector<TensorEntry> table =
        omission != nullptr ? omission->table() : method.uplink->table(round.round);
    const std::uint64_t least = omission != nullptr ? omission->whole_bytes() : 0;
    const std::uint64_t most = packing != nullptr ? most_message_bytes(table) : 0;
    auto begun = std::chrono::steady_clock::now();
    const auto lap = [&begun] {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(begun, now)).count();
    };
    while (!uploads.empty()) {
        const std::span<Upload> some = uploads.first(count_within(uploads, bound, least));
        std::vector<std::vector<std::byte>> opened(some.size()); // where they are packed
        std::vector<std::optional<ReceivedMessage>> received(some.size());
        std::vector<Message> whole(omission != nullptr ? some.size() : 0);
        share_out(some.size(), threads_for(some, bound, packing != nullptr), [&](std::size_t k) {
            std::span<const std::byte> bytes = some[k].bytes;
            if (packing != nullptr) {
                bytes = opened[k] = unpacked(*packing, bytes, most);
            }
            received[k].emplace(bytes, table);
            require(received[k]->view(), expected[k], round.round, *method.uplink);
            if (omission != nullptr) {
                whole[k] = omission->whole(received[k]->view());
            }
        });
        std::vector<MessageView> messages;
        std::vector<std::uint64_t> weights;
        for (std::size_t k = 0; k < some.size(); ++k) {
            const MessageView& message = messages.emplace_back(
                omission != nullptr ? MessageView(whole[k]) : received[k]->view());
            weights.push_back(expected[k].weight != 0 ? expected[k].weight : message.samples);
        }
        expected = expected.subspan(some.size());
        time.messages += lap();
        receive_shared(device, helpers, round, method, {messages, weights}, sums);
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
