// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/svhn.hpp"

#include <gmock/gmock.h>
#include <matio.h>

#include "fedmrn/images.hpp"
#include "set_files.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using Labels = std::vector<std::uint16_t>;

constexpr std::size_t side = 32, plane = side * side, image = 3 * plane;

/// What a test can change of a file that is otherwise as published: X and y, both of uint8.
struct Published {
    std::vector<std::size_t> x_shape, y_shape;
    Bytes x;
    std::vector<double> y;
    const char* x_name = "X";
    matio_classes x_class = MAT_C_UINT8, y_class = MAT_C_UINT8;

    Published(std::size_t samples, std::vector<double> labels)
        : x_shape{side, side, 3, samples}, y_shape{samples, 1}, x(noise(samples * image)),
          y(std::move(labels)) {}
};

void write(mat_t* file, const char* name, matio_classes kind, std::vector<std::size_t> shape,
           const void* data, matio_compression compression) {
    const matio_types type = kind == MAT_C_DOUBLE ? MAT_T_DOUBLE
                             : kind == MAT_C_INT8 ? MAT_T_INT8
                                                  : MAT_T_UINT8;
    matvar_t* variable = Mat_VarCreate(name, kind, type, static_cast<int>(shape.size()),
                                       shape.data(), const_cast<void*>(data), 0);
    ASSERT_NE(variable, nullptr);
    ASSERT_EQ(Mat_VarWrite(file, variable, compression), 0);
    Mat_VarFree(variable);
}

/// Every test runs on plain files and on compressed ones, as the published are.
class Svhn : public testing::TestWithParam<matio_compression>, protected SetFiles {
protected:
    Svhn() {
        put("train_32x32.mat", train);
        put("test_32x32.mat", test);
    }
    using SetFiles::put;
    void put(const std::string& name, const Published& content, mat_ft version = MAT_FT_MAT5) {
        path = folder.path() + "/" + name;
        mat_t* file = Mat_CreateVer(path.c_str(), nullptr, version);
        write(file, content.x_name, content.x_class, content.x_shape, content.x.data(), GetParam());
        const Bytes bytes(content.y.begin(), content.y.end());
        write(file, "y", content.y_class, content.y_shape,
              content.y_class == MAT_C_DOUBLE ? static_cast<const void*>(content.y.data())
                                              : bytes.data(),
              GetParam());
        Mat_Close(file);
    }
    [[nodiscard]] Dataset load() const { return SetFiles::load("svhn"); }
    /// The line about the last file without its path.
    [[nodiscard]] std::string error() const {
        const std::string line = SetFiles::error("svhn");
        EXPECT_TRUE(line.starts_with(path + ": ")) << line;
        return line.substr(std::min(line.size(), path.size() + 2));
    }
    [[nodiscard]] std::string error_with(const Published& content) {
        put("test_32x32.mat", content);
        return error();
    }
    Published train{3, {1, 10, 9}}, test{2, {10, 5}};
};
INSTANTIATE_TEST_SUITE_P(Files, Svhn, testing::Values(MAT_COMPRESSION_NONE, MAT_COMPRESSION_ZLIB),
                         [](const auto& tested) {
                             return tested.param == MAT_COMPRESSION_NONE ? "plain" : "compressed";
                         });

