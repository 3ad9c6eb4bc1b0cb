// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/deploy/onnx.hpp"

#include <utility>
#include <vector>

#include "engine/base/channels.hpp"
#include "engine/deploy/onnx_schema.hpp"
#include "engine/deploy/protobuf.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Kind = InferenceNode::Kind;
using Sides = std::vector<std::size_t>;

/// The graph's operations as ONNX has them.
class Writer {
public:
    Writer(const InferenceGraph& graph, const Quantization* integers)
        : graph_(graph), integers_(integers), names_(graph.values.size()) {}
    ProtobufMessage write();

private:
    struct Attribute {
        const char* name;
        std::vector<std::uint64_t> numbers;
        bool list = true;
    };
    void op(const std::string& type, const std::vector<std::string>& in, const std::string& out,
            const std::vector<Attribute>& attributes = {});
    template <class T>
    std::string tensor(const std::string& name, const Sides& shape, std::span<const T> values);
    template <class T>
    std::string tensor(const std::string& name, const Sides& shape, const std::vector<T>& values) {
        return tensor(name, shape, std::span<const T>(values));
    }
    /// What is read in a value's place: itself, or where it is quantized what its bytes stand for.
    std::string coded(const std::string& name, std::size_t value);
    /// The tensors of a convolution or linear layer, from the engine's order.
    std::string weight(const InferenceNode& node, const Sides& shape, std::size_t pixels,
                       std::size_t channels);
    std::string bias(const InferenceNode& node);
    /// Integers with a scale for each of the first axis.
    template <class T>
    std::string scaled(const std::string& name, const Sides& shape, const std::vector<T>& codes,
                       const std::vector<float>& scales);
    [[nodiscard]] const QuantizedLayer& layer(const InferenceNode& node) const {
        return integers_->layers[static_cast<std::size_t>(&node - graph_.nodes.data())];
    }

    void add(const InferenceNode& node);
    void convolution(const InferenceNode& node, const std::string& x, const std::string& y);
    void linear(const InferenceNode& node, const std::string& x, const std::string& y);
    void scale(const InferenceNode& node, const std::string& x, const std::string& y);
    void pool(const InferenceNode& node, const std::string& x, const std::string& y);
    void sum(const InferenceNode& node, const std::string& y);
    [[nodiscard]] ProtobufMessage value_info(const std::string& name, std::size_t value) const;

    const InferenceGraph& graph_;
    const Quantization* integers_;
    std::vector<std::string> names_; ///< that values are read by
    ProtobufMessage message_;
};

void Writer::op(const std::string& type, const std::vector<std::string>& in, const std::string& out,
                const std::vector<Attribute>& attributes) {
    ProtobufMessage node;
    for (const std::string& name : in) {
        node.text(onnx::node::input, name);
    }
    node.text(onnx::node::output, out).text(onnx::node::name, out);
    node.text(onnx::node::op_type, type);
    for (const Attribute& attribute : attributes) {
        ProtobufMessage said;
        said.text(onnx::attribute::name, attribute.name);
        for (const std::uint64_t number : attribute.numbers) {
            said.number(attribute.list ? onnx::attribute::ints : onnx::attribute::i, number);
        }
        said.number(onnx::attribute::type,
                    attribute.list ? onnx::attribute::type_ints : onnx::attribute::type_int);
        node.message(onnx::node::attribute, said);
    }
    message_.message(onnx::graph::node, node);
}

