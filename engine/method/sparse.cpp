// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/sparse.hpp"

#include <fmt/format.h>

#include "engine/method/dense.hpp"
#include "engine/method/payload.hpp"
#include "fedmrn/error.hpp"
#include "kernels/quantize.hpp"

namespace fedmrn {

SparseMethod::SparseMethod(MethodName name, SelectedAs as, double ratio,
                           const ParameterLayout& layout)
    : DenseTraining(layout), name_(name), as_(as), ratio_(static_cast<float>(ratio)),
      kept_(kept_of(ratio, layout.masked)) {}

PendingMessages SparseMethod::encode(Device& device, std::span<const TrainedClient> clients) const {
    const std::size_t masked = layout().masked, dense = layout().state - masked;
    const std::size_t words = (masked + 31) / 32, signs = (kept_ + 31) / 32;
    const bool ternary = as_ == SelectedAs::signs;
    const Selection selection =
        queue_selection(device, layout(), SelectFrom::update, clients, kept_);
    Buffer<std::uint32_t> codes(device, clients.size() * signs);
    Buffer<float> scales(device, clients.size()), changes(device, clients.size() * dense);
    if (ternary) {
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t c = 0; c < clients.size(); ++c) {
            const float* kept = selection.kept.data() + c * kept_;
            measured.push_back({kept, scales.data() + c});
            packed.push_back({clients[c].seed, kept, scales.data() + c, codes.data() + c * signs});
        }
        kernels::tensor_scales(device, formula::ScaleKind::mean_magnitude, measured, kept_);
        kernels::quantize(device, 0, 0, packed, kept_);
    }
    queue_changes(device, layout(), masked, clients, changes.data(), dense);
    std::vector<Message> messages;
    for (const TrainedClient& client : clients) {
        messages.push_back(message_of(name_, client, table(client.round.round)));
        messages.back().parameter = ratio_;
    }
    return [mask = Payload(device, selection.words, words),
            kept = Payload(device, selection.kept, kept_), code = Payload(device, codes, signs),
            scale = Payload(device, scales, 1), change = Payload(device, changes, dense), ternary,
            messages]() mutable {
        for (std::size_t c = 0; c < messages.size(); ++c) {
            messages[c].mask = mask.of(c);
            const std::vector<float> rest = change.of(c);
            if (ternary) {
                messages[c].packed = code.of(c);
                messages[c].scales = scale.of(c);
            } else {
                messages[c].dense = kept.of(c);
            }
            messages[c].dense.insert(messages[c].dense.end(), rest.begin(), rest.end());
        }
        return std::move(messages);
    };
}

std::vector<TensorEntry> SparseMethod::table(std::uint32_t /*round*/) const {
    const bool ternary = as_ == SelectedAs::signs;
    std::vector<TensorEntry> table{{Encoding::sparse, layout().masked, kept_},
                                   {ternary ? packed_encoding(1, true) : Encoding::float32, kept_}};
    append_dense_table(layout(), layout().masked, table);
    return table;
}

void SparseMethod::aggregate(Device& device, const RoundContext& /*round*/,
                             std::span<const Message> messages, double* mean) const {
    const std::size_t masked = layout().masked;
    const std::uint64_t samples = total_samples(messages);
    for (const Message& message : messages) {
        check(message);
    }
    Buffer<formula::Wide> sum(device, masked);
    add_selected(device, layout(), as_, kept_, messages, sum.data());
    kernels::mean_of_dense(device, masked, sum.data(), samples, mean);
    aggregate_dense_change(device, layout(), masked, messages, mean,
                           as_ == SelectedAs::values ? kept_ : 0);
}

void SparseMethod::check(const Message& message) const {
    if (message.method != static_cast<std::uint8_t>(name_) || message.parameter != ratio_) {
        throw Error(fmt::format("uplink message of client {}: made with another method or ratio "
                                "than this experiment's",
                                message.client));
    }
    for (const float scale : message.scales) {
        check_scale(message, scale);
    }
}

namespace {

template <class M, class O>
MethodEntry sparse_entry(const char* name, const char* title, const char* help, MethodName wire) {
    auto schema = feedback<O>().number("ratio", &O::ratio, {'(', 0, 1, ']'}, "weights sent of all");
    MethodEntry entry = method_entry(name, title, help, wire, schema,
                                     [](const O& options, const MethodSetting& setting) {
                                         return std::make_unique<M>(options, setting.layout);
                                     });
    label_with(entry, schema, [title](const O& options) {
        return fmt::format("{} ({:.3g} %)", title, 100 * options.ratio);
    });
    return entry;
}

} // namespace

MethodEntry topk_entry() {
    return sparse_entry<TopK, TopKOptions>("topk", "Top-k", "the update's largest elements",
                                           MethodName::topk);
}

MethodEntry stc_entry() {
    return sparse_entry<Stc, StcOptions>("stc", "STC", "the largest elements' signs and one mean",
                                         MethodName::stc);
}

} // namespace fedmrn