TEST_P(Svhn, ReadsBothFiles) {
    const Dataset data = load();
    EXPECT_EQ(data.name, "svhn");
    EXPECT_EQ(image_shape_of(data), (ImageShape{32, 32, 3}));
    EXPECT_EQ(data.classes(), 10U);
    EXPECT_EQ(labels_of(data.train), (Labels{1, 0, 9}));
    EXPECT_EQ(labels_of(data.test), (Labels{0, 5}));
    EXPECT_TRUE(data.owners.empty());
    ASSERT_EQ(pixels_of(data.train).size(), 3 * image);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t row = 0; row < side; ++row) {
            for (std::size_t column = 0; column < side; ++column) {
                for (std::size_t c = 0; c < 3; ++c) {
                    ASSERT_EQ(pixels_of(data.train)[i * image + 3 * (side * row + column) + c],
                              train.x[row + side * (column + side * (c + 3 * i))]);
                }
            }
        }
    }
    EXPECT_EQ(mean_of(data.train), (std::vector<float>(3, 0.4496F)));
    EXPECT_EQ(deviation_of(data.train), (std::vector<float>(3, 0.1995F)));
    EXPECT_EQ(mean_of(data.test), (std::vector<float>(3, 0.4560F)));
    EXPECT_EQ(deviation_of(data.test), (std::vector<float>(3, 0.2244F)));
}

TEST_P(Svhn, LabelsMayBeDoubles) {
    train.y_class = MAT_C_DOUBLE;
    put("train_32x32.mat", train);
    EXPECT_EQ(labels_of(load().train), (Labels{1, 0, 9}));
    train.y[1] = 2.5;
    put("train_32x32.mat", train);
    EXPECT_EQ(error(), "label 2.5 of sample 1, expected a digit in 1 … 10");
}

TEST_P(Svhn, LabelsOutOfRange) {
    for (const double label : {0.0, 11.0, 255.0}) {
        test.y[1] = label;
        EXPECT_EQ(error_with(test), "label " + std::to_string(static_cast<int>(label)) +
                                        " of sample 1, expected a digit in 1 … 10");
    }
}

TEST_P(Svhn, WrongArrays) {
    const Published original = test;
    test.x_shape = {side, side, 6, 1};
    EXPECT_EQ(error_with(test), "X is 32 × 32 × 6 × 1, expected 32 × 32 × 3 × samples");
    test.x_shape = {side, 3 * side, 2};
    test.x.resize(2 * image);
    EXPECT_THAT(error_with(test), HasSubstr("X is 32 × 96 × 2, expected"));
    test = original;
    test.x_class = MAT_C_INT8;
    EXPECT_EQ(error_with(test), "X is of another class, expected real and of uint8");
    test = original;
    test.x_name = "Z";
    EXPECT_EQ(error_with(test), "no array X, expected X and y");
    test = original;
    test.y_shape = {1, 2};
    EXPECT_EQ(error_with(test), "y is 1 × 2, expected 2 × 1, one an image");
    test.y_shape = {3, 1};
    test.y.push_back(1);
    EXPECT_EQ(error_with(test), "y is 3 × 1, expected 2 × 1, one an image");
    test.y_class = MAT_C_INT8;
    EXPECT_EQ(error_with(test), "y is of another class, expected real and of uint8 or double");
}

TEST_P(Svhn, CutAnywhere) {
    const Bytes whole = read_bytes(path);
    for (std::size_t length = 0; length < whole.size(); length += length < 400 ? 3 : 397) {
        put("test_32x32.mat", cut(whole, length));
        // Between its elements it is a shorter file: without X, or without y.
        EXPECT_THAT(error(), MatchesRegex(length < 128 ? "[0-9]+ bytes, expected a MATLAB file: "
                                                         "truncated[?]"
                                                       : "(truncated.*)|(no array [Xy], .*)"))
            << length;
    }
    put("test_32x32.mat", cut(whole, whole.size() - 1));
    EXPECT_THAT(error(), HasSubstr("truncated: 1 bytes of the element at byte "));
}

constexpr std::size_t header = 128; // bytes before the first element

