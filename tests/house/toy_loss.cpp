// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "fedmrn/error.hpp"
#include "fedmrn/loss.hpp"
#include "fedmrn/schema.hpp"
#include "tests/house/toys.hpp"

// A loss by its name, of a zoo model's logits and labels: how far the other classes come within a
// margin of the label's (Weston and Watkins, 1999). For the CPU device.
namespace fedmrn::test {
namespace {

struct HingeOptions {
    double margin = 1;
};

class Hinge final : public Loss {
public:
    explicit Hinge(double margin) : margin_(static_cast<float>(margin)) {}
    std::string kind() const override { return "hinge"; }
    bool runs_on(DeviceKind kind) const override { return kind == DeviceKind::cpu; }
    void check(std::span<const Tensor> in) const override {
        if (in.size() != 2 || in[0].element != Element::f32 || in[1].element != Element::u16) {
            throw Error("expected float32 logits and labels");
        }
    }
    void apply(Context& context, const LossArgs& args) const override {
        const float* logits = args.x[0].as<const float>().get();
        const std::uint16_t* labels = args.x[1].as<const std::uint16_t>().get();
        float* gradient = args.dx[0].as<float>().get(); // an evaluation wants none
        const std::size_t classes = args.in[0].tensor.elements();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const std::uint32_t rows = args.in[0].rows.get()[lane].samples;
            const float step = 1 / static_cast<float>(rows);
            for (std::size_t row = lane * args.in[0].room, end = row + rows; row < end; ++row) {
                const std::size_t first = row * classes, label = labels[row];
                float pull = 0;
                for (std::size_t c = 0; c < classes; ++c) {
                    const float over =
                        c == label ? 0 : margin_ + logits[first + c] - logits[first + label];
                    args.tallies.get()[lane].sum += over > 0 ? double{over} : 0;
                    if (gradient != nullptr) gradient[first + c] = over > 0 ? step : 0;
                    pull += over > 0 ? step : 0;
                }
                if (gradient != nullptr) gradient[first + label] = -pull;
            }
            args.tallies.get()[lane].rows += rows;
        }
    }

private:
    float margin_;
};

} // namespace

void register_hinge() {
    const auto schema = Schema<HingeOptions>().number("margin", &HingeOptions::margin,
                                                      {'(', 0, 100, ']'}, "that a label is ahead");
    LossEntry entry{{"hinge", "hinge", "classes within a margin of the label", schema.options()}};
    entry.make = [schema](const Options& o) {
        return std::make_shared<Hinge>(schema.read(o).margin);
    };
    losses().add(std::move(entry));
}

} // namespace fedmrn::test
