// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// A method of one's own: of each weight's update its sign, and for each tensor their mean size. It
// is registered under a name, and then chosen, checked and listed as the engine's own.
#include <cmath>
#include <cstdio>

#include <fedmrn/config_file.hpp>
#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>
#include <fedmrn/update_codec.hpp>

namespace {

class MeanSign final : public fedmrn::UpdateCodec {
public:
    explicit MeanSign(const fedmrn::ParameterLayout& layout) {
        for (const fedmrn::TensorSpec& tensor : layout.tensors) {
            if (tensor.role == fedmrn::Role::masked) {
                sizes_.push_back(tensor.elements());
            }
        }
    }

    /// A bit a weight, and a float32 a tensor.
    std::vector<fedmrn::TensorEntry> table(std::uint32_t /*round*/) const override {
        std::vector<fedmrn::TensorEntry> entries;
        for (const std::size_t size : sizes_) {
            entries.push_back({fedmrn::packed_encoding(1, fedmrn::Encoding::scaled), size});
        }
        return entries;
    }

    void encode(const fedmrn::UpdateContext& /*context*/, std::span<const float> update,
                const fedmrn::PayloadArrays<fedmrn::Written>& payload) const override {
        std::size_t word = 0;
        for (std::size_t t = 0; t < sizes_.size(); ++t) {
            double size = 0;
            for (std::size_t i = 0; i < sizes_[t]; ++i) {
                size += std::abs(update[i]);
                payload.packed[word + i / 32] |= std::uint32_t{std::signbit(update[i])} << i % 32;
            }
            payload.scales[t] = static_cast<float>(size / static_cast<double>(sizes_[t]));
            update = update.subspan(sizes_[t]);
            word += fedmrn::words_of(sizes_[t]); // each tensor begins with a word
        }
    }

    void decode(const fedmrn::UpdateContext& /*context*/,
                const fedmrn::PayloadArrays<fedmrn::Read>& payload,
                std::span<float> update) const override {
        std::size_t word = 0;
        for (std::size_t t = 0; t < sizes_.size(); ++t) {
            for (std::size_t i = 0; i < sizes_[t]; ++i) {
                const bool minus = (payload.packed[word + i / 32] >> i % 32 & 1) != 0;
                update[i] = minus ? -payload.scales[t] : payload.scales[t];
            }
            update = update.subspan(sizes_[t]);
            word += fedmrn::words_of(sizes_[t]);
        }
    }

private:
    std::vector<std::size_t> sizes_; ///< elements of each weight
};

} // namespace

int main() {
    try {
        fedmrn::UpdateMethod method{{"mean_sign", "MeanSign", "signs and their mean size"}};
        method.wire = 201;
        method.make = [](const fedmrn::Options&, const fedmrn::ParameterLayout& layout) {
            return std::make_unique<MeanSign>(layout);
        };
        fedmrn::add_method(method);

        const std::vector<std::string> said{"method.name=mean_sign", "data.name=synthetic",
                                            "data.clients=5",        "client.cohort=5",
                                            "client.epochs=5",       "model.name=mlp"};
        const fedmrn::Config config = fedmrn::parse_config("", "own_method", said);
        fedmrn::Experiment run(config, fedmrn::load_dataset(config.data, config.experiment.seed));
        const double before = run.evaluate().loss;
        for (int round = 0; round < 20; ++round) {
            run.run_round();
        }
        const double after = run.evaluate().loss;
        std::printf("loss %.3f, then %.3f\n", before, after);
        return after < 0.8 * before ? 0 : 1;
    } catch (const fedmrn::Error& error) {
        std::fprintf(stderr, "own_method: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
