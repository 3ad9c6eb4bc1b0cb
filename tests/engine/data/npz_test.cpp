// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/npz.hpp"

#include <gmock/gmock.h>

#include "fedmrn/config.hpp"
#include "fedmrn/images.hpp"
#include "npz_support.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using Labels = std::vector<std::uint16_t>;

Bytes words(const std::vector<std::int64_t>& values, int count, bool big_endian = false) {
    Bytes bytes;
    for (const std::int64_t value : values) {
        Bytes word;
        append(word, static_cast<std::uint64_t>(value), count);
        if (big_endian) word = Bytes(word.rbegin(), word.rend());
        append(bytes, word);
    }
    return bytes;
}

/// Every test runs on stored members and on deflated ones.
class Npz : public testing::TestWithParam<int> {
protected:
    Npz() {
        members = {{"x_train.npy", npy("|u1", "(3, 4, 5, 2)", noise(120))},
                   {"y_train.npy", npy("<i8", "(3,)", words({2, 0, 6}, 8))},
                   {"x_test.npy", npy("|u1", "(2, 4, 5, 2)", noise(80))},
                   {"y_test.npy", npy("|u1", "(2,)", {1, 0})}};
    }
    [[nodiscard]] Dataset load(const Bytes& bytes) const {
        DataConfig config;
        config.name = "npz";
        config.path = folder.write("arrays.npz", bytes);
        return load_dataset(config, 1);
    }
    [[nodiscard]] Dataset load() const { return load(zip(members, GetParam())); }
    /// The line without the file's path, which it must begin with.
    [[nodiscard]] std::string error(const Bytes& bytes) const {
        const std::string line = error_of([&] { static_cast<void>(load(bytes)); });
        const std::string start = folder.path() + "/arrays.npz: ";
        EXPECT_TRUE(line.starts_with(start)) << line;
        return line.starts_with(start) ? line.substr(start.size()) : line;
    }
    [[nodiscard]] std::string error() const { return error(zip(members, GetParam())); }
    [[nodiscard]] std::string error_with(std::size_t member, const Bytes& array) {
        members[member].plain = array;
        return error();
    }
    Folder folder;
    std::vector<ZipMember> members;
};
INSTANTIATE_TEST_SUITE_P(Members, Npz, testing::Values(0, 8), [](const auto& tested) {
    return tested.param == 0 ? "stored" : "deflated";
});

TEST_P(Npz, ReadsTheFourArrays) {
    const Dataset data = load();
    EXPECT_EQ(data.name, "npz");
    EXPECT_EQ(image_shape_of(data), (ImageShape{4, 5, 2}));
    EXPECT_EQ(data.classes(), 7U);
    EXPECT_EQ(pixels_of(data.train), noise(120));
    EXPECT_EQ(labels_of(data.train), (Labels{2, 0, 6}));
    EXPECT_EQ(pixels_of(data.test), noise(80));
    EXPECT_EQ(labels_of(data.test), (Labels{1, 0}));
    EXPECT_EQ(mean_of(data.train).size(), 2U);
}

TEST_P(Npz, GreyImagesNeedNoChannel) {
    members[0].plain = npy("|u1", "(3, 4, 5)", noise(60));
    members[2].plain = npy("|u1", "(2, 4, 5)", noise(40));
    EXPECT_EQ(image_shape_of(load()), (ImageShape{4, 5, 1}));
}

TEST_P(Npz, LabelsOfAnyWidth) {
    for (const char* type :
         {"|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<u8", ">i2", ">u4", ">i8"}) {
        members[1].plain = npy(type, "(3, 1)", words({2, 0, 6}, type[2] - '0', type[0] == '>'));
        EXPECT_EQ(labels_of(load().train), (Labels{2, 0, 6})) << type;
    }
}

TEST_P(Npz, LabelsOutOfRange) {
    EXPECT_EQ(error_with(1, npy("<i4", "(3,)", words({2, -1, 6}, 4))),
              "y_train: the label of sample 1 is negative, expected 0 to 65535");
    EXPECT_EQ(error_with(1, npy("<i4", "(3,)", words({2, 0, 65536}, 4))),
              "y_train: the label of sample 2 is 65536, expected 0 to 65535");
}