template <class T>
std::string Writer::tensor(const std::string& name, const Sides& shape, std::span<const T> values) {
    ProtobufMessage tensor;
    for (const std::size_t side : shape) {
        tensor.number(onnx::tensor::dims, side);
    }
    tensor.number(onnx::tensor::data_type, onnx::tensor::type_of<T>())
        .text(onnx::tensor::name, name)
        .text(onnx::tensor::raw_data,
              {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    message_.message(onnx::graph::initializer, tensor);
    return name;
}

std::string Writer::coded(const std::string& name, std::size_t value) {
    if (integers_ == nullptr || !integers_->values[value] || integers_->rectified[value]) {
        return name;
    }
    const formula::Affine affine = *integers_->values[value];
    const std::vector<std::string> how{
        tensor(name + "_scale", {}, std::vector{affine.scale}),
        tensor(name + "_zero", {}, std::vector{static_cast<std::uint8_t>(affine.zero)})};
    op("QuantizeLinear", {name, how[0], how[1]}, name + "_q");
    op("DequantizeLinear", {name + "_q", how[0], how[1]}, name + "_dq");
    return name + "_dq";
}

template <class T>
std::string Writer::scaled(const std::string& name, const Sides& shape, const std::vector<T>& codes,
                           const std::vector<float>& scales) {
    op("DequantizeLinear",
       {tensor(name + "_q", shape, codes), tensor(name + "_scale", {scales.size()}, scales),
        tensor(name + "_zero", {scales.size()}, std::vector<T>(scales.size()))},
       name, {{"axis", {0}, false}});
    return name;
}

std::string Writer::weight(const InferenceNode& node, const Sides& shape, std::size_t pixels,
                           std::size_t channels) {
    const std::string name = node.name + ".weight";
    const auto first = [&](const auto& values) {
        return channels_first(std::span(values), pixels, channels);
    };
    if (integers_ == nullptr) {
        return tensor(name, shape, first(node.weight));
    }
    return scaled(name, shape, first(layer(node).codes), layer(node).scales);
}

std::string Writer::bias(const InferenceNode& node) {
    const std::string name = node.name + ".bias";
    if (integers_ == nullptr) {
        return tensor(name, {node.bias.size()}, node.bias);
    }
    std::vector<float> scales = layer(node).scales;
    for (float& scale : scales) {
        scale *= integers_->values[node.in[0]]->scale;
    }
    return scaled(name, {node.bias.size()}, layer(node).bias, scales);
}

void Writer::convolution(const InferenceNode& node, const std::string& x, const std::string& y) {
    const std::size_t in = graph_.channels(node.in[0]), k = node.kernel, p = node.padding;
    const std::string w = weight(node, {node.bias.size(), in, k, k}, k * k, in);
    op("Conv", {x, w, bias(node)}, y,
       {{"kernel_shape", {k, k}}, {"pads", {p, p, p, p}}, {"strides", {1, 1}}});
}

/// A row of an image is taken channel by channel, and the weights are turned to fit.
void Writer::linear(const InferenceNode& node, const std::string& x, const std::string& y) {
    const std::size_t size = graph_.elements(node.in[0]), channels = graph_.channels(node.in[0]);
    std::string row = x;
    if (graph_.is_image(node.in[0])) {
        row = node.name + "_row";
        op("Flatten", {x}, row, {{"axis", {1}, false}});
        row = coded(row, node.in[0]);
    }
    const std::string w = weight(node, {node.bias.size(), size}, size / channels, channels);
    op("Gemm", {row, w, bias(node)}, y, {{"transB", {1}, false}});
}

void Writer::scale(const InferenceNode& node, const std::string& x, const std::string& y) {
    const std::size_t channels = node.weight.size();
    const Sides shape = graph_.is_image(node.in[0]) ? Sides{channels, 1, 1} : Sides{channels};
    op("Mul", {x, tensor(node.name + ".weight", shape, node.weight)}, y + "_scaled");
    op("Add", {y + "_scaled", tensor(node.name + ".bias", shape, node.bias)}, y);
}

void Writer::pool(const InferenceNode& node, const std::string& x, const std::string& y) {
    const std::vector<Attribute> window{{"kernel_shape", {node.kernel, node.kernel}},
                                        {"strides", {node.kernel, node.kernel}}};
    op(node.kind == Kind::max_pool ? "MaxPool" : "AveragePool", {x}, y, window);
}

void Writer::sum(const InferenceNode& node, const std::string& y) {
    std::string so_far = names_[node.in[0]];
    for (std::size_t k = 1; k < node.in.size(); ++k) {
        const std::string next = k + 1 < node.in.size() ? y + "_" + std::to_string(k) : y;
        op("Add", {so_far, names_[node.in[k]]}, next);
        so_far = next;
    }
}

void Writer::add(const InferenceNode& node) {
    const std::string& x = names_[node.in[0]];
    const std::string y = node.out == graph_.output ? "logits" : node.name + "_y";
    switch (node.kind) {
    case Kind::convolution:
        convolution(node, x, y);
        break;
    case Kind::linear:
        linear(node, x, y);
        break;
    case Kind::scale:
        scale(node, x, y);
        break;
    case Kind::relu:
        op("Relu", {x}, y);
        break;
    case Kind::max_pool:
    case Kind::average_pool:
        pool(node, x, y);
        break;
    case Kind::flatten: // the engine's order: channels innermost
        if (graph_.is_image(node.in[0])) {
            op("Transpose", {x}, y + "_turned", {{"perm", {0, 2, 3, 1}}});
            op("Flatten", {y + "_turned"}, y, {{"axis", {1}, false}});
        } else {
            op("Identity", {x}, y);
        }
        break;
    case Kind::sum:
        sum(node, y);
        break;
    }
    names_[node.out] = coded(y, node.out);
}

/// A float32 tensor of any number of rows.
ProtobufMessage Writer::value_info(const std::string& name, std::size_t value) const {
    const Sides& sides = graph_.values[value];
    Sides row = sides;
    if (graph_.is_image(value)) {
        row = {sides[2], sides[0], sides[1]};
    }
    ProtobufMessage shape;
    shape.message(onnx::type::dim, ProtobufMessage().text(onnx::type::dim_param, "N"));
    for (const std::size_t side : row) {
        shape.message(onnx::type::dim, ProtobufMessage().number(onnx::type::dim_value, side));
    }
    ProtobufMessage tensor;
    tensor.number(onnx::type::elem_type, onnx::tensor::type_float)
        .message(onnx::type::shape, shape);
    ProtobufMessage info;
    info.text(onnx::value_info::name, name)
        .message(onnx::value_info::type,
                 ProtobufMessage().message(onnx::type::tensor_type, tensor));
    return info;
}

ProtobufMessage Writer::write() {
    names_[0] = coded("x", 0);
    for (const InferenceNode& node : graph_.nodes) {
        add(node);
    }
    message_.text(onnx::graph::name, graph_.name)
        .message(onnx::graph::input, value_info("x", 0))
        .message(onnx::graph::output, value_info("logits", graph_.output));
    return std::move(message_);
}

} // namespace

std::string onnx_model(const InferenceGraph& graph, const OnnxAbout& about,
                       const Quantization* integers) {
    ProtobufMessage model;
    model.number(onnx::model::ir_version, onnx::ir_version)
        .text(onnx::model::producer_name, "fedmrn")
        .text(onnx::model::producer_version, about.version)
        .text(onnx::model::doc_string, about.doc)
        .message(onnx::model::graph, Writer(graph, integers).write())
        .message(onnx::model::opset_import, ProtobufMessage()
                                                .text(onnx::opset::domain, "")
                                                .number(onnx::opset::version, onnx::opset_version));
    for (const auto& [key, value] : about.metadata) {
        model.message(
            onnx::model::metadata_props,
            ProtobufMessage().text(onnx::entry::key, key).text(onnx::entry::value, value));
    }
    if (model.bytes().size() > 0x7fffffff) {
        throw Error("model " + graph.name + ": too large for an ONNX file, which has 2 GiB at most",
                    Fault::run);
    }
    return model.bytes();
}

} // namespace fedmrn
