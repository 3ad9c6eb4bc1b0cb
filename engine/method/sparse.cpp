// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/method/sparse.hpp"

#include "engine/method/state_codec.hpp"
#include "kernels/quantize.hpp"

namespace fedmrn {
namespace {

class SparseCodec final : public StateCodec {
public:
    SparseCodec(MethodName name, SelectedAs as, double ratio, const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), name_(name), as_(as),
          ratio_(static_cast<float>(ratio)), kept_(kept_of(ratio, layout.masked)) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override {
        return {number_of(name_), 0, ratio_};
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

    void pack_signs(Device& device, std::span<const TrainedClient> clients, const float* values,
                    Outgoing& messages) const {
        std::vector<kernels::ScaleSource> measured;
        std::vector<kernels::QuantizeSource> packed;
        for (std::size_t c = 0; c < clients.size(); ++c) {
            const float* kept = values + c * kept_;
            measured.push_back({kept, messages.scales(c)});
            packed.push_back({clients[c].seed, kept, messages.scales(c), messages.packed(c)});
        }
        kernels::tensor_scales(device, formula::ScaleKind::mean_magnitude, measured, kept_);
        kernels::quantize(device, 0, 0, packed, kept_);
    }

    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages, float* updates) const override {
        scatter(device, layout(), as_, kept_, messages, updates);
    }

    MethodName name_;
    SelectedAs as_;
    float ratio_;
    std::size_t kept_; ///< k
};

} // namespace

SparseMethod::SparseMethod(MethodName name, SelectedAs as, double ratio,
                           const ParameterLayout& layout)
    : Method(std::make_unique<UpdateVariables>(layout),
             std::make_unique<SparseCodec>(name, as, ratio, layout),
             std::make_unique<MeanAggregation>(layout.state)) {}

} // namespace fedmrn
