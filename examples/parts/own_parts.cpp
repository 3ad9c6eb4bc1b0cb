// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
//
// A method in three parts: clients train the last weights alone, and send nothing of the others.
#include <cstdio>

#include <fedmrn/config_file.hpp>
#include <fedmrn/dataset.hpp>
#include <fedmrn/error.hpp>
#include <fedmrn/experiment.hpp>

#include "engine/method/masked.hpp"
#include "engine/method/registry.hpp"
#include "engine/method/state_codec.hpp"

namespace {

using namespace fedmrn; // a part speaks of nothing else

TensorSpec last_of(const ParameterLayout& layout) { return masked_tensors(layout).back(); }

/// What clients train: the gradient of all weights before the last ones is cleared.
class LastVariables final : public UpdateVariables {
public:
    using UpdateVariables::UpdateVariables;
    void gradient(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; lane < step.lanes; ++lane) {
            device.clear(step.gradient[lane], last_of(layout()).offset * sizeof(float));
        }
    }
};

/// What they send: the last weights' update, as float32.
class LastCodec final : public StateCodec {
public:
    explicit LastCodec(const ParameterLayout& layout)
        : StateCodec(layout, layout.masked), last_(last_of(layout)) {}

private:
    Stamp stamp(const RoundContext& /*round*/) const override { return {210}; }
    std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        return {{Encoding::float32, last_.elements()}};
    }
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        for (std::size_t k = 0; k < clients.size(); ++k) {
            device.copy_within(messages.dense(k), clients[k].update + last_.offset,
                               last_.elements() * sizeof(float));
        }
    }
    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            const DevicePointer<float> update = updates + k * layout().state;
            device.clear(update, last_.offset * sizeof(float));
            device.copy_in(update + last_.offset, messages[k].dense.data(),
                           last_.elements() * sizeof(float));
        }
    }

    TensorSpec last_;
};

} // namespace

int main() {
    try {
        MethodEntry entry{{"last", "last weights", "clients train the last weights alone"}};
        entry.wire = 210;
        entry.make = [](const Options& /*said*/, const MethodSetting& setting) {
            return std::make_unique<Method>( // the server takes the mean
                std::make_unique<LastVariables>(setting.layout),
                std::make_unique<LastCodec>(setting.layout),
                std::make_unique<MeanAggregation>(setting.layout.state));
        };
        methods().add(std::move(entry));

        const std::vector<std::string> said{"method.name=last", "data.name=synthetic",
                                            "data.clients=5",   "client.cohort=5",
                                            "client.epochs=5",  "model.name=mlp"};
        const Config config = parse_config("", "own_parts", said);
        Experiment run(config, load_dataset(config.data, config.experiment.seed));
        const double before = run.evaluate().loss;
        std::uint64_t bytes = 0;
        for (int round = 0; round < 20; ++round) {
            bytes = run.run_round()->uplink_bytes / 5;
        }
        const double after = run.evaluate().loss;
        std::printf("loss %.3f, then %.3f, by messages of %llu bytes instead of %llu\n", before,
                    after, static_cast<unsigned long long>(bytes),
                    static_cast<unsigned long long>(run.float32_bytes()));
        return after < 0.9 * before && bytes < run.float32_bytes() / 2 ? 0 : 1;
    } catch (const Error& error) {
        std::fprintf(stderr, "own_parts: %s\n", error.what());
        return static_cast<int>(error.fault());
    }
}
