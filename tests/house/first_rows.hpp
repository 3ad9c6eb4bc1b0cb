// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/method/masked.hpp"
#include "engine/method/method.hpp"
#include "engine/method/state_codec.hpp"

namespace fedmrn::test {

/// A method that no list of the engine names, as a newcomer would write it: of each masked tensor
/// only the first row is trained and sent, as float32, and every client counts alike.

/// A masked tensor's first row.
struct FirstRow {
    std::size_t offset = 0, elements = 0, all = 0; ///< all: of the tensor
};

inline std::vector<FirstRow> first_rows(const ParameterLayout& layout) {
    std::vector<FirstRow> rows;
    for (const TensorSpec& tensor : masked_tensors(layout)) {
        rows.push_back(
            {tensor.offset, tensor.elements() / tensor.shape.front(), tensor.elements()});
    }
    return rows;
}

class FirstRowVariables final : public UpdateVariables {
public:
    using UpdateVariables::UpdateVariables;
    void gradient(Device& device, const LocalStep& step) const override {
        for (std::size_t lane = 0; lane < step.lanes; ++lane) {
            for (const FirstRow& row : first_rows(layout())) {
                device.clear(step.gradient[lane] + row.offset + row.elements,
                             (row.all - row.elements) * sizeof(float));
            }
        }
    }
};

class FirstRowCodec final : public StateCodec {
public:
    explicit FirstRowCodec(const ParameterLayout& layout) : StateCodec(layout, layout.masked) {}

private:
    [[nodiscard]] Stamp stamp(const RoundContext& /*round*/) const override { return {200}; }
    [[nodiscard]] std::vector<TensorEntry> packed_table(std::uint32_t /*round*/) const override {
        std::vector<TensorEntry> table;
        for (const FirstRow& row : first_rows(layout())) {
            table.push_back({Encoding::float32, row.elements});
        }
        return table;
    }
    void pack(Device& device, const RoundContext& /*round*/, std::span<const TrainedClient> clients,
              Outgoing& messages) const override {
        for (std::size_t k = 0; k < clients.size(); ++k) {
            DevicePointer<float> to = messages.dense(k);
            for (const FirstRow& row : first_rows(layout())) {
                device.copy_within(to, clients[k].update + row.offset,
                                   row.elements * sizeof(float));
                to += row.elements;
            }
        }
    }
    void unpack(Device& device, const RoundContext& /*round*/,
                std::span<const MessageView> messages,
                DevicePointer<float> updates) const override {
        for (std::size_t k = 0; k < messages.size(); ++k) {
            DevicePointer<float> update = updates + k * layout().state;
            const float* from = messages[k].dense.data();
            device.clear(update, layout().masked * sizeof(float));
            for (const FirstRow& row : first_rows(layout())) {
                device.copy_in(update + row.offset, from, row.elements * sizeof(float));
                from += row.elements;
            }
        }
    }
};

/// Adds as the mean does, with weights of its own.
class AlikeAggregation final : public Aggregation {
public:
    explicit AlikeAggregation(std::size_t state) : state_(state) {}
    [[nodiscard]] std::vector<SumSpec> sums() const override {
        return {{"alike", SumType::int128, state_}};
    }
    void add(Device& device, const RoundContext& round, const Codec& codec,
             const WeightedMessages& messages, Sums& sums) const override {
        const std::vector<std::uint64_t> ones(messages.size(), 1);
        codec.add(device, round, {messages.messages, ones}, sums.int128("alike"));
    }
    [[nodiscard]] std::size_t sets() const override { return 0; }
    void finish(Device& device, const RoundContext& /*round*/, const Sums& sums,
                DevicePointer<double> change) const override {
        kernels::mean_of_dense(device, state_, sums.int128("alike"), sums.messages(), change);
    }

private:
    std::size_t state_;
};

struct FirstRows final : Method {
    explicit FirstRows(const ParameterLayout& layout)
        : Method(std::make_unique<FirstRowVariables>(layout),
                 std::make_unique<FirstRowCodec>(layout),
                 std::make_unique<AlikeAggregation>(layout.state)) {}
};

} // namespace fedmrn::test
