// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/stage/error_feedback.hpp"

#include "kernels/update.hpp"

namespace fedmrn {

void ErrorFeedback::on_update(Device& device, const RoundContext& /*round*/,
                              Departure& clients) const {
    Buffer<float> error(device, layout_.masked);
    for (std::size_t k = 0; k < clients.clients().size(); ++k) {
        DevicePointer<float> update = clients.update(k);
        if (const std::span<const float> kept = clients.kept(k); !kept.empty()) {
            error.write(kept);
            kernels::add_values(device, layout_.masked, error.data(), update);
        }
    }
}

void ErrorFeedback::on_message(Device& device, const RoundContext& round, const Method& method,
                               std::span<const MessageView> messages, Departure& clients) const {
    const std::uint64_t once = 1;
    Sums sums(device, method.server->sums());
    Buffer<double> decoded(device, layout_.state);
    for (std::size_t k = 0; k < messages.size(); ++k) {
        const std::span<float> keep = clients.keep(k);
        if (keep.empty()) {
            continue;
        }
        sums.clear();
        receive(device, round, *method.uplink, *method.server, {messages.subspan(k, 1), {&once, 1}},
                sums);
        method.server->finish(device, round, sums, decoded.data());
        DevicePointer<float> left = clients.update(k);
        kernels::subtract_decoded(device, layout_.masked, decoded.data(), left);
        device.copy_out(keep.data(), left, keep.size_bytes());
    }
}

} // namespace fedmrn
