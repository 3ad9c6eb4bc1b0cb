// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/layout_text.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> roles{"masked", "dense", "statistic"}; ///< as in Role

/// No state that is kept has more: below it no product of dimensions overflows.
constexpr std::uint64_t elements_end = std::uint64_t{1} << 40;

Role role_of(const std::string& word) {
    for (std::size_t i = 0; i < roles.size(); ++i)
        if (roles[i] == word) return static_cast<Role>(i);
    throw Error(fmt::format("role {}, expected masked, dense or statistic", one_line(word)));
}

TensorSpec tensor_of(const Json& json) {
    TensorSpec tensor;
    json.at("name").get_to(tensor.name);
    tensor.role = role_of(json.at("role").get<std::string>());
    std::uint64_t elements = 1;
    for (const Json& dimension : json.at("shape")) {
        const auto size = dimension.get<std::int64_t>();
        if (size < 1 || static_cast<std::uint64_t>(size) >= elements_end / elements)
            throw Error(fmt::format("{}: a dimension of {}", one_line(tensor.name), size));
        elements *= static_cast<std::uint64_t>(size);
        tensor.shape.push_back(static_cast<std::size_t>(size));
    }
    if (tensor.shape.empty()) throw Error(one_line(tensor.name) + ": no dimension");
    return tensor;
}

ParameterLayout layout_of(const Json& json) {
    ParameterLayout layout;
    for (const Json& entry : json.at("tensors")) {
        TensorSpec tensor = tensor_of(entry);
        if (!layout.tensors.empty() && tensor.role < layout.tensors.back().role)
            throw Error(fmt::format("{}: masked tensors come first, statistics last",
                                    one_line(tensor.name)));
        tensor.offset = layout.state;
        layout.state += tensor.elements();
        if (tensor.role == Role::masked) layout.masked = layout.state;
        if (tensor.role != Role::statistic) layout.trainable = layout.state;
        layout.tensors.push_back(std::move(tensor));
    }
    return layout;
}

} // namespace

std::string layout_text(const ParameterLayout& layout) {
    std::string text = "{\"tensors\": [";
    for (std::size_t t = 0; t < layout.tensors.size(); ++t) {
        const TensorSpec& tensor = layout.tensors[t];
        text += fmt::format("{}\n {{\"name\": {}, \"role\": \"{}\", \"shape\": [{}]}}",
                            t != 0 ? "," : "", Json(tensor.name).dump(),
                            roles[static_cast<std::size_t>(tensor.role)],
                            fmt::join(tensor.shape, ", "));
    }
    return text + "\n]}\n";
}

ParameterLayout parse_layout(const std::string& text, const std::string& name) {
    try {
        return layout_of(Json::parse(text));
    } catch (const Json::exception& error) {
        throw Error(fmt::format("{}: not a layout: {}", name, one_line(error.what())));
    } catch (const Error& error) {
        throw Error(fmt::format("{}: not a layout: {}", name, error.what()));
    }
}

} // namespace fedmrn
