// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "squared_error.hpp"

#include "fedmrn/error.hpp"

using namespace fedmrn;

namespace {

class SquaredError final : public Loss {
public:
    std::string kind() const override { return "squared_error"; }

    bool runs_on(DeviceKind kind) const override { return kind == DeviceKind::cpu; }

    void check(std::span<const Tensor> in) const override {
        if (in.size() != 2 || in[0] != in[1] || in[0].element != Element::f32) {
            throw Error("expected two values of one shape, float32");
        }
    }

    void apply(Context& context, const LossArgs& args) const override {
        const float *y = args.x[0].as<const float>().get(),
                    *target = args.x[1].as<const float>().get();
        float* dy = args.dx[0].as<float>().get();
        LaneMetrics* tallies = args.tallies.get();
        const std::size_t size = args.in[0].tensor.elements();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const std::uint32_t rows = args.in[0].rows.get()[lane].samples;
            const std::size_t first = lane * args.in[0].room * size;
            for (std::size_t i = first; i < first + rows * size; ++i) {
                const float distance = y[i] - target[i];
                tallies[lane].sum += 0.5 * double{distance} * double{distance};
                if (dy != nullptr) { // an evaluation wants none
                    dy[i] = distance / static_cast<float>(rows);
                }
            }
            tallies[lane].rows += rows;
        }
    }
};

} // namespace

LossPtr house::squared_error() { return std::make_shared<SquaredError>(); }
