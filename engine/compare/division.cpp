// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/division.hpp"

#include <utility>

#include "engine/cluster/shares.hpp"

namespace fedmrn {
namespace {

/// What this process has done is all that it knows.
class Own : public Division {
public:
    explicit Own(const ComparePlan& plan) : ends_(plan.runs()) {}
    bool take(std::size_t) override { return true; }
    void end(std::size_t run, const RunEnd& how) override { ends_[run] = how; }
    RunEnd end_of(std::size_t run) override { return ends_[run]; }

private:
    std::vector<RunEnd> ends_;
};

class OnePart final : public Own {
public:
    OnePart(const ComparePlan& plan, std::vector<bool> own) : Own(plan), own_(std::move(own)) {}
    bool take(std::size_t run) override { return own_[run]; }

private:
    std::vector<bool> own_;
};

/// In clients that are trained an epoch: what a plan knows without its data.
std::uint64_t work_of(const Config& config) {
    return config.experiment.rounds * config.client.cohort * config.client.epochs;
}

} // namespace

std::vector<PlannedRun> runs_of(const ComparePlan& plan) {
    std::vector<PlannedRun> runs;
    for (std::size_t c = 0; c < plan.cells.size(); ++c)
        for (std::size_t t = 0; t < plan.cells[c].candidates.size(); ++t)
            for (std::size_t s = 0; s < plan.cells[c].candidates[t].tuning.size(); ++s)
                runs.push_back({c, t, s});
    for (std::size_t s = 0; s < plan.seeds; ++s)
        for (std::size_t c = 0; c < plan.cells.size(); ++c) runs.push_back({c, std::nullopt, s});
    return runs;
}

std::unique_ptr<Division> undivided(const ComparePlan& plan) { return std::make_unique<Own>(plan); }

std::unique_ptr<Division> divided(const ComparePlan& plan, ComparePart part) {
    const std::vector<PlannedRun> runs = runs_of(plan);
    std::vector<std::size_t> piece_of(runs.size());
    std::vector<std::uint64_t> work;
    std::vector<std::optional<std::size_t>> tuned(plan.cells.size()); // pieces of whole cells
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const PlannedCell& cell = plan.cells[runs[r].cell];
        std::optional<std::size_t>& whole = tuned[runs[r].cell];
        if (!cell.tuned() || !whole) {
            whole = work.size();
            work.push_back(0);
        }
        piece_of[r] = *whole;
        const auto& [c, tried, seed] = runs[r];
        work[*whole] += work_of(tried ? cell.candidates[*tried].tuning[seed]
                                      : cell.candidates.front().runs[seed]);
    }
    const std::vector<std::uint32_t> part_of = share_by_work(work, part.of);
    std::vector<bool> own(runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) own[r] = part_of[piece_of[r]] == part.number - 1;
    return std::make_unique<OnePart>(plan, std::move(own));
}

} // namespace fedmrn
