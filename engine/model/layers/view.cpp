// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/model/layers/reals.hpp"
#include "fedmrn/layers.hpp"

namespace fedmrn {
namespace {

/// The same bytes with other rows.
class View : public Layer {
public:
    [[nodiscard]] bool is_view() const final { return true; }
    void forward(Context&, const LayerArgs&, bool) const final {}
    void backward(Context&, const LayerArgs&) const final {}

protected:
    static const Tensor& only(std::span<const Tensor> in) {
        if (in.size() != 1) {
            throw Error("expected one value, found " + std::to_string(in.size()));
        }
        return in[0];
    }
};

class PerToken final : public View {
public:
    [[nodiscard]] std::string kind() const override { return "per_token"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        const Tensor& x = only(in);
        if (x.rows != Rows{} || x.shape.empty()) {
            throw Error("expected [tokens, ...] a sample, found " + text_of(x));
        }
        return {{x.shape.begin() + 1, x.shape.end()}, x.element, tokens(x.shape[0])};
    }
};

class PerSample final : public View {
public:
    [[nodiscard]] std::string kind() const override { return "per_sample"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        const Tensor& x = only(in);
        if (x.rows.per != Rows::Per::token || x.rows.ragged) {
            throw Error("expected a fixed number of tokens a sample, found " + text_of(x));
        }
        std::vector<std::size_t> shape{x.rows.each};
        shape.insert(shape.end(), x.shape.begin(), x.shape.end());
        return {std::move(shape), x.element, Rows{}};
    }
};

class Flatten final : public View {
public:
    [[nodiscard]] std::string kind() const override { return "flatten"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        const Tensor& x = only(in);
        return {{x.elements()}, x.element, x.rows};
    }
};

} // namespace

LayerPtr flatten() { return std::make_shared<Flatten>(); }

LayerPtr per_token() { return std::make_shared<PerToken>(); }

LayerPtr per_sample() { return std::make_shared<PerSample>(); }

} // namespace fedmrn
