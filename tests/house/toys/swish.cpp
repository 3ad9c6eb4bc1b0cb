// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "swish.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "fedmrn/error.hpp"

using namespace fedmrn;
namespace {

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

class Swish final : public Layer {
    std::string kind() const override { return "swish"; }
    Tensor infer(std::span<const Tensor> in) const override {
        if (in.size() != 1 || in[0].element != Element::f32) throw Error("expected a float32");
        return in[0];
    }
    std::vector<Parameter> parameters(std::span<const Tensor> in) const override {
        return {{"beta", Role::dense, {in[0].elements()}, Initial::constant(1)}};
    }
    bool runs_on(DeviceKind kind) const override { return kind == DeviceKind::cpu; }
    bool rereads_output() const override { return false; } // backward looks at x alone

    /// The elements of a lane that are there.
    static auto elements(const Place& p, std::size_t lane) {
        const std::size_t size = p.tensor.elements(), first = lane * p.room * size;
        return std::views::iota(first, first + p.rows.get()[lane].samples * size);
    }
    void forward(Context& context, const LayerArgs& args, bool) const override {
        const float* x = args.x[0].as<const float>().get();
        float* y = args.y.as<float>().get();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const float* beta = args.parameters[0].value[lane].get();
            for (const std::size_t i : elements(args.out, lane)) {
                y[i] = x[i] * sigmoid(beta[i % size(args)] * x[i]);
            }
        }
    }
    void backward(Context& context, const LayerArgs& args) const override {
        const float *x = args.x[0].as<const float>().get(), *dy = args.dy.as<const float>().get();
        float* dx = args.dx[0].as<float>().get();
        for (std::size_t lane = 0; lane < context.lanes; ++lane) {
            const float* beta = args.parameters[0].value[lane].get();
            float* dbeta = args.parameters[0].gradient[lane].get();
            std::fill_n(dbeta, args.out.rows.get()[lane].samples ? size(args) : 0, 0.0f);
            for (const std::size_t i : elements(args.out, lane)) {
                const float b = beta[i % size(args)], s = sigmoid(b * x[i]);
                dx[i] = dy[i] * s * (1 + b * x[i] * (1 - s));
                dbeta[i % size(args)] += dy[i] * x[i] * x[i] * s * (1 - s);
            }
        }
    }
    static std::size_t size(const LayerArgs& args) { return args.out.tensor.elements(); }
};

} // namespace
LayerPtr house::swish() { return std::make_shared<Swish>(); }
