// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/tff.hpp"

#include <gmock/gmock.h>
#include <hdf5.h>

#include "fedmrn/images.hpp"
#include "set_files.hpp"
#include "tests/support/columns.hpp"

namespace fedmrn::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;
using Labels = std::vector<std::uint16_t>;
using Owners = std::vector<std::uint32_t>;
using Shape = std::vector<hsize_t>;

/// An HDF5 file that a test fills; complete when it goes.
class Writer {
public:
    explicit Writer(const std::string& path)
        : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {}
    ~Writer() { H5Fclose(file_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// deflated: in chunks, as gzip-compressed arrays are. Groups of the name are made.
    void put(const std::string& name, hid_t stored, hid_t given, const Shape& shape,
             const void* elements, bool deflated = false) const {
        const hid_t links = H5Pcreate(H5P_LINK_CREATE), layout = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        if (deflated) {
            H5Pset_chunk(layout, static_cast<int>(shape.size()), shape.data());
            H5Pset_deflate(layout, 6);
        }
        const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
        const hid_t array =
            H5Dcreate2(file_, name.c_str(), stored, space, links, layout, H5P_DEFAULT);
        ASSERT_GE(array, 0) << name;
        ASSERT_GE(H5Dwrite(array, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements), 0);
        H5Dclose(array);
        H5Sclose(space);
        H5Pclose(layout);
        H5Pclose(links);
    }
    /// An array of float that nothing was written to: it takes no place in the file.
    void announce(const std::string& name, const Shape& shape) const {
        const hid_t links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
        const hid_t array =
            H5Dcreate2(file_, name.c_str(), H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT);
        ASSERT_GE(array, 0) << name;
        H5Dclose(array);
        H5Sclose(space);
        H5Pclose(links);
    }
    void floats(const std::string& name, const Shape& shape, const std::vector<float>& v,
                bool deflated = false) const {
        put(name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, shape, v.data(), deflated);
    }
    void integers(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& v,
                  hid_t stored = H5T_STD_I32LE) const {
        put(name, stored, H5T_NATIVE_INT32, shape, v.data());
    }

private:
    hid_t file_;
};

constexpr std::size_t image = 784;

/// noise as TFF stores bytes: divided by 255, in single precision.
std::vector<float> scaled(const Bytes& bytes) {
    std::vector<float> values;
    for (const std::uint8_t b : bytes) {
        values.push_back(static_cast<float>(b) / 255);
    }
    return values;
}

class Tff : public testing::Test, protected SetFiles {
protected:
    Tff() {
        write("fed_emnist_train.h5", [](const Writer& file) {
            // Written in another order than that of their names.
            file.floats("/examples/f0002_41/pixels", {1, 28, 28}, scaled(noise(image)));
            file.integers("/examples/f0002_41/label", {1}, {61});
            file.floats("/examples/f0000_14/pixels", {2, 28, 28}, scaled(noise(2 * image)), true);
            file.integers("/examples/f0000_14/label", {2}, {0, 10});
            file.floats("/examples/f0001_00/pixels", {0, 28, 28}, {0}); // no samples
            file.integers("/examples/f0001_00/label", {0}, {0});
        });
        write_test([](const Writer& file) { good(file); });
    }
    static void good(const Writer& file) {
        file.floats("/examples/f0000_14/pixels", {1, 28, 28}, scaled(noise(image)));
        file.integers("/examples/f0000_14/label", {1}, {3});
    }
    template <class Fill> void write(const std::string& name, Fill&& fill) {
        path = folder.path() + "/" + name;
        const Writer file(path);
        fill(file);
    }
    template <class Fill> void write_test(Fill&& fill) { write("fed_emnist_test.h5", fill); }
    /// The line about the last file without its path.
    [[nodiscard]] std::string error() const {
        const std::string line = SetFiles::error("tff-emnist");
        EXPECT_TRUE(line.starts_with(path + ": ")) << line;
        return line.substr(std::min(line.size(), path.size() + 2));
    }
    template <class Fill> [[nodiscard]] std::string error_with(Fill&& fill) {
        write_test(fill);
        return error();
    }
};

TEST_F(Tff, ClientsAreSortedByTheirNames) {
    const Dataset data = load("tff-emnist");
    EXPECT_EQ(data.name, "tff-emnist");
    EXPECT_EQ(image_shape_of(data), (ImageShape{28, 28, 1}));
    EXPECT_EQ(data.classes(), 62U);
    EXPECT_EQ(labels_of(data.train), (Labels{0, 10, 61}));
    EXPECT_EQ(data.owners, (Owners{0, 0, 1}));
    Bytes pixels = noise(2 * image);
    const Bytes last = noise(image);
    pixels.insert(pixels.end(), last.begin(), last.end());
    EXPECT_EQ(pixels_of(data.train), pixels);
    EXPECT_EQ(labels_of(data.test), (Labels{3}));
    EXPECT_EQ(pixels_of(data.test), last);
    EXPECT_EQ(data.test_owners, (Owners{0}));
    EXPECT_EQ(mean_of(data.train).size(), 1U);
}

TEST_F(Tff, DigitsHaveTheirOwnFilesAndClasses) {
    for (const char* name : {"fed_emnist_digitsonly_train.h5", "fed_emnist_digitsonly_test.h5"}) {
        write(name, [](const Writer& file) { good(file); });
    }
    const Dataset data = load("tff-emnist-digits");
    EXPECT_EQ(data.name, "tff-emnist-digits");
    EXPECT_EQ(data.classes(), 10U);
    EXPECT_EQ(labels_of(data.train), (Labels{3}));
    write("fed_emnist_digitsonly_test.h5", [](const Writer& file) {
        file.floats("/examples/a/pixels", {1, 28, 28}, scaled(noise(image)));
        file.integers("/examples/a/label", {1}, {10});
    });
    EXPECT_EQ(SetFiles::error("tff-emnist-digits"),
              path + ": /examples/a/label: label 10 of image 0, expected 0 to 9");
}

TEST_F(Tff, Cifar100IsBytesOfThreeChannels) {
    const std::size_t size = std::size_t{32} * 32 * 3;
    for (const char* name : {"fed_cifar100_train.h5", "fed_cifar100_test.h5"}) {
        write(name, [&](const Writer& file) {
            file.put("/examples/7/image", H5T_STD_U8LE, H5T_NATIVE_UINT8, {2, 32, 32, 3},
                     noise(2 * size).data());
            file.integers("/examples/7/label", {2, 1}, {99, 0}, H5T_STD_I64LE);
            file.integers("/examples/7/coarse_label", {2, 1}, {19, 0}, H5T_STD_I64LE);
        });
    }
    const Dataset data = load("tff-cifar-100");
    EXPECT_EQ(image_shape_of(data), (ImageShape{32, 32, 3}));
    EXPECT_EQ(data.classes(), 100U);
    EXPECT_EQ(pixels_of(data.train), noise(2 * size));
    EXPECT_EQ(labels_of(data.train), (Labels{99, 0}));
    EXPECT_EQ(mean_of(data.train).size(), 3U);
}

TEST_F(Tff, NumbersOfOtherWidths) {
    write_test([](const Writer& file) {
        const std::vector<float> pixels = scaled(noise(image));
        file.put("/examples/a/pixels", H5T_IEEE_F64BE, H5T_NATIVE_FLOAT, {1, 28, 28},
                 pixels.data());
        file.integers("/examples/a/label", {1, 1}, {7}, H5T_STD_U8LE);
    });
    const Dataset data = load("tff-emnist");
    EXPECT_EQ(pixels_of(data.test), noise(image));
    EXPECT_EQ(labels_of(data.test), (Labels{7}));
}

TEST_F(Tff, WrongArrays) {
    const std::vector<float> grey(3 * image, 0.5F);
    const auto with = [&](const Shape& pixels, const Shape& labels, std::int32_t label = 0) {
        return error_with([&](const Writer& file) {
            file.floats("/examples/a/pixels", pixels, grey);
            file.integers("/examples/a/label", labels, {0, label, 0, 0});
        });
    };
    EXPECT_EQ(with({2, 784}, {2}),
              "/examples/a/pixels: float of 2 × 784, expected float of samples × 28 × 28");
    EXPECT_EQ(with({2, 28, 27}, {2}),
              "/examples/a/pixels: float of 2 × 28 × 27, expected float of samples × 28 × 28");
    EXPECT_EQ(with({}, {2}),
              "/examples/a/pixels: float of one element, expected float of samples × 28 × 28");
    EXPECT_EQ(with({2, 28, 28}, {3}),
              "/examples/a/label: integers of 3, expected integers of 2, one an image");
    EXPECT_EQ(with({2, 28, 28}, {2, 2}),
              "/examples/a/label: integers of 2 × 2, expected integers of 2, one an image");
    EXPECT_EQ(with({2, 28, 28}, {2}, 62),
              "/examples/a/label: label 62 of image 1, expected 0 to 61");
    EXPECT_EQ(with({2, 28, 28}, {2}, -1),
              "/examples/a/label: label -1 of image 1, expected 0 to 61");
    EXPECT_EQ(
        error_with([&](const Writer& file) {
            file.integers("/examples/a/pixels", {1, 28, 28}, std::vector<std::int32_t>(image));
        }),
        "/examples/a/pixels: integers of 1 × 28 × 28, expected float of samples × 28 × 28");
    EXPECT_EQ(error_with([&](const Writer& file) {
                  file.floats("/examples/a/pixels", {1, 28, 28}, grey);
                  file.floats("/examples/a/label", {1}, grey);
              }),
              "/examples/a/label: float of 1, expected integers of 1, one an image");
}

TEST_F(Tff, PixelsOutOfRange) {
    for (const auto& [value, text] :
         {std::pair{1.5F, "1.5"}, {-0.25F, "-0.25"}, {std::nanf(""), "nan"}}) {
        std::vector<float> pixels(2 * image, 1);
        pixels[image + 5] = value;
        EXPECT_EQ(error_with([&](const Writer& file) {
                      file.floats("/examples/a/pixels", {2, 28, 28}, pixels);
                      file.integers("/examples/a/label", {2}, {0, 0});
                  }),
                  std::string("/examples/a/pixels: ") + text + " in image 1, expected 0 to 1");
    }
}

TEST_F(Tff, MissingParts) {
    EXPECT_EQ(error_with([](const Writer& file) { file.integers("/label", {1}, {0}); }),
              "no group /examples");
    EXPECT_EQ(error_with([](const Writer& file) { file.integers("/examples", {1}, {0}); }),
              "no group /examples");
    EXPECT_EQ(error_with([](const Writer& file) { file.integers("/examples/a/label", {1}, {0}); }),
              "/examples/a/pixels: no array of this name");
    EXPECT_EQ(error_with([](const Writer& file) {
                  file.floats("/examples/a/pixels", {1, 28, 28}, scaled(noise(image)));
              }),
              "/examples/a/label: no array of this name");
    EXPECT_EQ(error_with([](const Writer& file) {
                  file.floats("/examples/a/pixels", {0, 28, 28}, {0});
                  file.integers("/examples/a/label", {0}, {0});
              }),
              "no samples in /examples");
}

TEST_F(Tff, MoreAnnouncedThanTheFileHolds) {
    for (const hsize_t samples : {hsize_t{1}, hsize_t{1} << 40}) {
        EXPECT_EQ(error_with([&](const Writer& file) {
                      file.announce("/examples/a/pixels", {samples, 28, 28});
                  }),
                  "/examples/a/pixels: announces more elements than the file can hold: corrupt");
    }
}

TEST_F(Tff, CutAnywhere) {
    const Bytes whole = read_bytes(path);
    testing::internal::CaptureStderr();
    for (std::size_t length = 0; length < whole.size(); length += length < 16 ? 1 : 199) {
        put("fed_emnist_test.h5", cut(whole, length));
        EXPECT_EQ(error(), length < 8 ? "not an HDF5 file"
                                      : "cannot be opened as HDF5: truncated or corrupt");
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), ""); // no stack of HDF5's
}

TEST_F(Tff, ABitBroken) {
    // HDF5 has no checksum of this layout's parts: a bit may be another pixel, or a line that says
    // what is wrong, but no other number of samples.
    const Bytes whole = read_bytes(path);
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 487) {
        put("fed_emnist_test.h5", flipped(whole, bit));
        const std::string line = error_of([&] {
            const Dataset data = load("tff-emnist");
            EXPECT_EQ(data.test.samples(), 1U);
            ASSERT_EQ(pixels_of(data.test).size(), image);
        });
        EXPECT_TRUE(line.empty() || line.starts_with(path + ": ")) << line;
    }
}

TEST_F(Tff, OtherFiles) {
    put("fed_emnist_test.h5", noise(3000));
    EXPECT_EQ(error(), "not an HDF5 file");
    write_test([](const Writer& file) { good(file); });
    put("fed_emnist_test.h5", gzip(read_bytes(path)));
    EXPECT_EQ(error(), "is gzipped, expected the HDF5 file unpacked");
    std::filesystem::remove(path);
    EXPECT_EQ(SetFiles::error("tff-emnist"),
              folder.path() + ": no fed_emnist_test.h5 in this folder, expected all files of the "
                              "TensorFlow Federated data set fed_emnist.tar.bz2");
    EXPECT_THAT(SetFiles::error("tff-emnist-digits"),
                StartsWith("tff-emnist-digits: no fed_emnist_digitsonly_train.h5 in "));
}

TEST_F(Tff, HostsOwnErrorsStillPrint) {
    // A program that links fedmrn and uses HDF5 keeps what it had set.
    static_cast<void>(load("tff-emnist"));
    H5E_auto2_t print = nullptr;
    void* data = nullptr;
    H5Eget_auto2(H5E_DEFAULT, &print, &data);
    EXPECT_NE(print, nullptr);
}

} // namespace
} // namespace fedmrn::test
