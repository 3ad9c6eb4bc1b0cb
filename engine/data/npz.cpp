// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/npz.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "engine/data/formats/npy.hpp"
#include "engine/data/formats/zip.hpp"
#include "engine/data/normalise.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

constexpr std::uint64_t most_classes = 65536;

struct Member {
    std::string where; ///< "file: array", for messages
    std::vector<std::uint8_t> bytes;
    NpyArray array;
};

Member read_member(ZipFile& zip, const std::string& name) {
    Member member;
    member.where = fmt::format("{}: {}", zip.path(), name);
    if (!zip.has(name + ".npy")) {
        throw Error(member.where + " is missing, expected x_train, y_train, x_test and y_test");
    }
    member.bytes = zip.read(name + ".npy");
    member.array = parse_npy(member.bytes, member.where);
    return member;
}

std::string shape_text(const NpyArray& array) {
    return fmt::format("{} of shape ({})", array.type, fmt::join(array.shape, ", "));
}

ImageShape image_shape(const Member& images) {
    const std::vector<std::uint64_t>& shape = images.array.shape;
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
    const bool fits = std::all_of(shape.begin(), shape.end(),
                                  [](std::uint64_t size) { return size > 0 && size <= most; });
    if (images.array.type.substr(1) != "u1" || (shape.size() != 3 && shape.size() != 4) || !fits) {
        throw Error(
            fmt::format("{} is {}, expected uint8 of shape (samples, height, width) or "
                        "(samples, height, width, channels), none of them 0, or little-endian "
                        "float32 or int32 of (samples, ...)",
                        images.where, shape_text(images.array)));
    }
    const auto size = [&](std::size_t i) { return static_cast<std::uint32_t>(shape[i]); };
    return {size(1), size(2), shape.size() == 4 ? size(3) : 1};
}

/// One integer an image, from 0 to most.
std::vector<std::uint64_t> read_integers(const Member& member, std::uint64_t samples,
                                         const char* what, std::uint64_t most) {
    const NpyArray& array = member.array;
    const bool integers = array.type[1] == 'i' || array.type[1] == 'u';
    const bool column = array.shape.size() == 2 && array.shape[1] == 1;
    if (!integers || (array.shape.size() != 1 && !column) || array.shape[0] != samples) {
        throw Error(fmt::format("{} is {}, expected integers of shape ({},), one an image",
                                member.where, shape_text(array), samples));
    }
    const std::size_t item = array.item();
    std::vector<std::uint64_t> read;
    read.reserve(samples);
    for (std::uint64_t i = 0; i < samples; ++i) {
        const std::uint8_t* at = member.bytes.data() + array.header + i * item;
        std::uint64_t value = 0;
        for (std::size_t b = 0; b < item; ++b) {
            value = value << 8 | at[array.type[0] == '>' ? b : item - 1 - b];
        }
        const std::uint8_t top = at[array.type[0] == '>' ? 0 : item - 1];
        const bool negative = array.type[1] == 'i' && top >= 0x80;
        if (negative || value > most) {
            throw Error(fmt::format("{}: the {} of sample {} is {}, expected 0 to {}", member.where,
                                    what, i, negative ? "negative" : std::to_string(value), most));
        }
        read.push_back(value);
    }
    return read;
}

std::vector<std::uint64_t> read_users(ZipFile& zip, const char* name, std::size_t samples) {
    return read_integers(read_member(zip, name), samples, "client",
                         std::numeric_limits<std::uint64_t>::max());
}

/// Users' numbers, any from 0, as places among those that have training samples.
void read_owners(ZipFile& zip, Dataset& data) {
    if (!zip.has("train_clients.npy")) return;
    const auto users = read_users(zip, "train_clients", data.train.samples());
    std::vector<std::uint64_t> known = users;
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const auto place = [&](std::uint64_t user) {
        const auto at = std::lower_bound(known.begin(), known.end(), user);
        return at != known.end() && *at == user ? static_cast<std::uint32_t>(at - known.begin())
                                                : no_owner;
    };
    std::transform(users.begin(), users.end(), std::back_inserter(data.owners), place);
    if (!zip.has("test_clients.npy")) return;
    const auto tests = read_users(zip, "test_clients", data.test.samples());
    std::transform(tests.begin(), tests.end(), std::back_inserter(data.test_owners), place);
}

/// Elements as they are stored, for column "x".
template <class T> Column values_of(const Member& member) {
    const NpyArray& array = member.array;
    std::vector<T> values((member.bytes.size() - array.header) / sizeof(T));
    std::memcpy(values.data(), member.bytes.data() + array.header, values.size() * sizeof(T));
    return {"x", {{array.shape.begin() + 1, array.shape.end()}}, std::move(values)};
}

/// Bytes are images; little-endian float32 and int32 are of any shape.
Column read_x(Member& member) {
    const NpyArray& array = member.array;
    const bool sides = !array.shape.empty() && std::find(array.shape.begin() + 1, array.shape.end(),
                                                         0) == array.shape.end();
    if (sides && array.type == "<f4") {
        return values_of<float>(member);
    }
    if (sides && array.type == "<i4") {
        return values_of<std::int32_t>(member);
    }
    const ImageShape shape = image_shape(member);
    member.bytes.erase(member.bytes.begin(),
                       member.bytes.begin() + static_cast<std::ptrdiff_t>(array.header));
    Images images;
    images.pixels = std::move(member.bytes);
    normalise_by_own_pixels(images, shape.channels);
    return split_of(std::move(images), shape, 1).columns.front();
}

/// Columns "x" and "label", whose limits are not known yet.
Split load_split(ZipFile& zip, const std::string& suffix) {
    Member x = read_member(zip, "x_" + suffix);
    const Member labels = read_member(zip, "y_" + suffix);
    Split split{{read_x(x)}};
    std::vector<std::uint16_t> classes;
    for (const std::uint64_t label :
         read_integers(labels, split.samples(), "label", most_classes - 1)) {
        classes.push_back(static_cast<std::uint16_t>(label));
    }
    split.columns.emplace_back("label", fedmrn::labels(), std::move(classes));
    return split;
}

/// What the integers of both splits are below.
template <class T> void limit(Column& train, Column& test) {
    std::uint32_t below = 1;
    for (const Column* column : {&train, &test}) {
        for (const T value : column->as<T>()) {
            below = std::max(below, static_cast<std::uint32_t>(std::max(value, T{0})) + 1);
        }
    }
    train.below = test.below = below;
}

} // namespace

Dataset load_npz(const std::string& path) {
    if (path.empty())
        throw Error("[data] path is empty, expected the .npz file for name = \"npz\"");
    ZipFile zip(path);
    Dataset data;
    data.name = "npz";
    data.train = load_split(zip, "train");
    data.test = load_split(zip, "test");
    read_owners(zip, data);
    Column &x = data.train.columns[0], &test_x = data.test.columns[0];
    if (x.tensor != test_x.tensor) {
        throw Error(fmt::format("{}: x_test has samples of {}, expected {} as in x_train", path,
                                text_of(test_x.tensor), text_of(x.tensor)));
    }
    if (x.tensor.element == Element::i32) {
        limit<std::int32_t>(x, test_x);
    }
    limit<std::uint16_t>(data.train.columns[1], data.test.columns[1]);
    return data;
}

} // namespace fedmrn
