// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/client/batch.hpp"
#include "engine/client/round_memory.hpp"
#include "engine/client/teacher_network.hpp"
#include "engine/method/method.hpp"
#include "engine/model/network.hpp"
#include "engine/stage/stages.hpp"

namespace fedmrn {

/// One client's local training, to be done by whichever lane is free.
struct ClientTask {
    std::size_t slot = 0; ///< place in the cohort
    std::uint64_t client = 0;
    std::uint32_t round = 0;
    std::uint64_t seed = 0;               ///< s_k,t
    std::uint64_t first = 0;              ///< in the sample order
    std::uint32_t count = 0;              ///< N_k
    std::vector<float>* memory = nullptr; ///< as in Departure
};

/// The lanes of one device, in lockstep: every local step advances all of them in the same kernels,
/// recorded once and replayed in all rounds; where the last ones have become idle, in kernels of
/// half, a quarter … of the lanes. A lane whose client is done takes the next one while
/// the others go on; its message is collected while the device works on.
class LaneGroup {
public:
    LaneGroup(Device& device, const Model& model, const Method& method, const Stages& stages,
              const ClientConfig& config, std::size_t lanes, Real real);

    using Next = std::function<std::optional<ClientTask>()>;
    using Done = std::function<void(const ClientTask&, const MessageView&, const LaneMetrics&)>;
    using Stepped = std::function<void(std::uint64_t samples)>;

    /// Trains the tasks that next() gives until there are none, or until stop is requested (checked
    /// at each step). stepped is called when a step is queued, done once for each client; of those
    /// that end together by several threads at once, where their messages are worth it. Of several
    /// that throw the first client's exception is thrown.
    /// round.global: what clients have received.
    void run(const BatchSource& split, const RoundContext& round, const Next& next,
             const Done& done, const Stepped& stepped, const std::stop_token& stop);

private:
    /// What a recorded step has built in.
    struct Source {
        BatchSource split;
        DevicePointer<const float> global;
        bool operator==(const Source&) const = default;
    };
    struct Recorded {
        Source source;
        std::unique_ptr<Recording> step;
    };
    /// Clients that are done, their messages under way.
    struct Emission {
        std::vector<ClientTask> tasks;
        std::vector<std::size_t> lanes;
        PendingMessages messages;
        std::unique_ptr<Fetch> metrics; ///< of all lanes
    };
    void fill(DevicePointer<const float> global, const Next& next);
    void step(const Source& source);
    void queue_step(const Source& source, std::size_t width);
    [[nodiscard]] std::size_t width() const;
    std::uint64_t advance();
    [[nodiscard]] std::size_t steps_left() const;
    [[nodiscard]] Emission emit(const RoundContext& round);
    [[nodiscard]] PerLane<float> of_update(Buffer<float>& buffer);

    Device& device_;
    const Method& method_;
    const Stages& stages_;
    ClientConfig config_;
    ParameterLayout layout_;
    std::size_t lanes_;
    std::size_t update_stride_, weights_stride_; ///< floats from lane to lane
    Network network_;
    std::unique_ptr<TeacherNetwork> teacher_; ///< null: nobody teaches
    RoundMemory of_round_;
    Buffer<float> update_, weights_, gradient_, velocity_;
    Buffer<std::byte> scratch_; ///< of the stages
    Buffer<LaneState> states_;
    Buffer<LaneMetrics> metrics_;
    std::vector<std::optional<ClientTask>> tasks_; ///< of each lane
    std::vector<LaneState> mirror_; ///< what states_ holds, known here without asking the device
    std::map<std::size_t, Recorded> recorded_; ///< by width
};

} // namespace fedmrn
