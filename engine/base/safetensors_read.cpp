// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "engine/base/safetensors.hpp"
#include "engine/base/text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::json; // sorted: a name among many is found at once

constexpr std::size_t prefix = 8;

/// The format's types and the bits of an element of each.
struct Type {
    const char* name;
    std::size_t bits;
    Dtype dtype = Dtype::other;
};
constexpr Type types[] = {{"BOOL", 8},
                          {"U8", 8},
                          {"I8", 8, Dtype::int8},
                          {"F8_E4M3", 8},
                          {"F8_E5M2", 8},
                          {"F8_E8M0", 8},
                          {"I16", 16},
                          {"U16", 16},
                          {"F16", 16},
                          {"BF16", 16},
                          {"I32", 32, Dtype::int32},
                          {"U32", 32},
                          {"I64", 64},
                          {"C64", 64},
                          {"F4", 4},
                          {"F6_E2M3", 6},
                          {"F6_E3M2", 6},
                          {"F32", 32, Dtype::float32},
                          {"F64", 64, Dtype::float64},
                          {"U64", 64, Dtype::uint64}};

std::uint64_t header_length(std::span<const std::byte> bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), prefix);
    return length;
}

/// Finds a name that stands twice in one object, of which a parsed value keeps the last in silence.
/// (The parser's callback looks at all tensors after each one: time grows with their square.)
class Names final : public nlohmann::json_sax<Json> {
public:
    std::string twice;
    bool found = false;

    bool start_object(std::size_t) override {
        names_.emplace_back();
        return true;
    }
    bool end_object() override {
        names_.pop_back();
        return true;
    }
    bool key(string_t& name) override {
        if (names_.back().insert(name).second) return true;
        twice = name;
        found = true;
        return false;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override {
        return false; // what is wrong, the parser proper says
    }

private:
    std::vector<std::set<std::string>> names_;
};

/// One file being read: every check ends in fail().
class Parser {
public:
    Parser(std::span<const std::byte> bytes, const std::string& name)
        : bytes_(bytes), name_(name) {}

    void run(SafeTensors& file);

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw Error(fmt::format("{}: not a safetensors file: {}", name_, one_line(reason)));
    }
    [[nodiscard]] Json header() const;
    [[nodiscard]] std::size_t count(const Json& value, const std::string& what) const;
    [[nodiscard]] TensorView tensor(const std::string& name, const Json& entry,
                                    std::span<const std::byte> data) const;
    void metadata(const Json& entry, Metadata& out) const;

    std::span<const std::byte> bytes_;
    const std::string& name_;
};

Json Parser::header() const {
    if (bytes_.size() < prefix) fail(fmt::format("{} bytes, expected at least 8", bytes_.size()));
    const std::uint64_t length = header_length(bytes_);
    if (length > largest_header) fail(fmt::format("a header of {} bytes", length));
    if (length > bytes_.size() - prefix)
        fail(fmt::format("truncated: a header of {} bytes, {} are there", length,
                         bytes_.size() - prefix));
    const auto* text = reinterpret_cast<const char*>(bytes_.data()) + prefix;
    Names names;
    Json::sax_parse(text, text + length, &names);
    if (names.found) fail(fmt::format("\"{}\" stands in the header twice", names.twice));
    Json parsed;
    try {
        parsed = Json::parse(text, text + length);
    } catch (const Json::exception& error) {
        fail(std::string("header: ") + error.what());
    }
    if (!parsed.is_object()) fail("the header is no JSON object");
    return parsed;
}

std::size_t Parser::count(const Json& value, const std::string& what) const {
    if (!value.is_number_unsigned())
        fail(what + ": expected a count, found " +
             (value.is_structured() ? value.type_name() : value.dump()));
    return value.get<std::size_t>();
}

TensorView Parser::tensor(const std::string& name, const Json& entry,
                          std::span<const std::byte> data) const {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets"))
        fail(name + ": expected dtype, shape and data_offsets");
    const Json &dtype = entry["dtype"], &shape = entry["shape"], &offsets = entry["data_offsets"];

    TensorView view;
    view.name = name;
    if (!dtype.is_string()) fail(name + ": the dtype is no string");
    view.type = dtype.get<std::string>();
    const auto* type = std::find_if(std::begin(types), std::end(types),
                                    [&](const Type& t) { return view.type == t.name; });
    const bool known = type != std::end(types); // a type of tomorrow has any size
    view.dtype = known ? type->dtype : Dtype::other;

    if (!shape.is_array()) fail(name + ": the shape is no list");
    std::size_t bits = known ? type->bits : 1;
    for (const Json& size : shape) {
        view.shape.push_back(count(size, name + ": shape"));
        if (__builtin_mul_overflow(bits, view.shape.back(), &bits))
            fail(name + ": the shape has too many elements");
    }
    const std::size_t bytes = bits / 8 + (bits % 8 != 0);
    if (!offsets.is_array() || offsets.size() != 2) fail(name + ": data_offsets are not two");
    const std::size_t begin = count(offsets[0], name + ": data_offsets");
    const std::size_t end = count(offsets[1], name + ": data_offsets");
    if (begin > end || end > data.size())
        fail(fmt::format("{}: bytes {} to {} of {}: truncated or wrong offsets", name, begin, end,
                         data.size()));
    if (known && end - begin != bytes)
        fail(fmt::format("{}: {} bytes, its shape needs {}", name, end - begin, bytes));
    view.data = data.subspan(begin, end - begin);
    return view;
}

void Parser::metadata(const Json& entry, Metadata& out) const {
    if (!entry.is_object()) fail("__metadata__ is no JSON object");
    for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) fail("__metadata__: " + key + " is no string");
        out[key] = value.get<std::string>();
    }
}

void Parser::run(SafeTensors& file) {
    const Json parsed = header();
    const auto data = bytes_.subspan(prefix + header_length(bytes_));
    for (const auto& [name, entry] : parsed.items()) {
        if (name == "__metadata__")
            metadata(entry, file.metadata);
        else
            file.tensors.push_back(tensor(name, entry, data));
    }
    // An empty tensor stands before the one that begins where it ends.
    const auto place = [](const TensorView& t) { return std::pair(t.data.data(), t.data.size()); };
    std::stable_sort(file.tensors.begin(), file.tensors.end(),
                     [&](const TensorView& a, const TensorView& b) { return place(a) < place(b); });
    const std::byte* next = data.data();
    for (const TensorView& view : file.tensors) {
        if (view.data.data() != next) fail(view.name + ": a gap before its data, or an overlap");
        next += view.data.size();
    }
    if (const auto left = data.data() + data.size() - next; left != 0)
        fail(fmt::format("{} bytes after the last tensor", left));
}

} // namespace

const TensorView* SafeTensors::find(const std::string& name) const {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const TensorView& t) { return t.name == name; });
    return found == tensors.end() ? nullptr : &*found;
}

SafeTensors parse_safetensors(std::vector<std::byte> bytes, const std::string& name) {
    SafeTensors file;
    file.bytes = std::move(bytes);
    Parser(file.bytes, name).run(file);
    return file;
}

bool looks_like_safetensors(std::span<const std::byte> bytes) {
    return bytes.size() > prefix && header_length(bytes) <= largest_header &&
           bytes[prefix] == std::byte{'{'};
}

} // namespace fedmrn