TEST_P(Npz, WhoseTheTrainingSamplesAre) {
    EXPECT_TRUE(load().owners.empty());
    // Users are numbered in the order of the numbers that the file gives them.
    members.push_back({"train_clients.npy", npy("<i8", "(3,)", words({7'000'000'000, 3, 3}, 8))});
    EXPECT_EQ(load().owners, (std::vector<std::uint32_t>{1, 0, 0}));
    DataConfig config;
    config.partition = "natural";
    config.clients = 0;
    const ClientSplit split = partition(config, load(), 1);
    EXPECT_EQ(split.order, (std::vector<std::uint32_t>{1, 2, 0}));
    EXPECT_EQ(error_with(4, npy("<i8", "(2,)", words({1, 2}, 8))),
              "train_clients is <i8 of shape (2), expected integers of shape (3,), one an image");
    EXPECT_EQ(error_with(4, npy("<i2", "(3,)", words({1, -2, 0}, 2))),
              "train_clients: the client of sample 1 is negative, expected 0 to "
              "18446744073709551615");
}

TEST_P(Npz, WhoseTheTestSamplesAre) {
    members.push_back({"train_clients.npy", npy("<i8", "(3,)", words({9, 3, 3}, 8))});
    EXPECT_TRUE(load().test_owners.empty());
    members.push_back({"test_clients.npy", npy("<i2", "(2,)", words({9, 5}, 2))});
    EXPECT_EQ(load().test_owners, (std::vector<std::uint32_t>{1, no_owner})); // 5 trains nothing
    EXPECT_EQ(error_with(5, npy("<i2", "(3,)", words({1, 2, 3}, 2))),
              "test_clients is <i2 of shape (3), expected integers of shape (2,), one an image");
}

/// Float32 as it is; int32 as tokens, of which both splits together say how many there are.
TEST_P(Npz, NumbersAndTokens) {
    const std::vector<float> numbers{0.5f, -1, 2, 3, 4, 5};
    const auto bytes = [](const auto& values) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(values.data());
        return Bytes(data, data + 4 * values.size());
    };
    members[0].plain = npy("<f4", "(3, 2)", bytes(numbers));
    members[2].plain = npy("<f4", "(2, 2)", bytes(std::vector<float>(4, 7.0f)));
    Dataset data = load();
    EXPECT_EQ(data.train.column("x").tensor, (Tensor{{2}, Element::f32}));
    EXPECT_EQ(values_of<float>(data.train, "x"), numbers);
    EXPECT_EQ(values_of<float>(data.test, "x"), std::vector<float>(4, 7.0f));
    EXPECT_NO_THROW(check(data));
    members[0].plain = npy("<i4", "(3, 1)", bytes(std::vector<std::int32_t>{4, 2, 0}));
    members[2].plain = npy("<i4", "(2, 1)", bytes(std::vector<std::int32_t>{9, 3}));
    data = load();
    EXPECT_EQ(values_of<std::int32_t>(data.test, "x"), (std::vector<std::int32_t>{9, 3}));
    EXPECT_EQ(data.train.column("x").below, 10u);
    EXPECT_EQ(data.test.column("x").below, 10u);
    EXPECT_NO_THROW(check(data));
    members[2].plain = npy("<i4", "(2, 1)", bytes(std::vector<std::int32_t>{9, -3}));
    EXPECT_EQ(error_of([&] { check(load()); }),
              "data set npz, test samples, column x: -3 in sample 1, expected 0 to 9");
}

TEST_P(Npz, WrongArrays) {
    const auto original = members;
    EXPECT_THAT(error_with(0, npy("<f8", "(3, 4, 5, 2)", Bytes(960))),
                HasSubstr("x_train is <f8 of shape (3, 4, 5, 2), expected uint8"));
    EXPECT_THAT(error_with(0, npy(">f4", "(3, 4)", Bytes(48))), HasSubstr("expected uint8"));
    EXPECT_THAT(error_with(0, npy("<f4", "(3, 0)", {})), HasSubstr("none of them 0"));
    EXPECT_EQ(error_with(0, npy("<f4", "(3, 4, 5, 2)", Bytes(480))),
              "x_test has samples of 4x5x2 u8, expected 4x5x2 f32 as in x_train");
    EXPECT_THAT(error_with(0, npy("|u1", "(3, 40)", noise(120))),
                HasSubstr("x_train is |u1 of shape (3, 40), expected uint8"));
    EXPECT_THAT(error_with(0, npy("|u1", "(0, 4, 5)", {})), HasSubstr("none of them 0"));
    EXPECT_EQ(error_with(0, npy("|u1", "(3, 4, 5, 2)", noise(120), "True")),
              "x_train: Fortran order, expected C order (numpy.ascontiguousarray)");
    EXPECT_EQ(error_with(0, npy("|u1", "(3, 4, 5, 2)", noise(119))),
              "x_train: 119 bytes of elements do not fit the shape (3, 4, 5, 2) of type |u1");
    EXPECT_THAT(error_with(0, npy("|u1", "(4294967296, 4294967296)", noise(8))),
                HasSubstr("do not fit the shape"));
    EXPECT_EQ(error_with(0, npy("|O", "(3,)", noise(24))),
              "x_train: elements of type |O, expected numbers");
    EXPECT_THAT(error_with(0, noise(200)), HasSubstr("x_train: no NumPy magic"));
    EXPECT_THAT(error_with(0, {}), HasSubstr("x_train: no NumPy magic"));
    members = original;
    EXPECT_EQ(error_with(3, npy("|u1", "(3,)", {1, 0, 1})),
              "y_test is |u1 of shape (3), expected integers of shape (2,), one an image");
    EXPECT_THAT(error_with(3, npy("<f8", "(2,)", Bytes(16))), HasSubstr("expected integers"));
    members = original;
    EXPECT_EQ(error_with(2, npy("|u1", "(2, 5, 4, 2)", noise(80))),
              "x_test has samples of 5x4x2 u8, expected 4x5x2 u8 as in x_train");
    members = original;
    members.pop_back();
    EXPECT_EQ(error(), "y_test is missing, expected x_train, y_train, x_test and y_test");
}

TEST_P(Npz, CutAnywhere) {
    const Bytes whole = zip(members, GetParam());
    for (std::size_t length = 0; length < whole.size(); length += 17) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_EQ(error(cut), "no end of a zip directory: truncated, or not an .npz (zip) file");
    }
    Bytes without_front(whole.begin() + 20, whole.end());
    EXPECT_NE(error(without_front), "");
}

TEST_P(Npz, ABitBroken) {
    // Each is noticed, or is one that means nothing here (time stamps, versions, attributes).
    const Bytes whole = zip(members, GetParam());
    const Dataset original = load(whole);
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 37) {
        Bytes broken = whole;
        broken[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        const std::string line = error_of([&] {
            const Dataset data = load(broken);
            EXPECT_EQ(pixels_of(data.train), pixels_of(original.train)) << "bit " << bit;
            EXPECT_EQ(pixels_of(data.test), pixels_of(original.test)) << "bit " << bit;
            EXPECT_EQ(labels_of(data.train), labels_of(original.train)) << "bit " << bit;
            EXPECT_EQ(labels_of(data.test), labels_of(original.test)) << "bit " << bit;
        });
        EXPECT_TRUE(line.empty() || line.starts_with(folder.path() + "/arrays.npz: ")) << line;
    }
}

TEST_P(Npz, ADataByteBroken) {
    Bytes whole = zip(members, GetParam());
    whole[30 + 11 + 20 + 150] ^= 1; // in x_train's elements: header, name, zip64 field
    EXPECT_THAT(error(whole), AnyOf(HasSubstr("x_train.npy: wrong CRC-32: corrupt"),
                                    HasSubstr("x_train.npy: corrupt deflate stream")));
}

TEST(NpzFile, NotThere) {
    const Folder folder;
    EXPECT_EQ(error_of([] { load_npz(""); }),
              "[data] path is empty, expected the .npz file for name = \"npz\"");
    EXPECT_THAT(error_of([&] { load_npz(folder.path()); }), HasSubstr("is a folder"));
    EXPECT_THAT(error_of([&] { load_npz(folder.path() + "/none.npz"); }),
                HasSubstr("/none.npz: cannot be opened"));
}

} // namespace
} // namespace fedmrn::test
