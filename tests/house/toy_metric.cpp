// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/error.hpp"
#include "fedmrn/metric.hpp"
#include "tests/house/toys.hpp"

// A metric by its name: the mean place of the label among the logits, 1 where it is right. Not a
// share, and the lower the better. For the CPU device.
namespace fedmrn::test {
namespace {

class MeanPlace final : public Metric {
public:
    std::string kind() const override { return "place"; }
    bool runs_on(DeviceKind kind) const override { return kind == DeviceKind::cpu; }
    void check(std::span<const Tensor> in) const override {
        if (in.size() != 2 || in[0].element != Element::f32 || in[1].element != Element::u16) {
            throw Error("expected float32 logits and labels");
        }
    }
    Reads reads() const override { return Reads::sum; } // value() is then its mean
    Better better() const override { return Better::lower; }
    Unit unit() const override { return Unit::number; }
    void measure(Context& context, const LossArgs& args) const override {
        const std::size_t classes = args.in[0].tensor.elements();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const std::uint32_t rows = args.in[0].rows.get()[lane].samples;
            for (std::uint32_t row = 0; row < rows; ++row) {
                const std::size_t at = lane * args.in[0].room + row;
                const float* z = args.x[0].as<const float>().get() + at * classes;
                const float of_label = z[args.x[1].as<const std::uint16_t>().get()[at]];
                args.tallies.get()[lane].sum += 1;
                for (std::size_t c = 0; c < classes; ++c) {
                    args.tallies.get()[lane].sum += z[c] > of_label ? 1 : 0;
                }
            }
            args.tallies.get()[lane].rows += rows;
        }
    }
};

} // namespace

void register_place() {
    MetricEntry entry{{"place", "place", "mean place of the label among the classes"}};
    entry.make = [](const Options&) { return std::make_shared<MeanPlace>(); };
    metrics().add(std::move(entry));
}

} // namespace fedmrn::test
