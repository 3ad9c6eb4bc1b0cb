// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/embedding.hpp"

#include "engine/model/layers/reals.hpp"
#include "fedmrn/layers.hpp"

namespace fedmrn {
namespace {

class EmbeddingLayer final : public Layer {
public:
    explicit EmbeddingLayer(Embedding options) : options_(options) {}
    [[nodiscard]] std::string kind() const override { return "embedding"; }
    [[nodiscard]] Tensor infer(std::span<const Tensor> in) const override {
        if (in.size() != 1 || in[0].element != Element::i32 || in[0].shape.size() > 1) {
            throw Error("expected tokens, one i32 or a row of them" +
                        (in.empty() ? std::string() : ", found " + text_of(in[0])));
        }
        std::vector<std::size_t> shape = in[0].shape;
        shape.push_back(options_.dim);
        return {std::move(shape), Element::real, in[0].rows};
    }
    [[nodiscard]] std::vector<Parameter> parameters(std::span<const Tensor>) const override {
        return {{.name = "weight",
                 .role = Role::masked,
                 .shape = {options_.vocabulary, options_.dim},
                 .initial = options_.initial}};
    }
    [[nodiscard]] std::uint32_t below(std::span<const Tensor>, std::size_t) const override {
        return options_.vocabulary;
    }
    [[nodiscard]] bool rereads_output() const override { return false; }

    void forward(Context& context, const LayerArgs& args, bool) const override {
        kernels::embedding_forward(context.device, shape(context, args), args.in[0].rows,
                                   args.x[0].as<const std::int32_t>(), args.parameters[0].value,
                                   args.y);
    }

    void backward(Context& context, const LayerArgs& args) const override {
        kernels::embedding_backward(context.device, shape(context, args), args.in[0].rows,
                                    args.x[0].as<const std::int32_t>(), args.dy,
                                    args.parameters[0].gradient);
    }

private:
    [[nodiscard]] kernels::EmbeddingShape shape(const Context& context,
                                                const LayerArgs& args) const {
        return {.lanes = context.lanes,
                .batch = args.in[0].room,
                .tokens = args.in[0].tensor.elements(),
                .vocabulary = options_.vocabulary,
                .dim = options_.dim,
                .real = real_of(args.out.tensor.element)};
    }
    Embedding options_;
};

} // namespace

LayerPtr embedding(Embedding options) { return std::make_shared<EmbeddingLayer>(options); }

} // namespace fedmrn
