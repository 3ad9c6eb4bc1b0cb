// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/base/safetensors.hpp"
#include "tests/support/places.hpp"

namespace fedmrn::test {

/// tests/golden/layers.safetensors, by "case/name".
class GoldenTensors {
public:
    GoldenTensors() {
        const std::string path = test_data() + "/golden/layers.safetensors";
        std::ifstream file(path, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        std::vector<std::byte> bytes(text.size());
        std::memcpy(bytes.data(), text.data(), text.size());
        file_ = parse_safetensors(std::move(bytes), path);
    }

    [[nodiscard]] const TensorView& view(const std::string& name) const {
        const TensorView* found = file_.find(name);
        if (!found) throw std::runtime_error("no golden tensor " + name);
        return *found;
    }
    [[nodiscard]] std::vector<float> operator[](const std::string& name) const {
        const TensorView& tensor = view(name);
        std::vector<float> values(tensor.data.size() / sizeof(float));
        std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
        return values;
    }
    [[nodiscard]] std::vector<std::uint16_t> labels(const std::string& name) const {
        std::vector<std::uint16_t> labels;
        for (const float v : (*this)[name]) labels.push_back(static_cast<std::uint16_t>(v));
        return labels;
    }
    /// Size i of the tensor's shape.
    [[nodiscard]] std::size_t size(const std::string& name, std::size_t i) const {
        return view(name).shape.at(i);
    }

private:
    SafeTensors file_;
};

} // namespace fedmrn::test