/// A file of one compressed element.
Bytes with_element(const Bytes& front, const Bytes& stream) {
    Bytes bytes = cut(front, header);
    for (const std::size_t value : {std::size_t{15}, stream.size()}) {
        for (int shift = 0; shift < 32; shift += 8) {
            bytes.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    }
    bytes.insert(bytes.end(), stream.begin(), stream.end());
    return bytes;
}

Bytes deflated(const Bytes& plain) {
    uLongf length = compressBound(plain.size());
    Bytes packed(length);
    compress(packed.data(), &length, plain.data(), plain.size());
    return cut(packed, length);
}

TEST(SvhnElement, MoreAnnouncedThanTheFileHolds) {
    // The last dimension is 2^28 in place of 2, once beside the elements and once in a sound
    // stream.
    const Folder folder;
    const std::string path = folder.path() + "/train_32x32.mat";
    const Published content{2, {1, 2}};
    mat_t* file = Mat_CreateVer(path.c_str(), nullptr, MAT_FT_MAT5);
    write(file, "X", MAT_C_UINT8, content.x_shape, content.x.data(), MAT_COMPRESSION_NONE);
    Mat_Close(file);
    Bytes whole = read_bytes(path);
    constexpr std::size_t last_byte_of_extent = header + 8 + 16 + 8 + 15;
    whole[last_byte_of_extent] = 0x10;
    const auto error = [&](const Bytes& bytes) {
        static_cast<void>(folder.write("test_32x32.mat", {}));
        static_cast<void>(folder.write("train_32x32.mat", bytes));
        return error_of([&] { load_svhn(folder.path()); });
    };
    EXPECT_EQ(error(whole), path + ": corrupt: elements that do not fit the dimensions in the "
                                   "element at byte 128");
    const Bytes element(whole.begin() + header, whole.end());
    const Bytes stream = deflated(element);
    EXPECT_EQ(error(with_element(whole, stream)),
              path + ": X announces more elements than the file can hold: corrupt");
    EXPECT_EQ(error(with_element(whole, cut(stream, stream.size() - 3))),
              path + ": corrupt: a bad zlib stream in the element at byte 128");
    Bytes longer = stream;
    longer.push_back(0);
    EXPECT_EQ(error(with_element(whole, longer)),
              path + ": corrupt: a bad zlib stream in the element at byte 128");
}

TEST_P(Svhn, ABitBroken) {
    // What is compressed has a checksum. What is not has none: a bit of it may be another pixel,
    // but never another number of them, and never memory that nothing wrote.
    const Bytes whole = read_bytes(path);
    const Dataset original = load();
    testing::internal::CaptureStderr();
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += bit < 8 * 260 ? 5 : 997) {
        put("test_32x32.mat", flipped(whole, bit));
        const std::string line = error_of([&] {
            const Dataset data = load();
            ASSERT_EQ(pixels_of(data.test).size(), 2 * image);
            std::size_t different = 0;
            for (std::size_t i = 0; i < 2 * image; ++i) {
                different += pixels_of(data.test)[i] != pixels_of(original.test)[i];
            }
            EXPECT_LE(different, GetParam() == MAT_COMPRESSION_NONE ? 1U : 0U) << "bit " << bit;
        });
        EXPECT_TRUE(line.empty() || line.starts_with(path + ": ")) << line;
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_P(Svhn, OtherFiles) {
    put("test_32x32.mat", gzip(read_bytes(path)));
    EXPECT_EQ(error(), "is gzipped, expected the MATLAB file unpacked");
    put("test_32x32.mat", noise(1000));
    EXPECT_EQ(error(), "not a MATLAB file of level 5, little-endian");
    put("test_32x32.mat", test, MAT_FT_MAT73);
    EXPECT_EQ(error(), "a MATLAB file of version 7.3, expected level 5 (save with -v7)");
    std::filesystem::remove(path);
    EXPECT_EQ(SetFiles::error("svhn"),
              folder.path() + ": no test_32x32.mat in this folder, expected all files of the "
                              "Street View House Numbers, format 2 "
                              "(ufldl.stanford.edu/housenumbers)");
    EXPECT_THAT(error_of([&] { load_svhn(path); }), HasSubstr("svhn: no train_32x32.mat in "));
}

} // namespace
} // namespace fedmrn::test
