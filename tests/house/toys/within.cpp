// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "within.hpp"

#include <cmath>

#include "fedmrn/error.hpp"

using namespace fedmrn;

namespace {

class Within final : public Metric {
public:
    explicit Within(float distance) : distance_(distance) {}

    std::string kind() const override { return "within"; }

    bool runs_on(DeviceKind kind) const override { return kind == DeviceKind::cpu; }

    void check(std::span<const Tensor> in) const override {
        if (in.size() != 2 || in[0] != in[1] || in[0].element != Element::f32) {
            throw Error("expected two values of one shape, float32");
        }
    }

    void measure(Context& context, const LossArgs& args) const override {
        const float *y = args.x[0].as<const float>().get(),
                    *target = args.x[1].as<const float>().get();
        const LaneState* rows = args.in[0].rows.get();
        const std::size_t size = args.in[0].tensor.elements();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const std::size_t first = lane * args.in[0].room;
            for (std::size_t row = first; row < first + rows[lane].samples; ++row) {
                bool right = true;
                for (std::size_t i = row * size; i < (row + 1) * size; ++i) {
                    right = right && std::abs(y[i] - target[i]) <= distance_;
                }
                args.tallies.get()[lane].hits += right ? 1 : 0;
            }
            args.tallies.get()[lane].rows += rows[lane].samples;
        }
    }

private:
    float distance_;
};

} // namespace

MetricPtr house::within(float distance) { return std::make_shared<Within>(distance); }
