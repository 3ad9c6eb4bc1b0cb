// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "engine/message/omission.hpp"
#include "engine/message/rooms.hpp"
#include "engine/stage/stage.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/model.hpp"

namespace fedmrn {

/// An experiment's stages, called one after the other.
class Stages {
public:
    Stages() = default;
    /// Throws Error where two say how the model is sent, two pack, or two teach.
    explicit Stages(std::vector<std::shared_ptr<const Stage>> stages);

    /// Whether the server's model changes before a round, and how; how again after its step.
    [[nodiscard]] bool changes_model() const;
    void on_model(Device& device, std::uint32_t round, DevicePointer<float> model) const;
    void on_server_step(Device& device, const RoundContext& round,
                        DevicePointer<float> model) const;

    /// How the model is sent; null: as float32.
    [[nodiscard]] const ModelCodec* model_codec() const { return model_codec_; }
    /// How messages are packed; null: they are not.
    [[nodiscard]] const Packing* packing() const { return packing_; }

    /// Whom local training follows; null: nobody.
    [[nodiscard]] const Teacher* teacher() const { return teacher_; }

    /// What each stage says of a round.
    [[nodiscard]] std::vector<RoundData> round_data(Device& device,
                                                    const RoundContext& round) const;
    /// Bytes of each lane for the hooks of all of them.
    [[nodiscard]] std::size_t scratch() const { return scratch_; }
    /// data: where that stands in device memory. step.scratch: of all stages.
    void on_weights(Device& device, LocalStep step,
                    std::span<const DevicePointer<const std::byte>> data) const;
    void on_weight_gradient(Device& device, LocalStep step,
                            std::span<const DevicePointer<const std::byte>> data) const;
    void on_gradient(Device& device, LocalStep step,
                     std::span<const DevicePointer<const std::byte>> data) const;
    /// What pulls a method's variables.
    [[nodiscard]] Pull pull(const Variables& variables) const;

    /// Whether weights change where they are put to use, and how.
    [[nodiscard]] bool deploys() const;
    void on_deployment(Device& device, std::uint32_t round, DevicePointer<float> weights) const;

    /// As the method's codec encodes, with what the stages do before and after. memory: as in
    /// Departure; it is written when the messages are collected.
    [[nodiscard]] PendingMessages encode(Device& device, const Method& method,
                                         const RoundContext& round,
                                         std::span<const TrainedClient> clients,
                                         std::span<std::vector<float>* const> memory) const;

    /// Whether a method's messages leave out what a stage knows of. Where a stage says how the
    /// model is sent they do not: what clients have received is then not the server's to prune by.
    [[nodiscard]] bool leaves_out(const Codec& codec) const;
    /// What they leave out in a round of which round.global is the model; nothing: they are whole.
    [[nodiscard]] std::optional<Omission> omission(Device& device, const RoundContext& round,
                                                   const Codec& codec, std::size_t masked) const;

    /// A message as bytes, in memory of the rooms; packed where a stage packs, in memory of its
    /// own.
    [[nodiscard]] std::vector<std::byte> bytes_of(const MessageView& message, Rooms& rooms) const;

    /// Floats that a client keeps from round to round; 0: none.
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    /// Calls body(stage) for each, when it is the stage's turn.
    template <class Body> void in_turn(Departure& clients, const Body& body) const;

    /// Calls body(stage, step) for each, with its own data and scratch memory.
    template <class Body>
    void in_step(LocalStep step, std::span<const DevicePointer<const std::byte>> data,
                 const Body& body) const;

    std::vector<std::shared_ptr<const Stage>> stages_;
    const ModelCodec* model_codec_ = nullptr;
    const Packing* packing_ = nullptr;
    const Teacher* teacher_ = nullptr;
    std::size_t memory_ = 0, scratch_ = 0;
};

/// Those that keys make: what pulls the variables, and error feedback.
Stages make_stages(const ClientConfig& client, const MethodConfig& method,
                   const ParameterLayout& layout);
/// Those, then the ones that config.stages names. data: what clients train on; null: none do.
/// Throws Error as check_stages() does.
Stages make_stages(const Config& config, const ParameterLayout& layout,
                   const DataShape* data = nullptr);

} // namespace fedmrn
