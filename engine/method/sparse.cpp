// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/sparse.hpp"

#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"
#include "kernels/quantize.hpp"
#include <fmt/format.h>

namespace fedmrn {
namespace {

class SparseCodec final : public StateCodec {
public:
    SparseCodec(std::uint8_t number, SelectedAs as, double ratio, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), number_(number), as_(as),
          ratio_(static_cast<float>(ratio)), kept_(kept_of(ratio, layout.masked)) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {number_, 0, ratio_};
    }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        const bool signs = as_ == SelectedAs::signs;
        return {{Encoding::sparse, layout().masked, kept_},
                {signs ? packed_encoding(1, true) : Encoding::float32, kept_}};
    }

    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        const bool signs = as_ == SelectedAs::signs;
        Buffer<float> values(device, signs ? clients.size() * kept_ : 0); // not sent as they are
        std::vector<kernels::SelectSource> sources;
        for (std::size_t c = 0; c < clients.size(); ++c) {
            sources.push_back({.values = clients[c].update,
                               .words = messages.mask(c),
                               .kept = signs ? values.data() + c * kept_ : messages.dense(c)});
        }
        queue_selection(device, layout(), kept_, sources);
        if (signs) {
            pack_signs(device, clients, values.data(), messages);
        }
    }

    void pack_signs(Device& device, std::span<const TrainedClient> clients,
                    DevicePointer<const float> values, Outgoing& messages) const {
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t c = 0; c < clients.size(); ++c) {
            DevicePointer<const float> kept = values + c * kept_;
            measured.push_back({kept, messages.scales(c)});
            packed.push_back({clients[c].seed, kept, messages.scales(c), messages.packed(c)});
        }
        kernels::tensor_scales(device, formula::ScaleKind::mean_magnitude, measured, kept_,
                               formula::whole_tensor);
        kernels::quantize(device, 0, 0, packed, kept_, formula::whole_tensor);
    }

    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        scatter(device, layout(), as_, kept_, messages, updates);
    }

    std::uint8_t number_;
    SelectedAs as_;
    float ratio_;
    std::size_t kept_; ///< k
};

} // namespace

SparseMethod::SparseMethod(std::uint8_t number, SelectedAs as, double ratio,
                           const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout),
             std::make_unique<SparseCodec>(number, as, ratio, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

namespace {

template <class M, class O>
MethodEntry sparse_entry(const char* name, const char* title, const char* help, std::uint8_t wire) {
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
                                           TopK::wire);
}

MethodEntry stc_entry() {
    return sparse_entry<Stc, StcOptions>("stc", "STC", "the largest elements' signs and one mean",
                                         Stc::wire);
}

} // namespace fedmrn
