// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/leaf.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

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

/// 784 numbers as Python's json.dump writes bytes / 255: 1.0, 0.9921568627450981, …
std::string image(std::uint8_t first, std::size_t numbers = 784) {
    std::string text;
    for (std::size_t i = 0; i < numbers; ++i) {
        const double value = static_cast<std::uint8_t>(first + i) / 255.0;
        text += fmt::format("{}{}", i == 0 ? "" : ", ",
                            value == 0 || value == 1 ? fmt::format("{:.1f}", value)
                                                     : fmt::format("{}", value));
    }
    return "[" + text + "]";
}

Bytes bytes_of(std::uint8_t first) {
    Bytes bytes(784);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(first + i);
    }
    return bytes;
}

/// A file as LEAF writes it. user_data: "name": {"x": […], "y": […]}, …
std::string leaf(const std::string& users, const std::string& counts,
                 const std::string& user_data) {
    return fmt::format(R"({{"users": [{}], "num_samples": [{}], "user_data": {{{}}}}})", users,
                       counts, user_data);
}

std::string user(const std::string& name, const std::string& x, const std::string& y) {
    return fmt::format(R"("{}": {{"x": [{}], "y": [{}]}})", name, x, y);
}

class Leaf : public testing::Test, protected SetFiles {
protected:
    /// The line about the last file without its path.
    [[nodiscard]] std::string error(const std::string& set) const {
        const std::string line = SetFiles::error(set);
        EXPECT_TRUE(line.starts_with(path + ": ")) << line;
        return line.substr(std::min(line.size(), path.size() + 2));
    }
};

class LeafFemnist : public Leaf {
protected:
    LeafFemnist() {
        // "users" decides the order, not user_data; one of them has no training samples.
        put("train/all_data_10_niid_0_keep_0_train_9.json",
            leaf(R"("f0004_10")", "1", user("f0004_10", image(40), "61")));
        put("train/all_data_1_niid_0_keep_0_train_9.json.gz",
            gzip(as_bytes(leaf(R"("f0001_41", "f0002_00", "f0000_14")", "2, 0, 1",
                               user("f0000_14", image(30), "36") + ", " + user("f0002_00", "", "") +
                                   ", " +
                                   user("f0001_41", image(10) + ", " + image(20), "0, 10")))));
        put("train/notes.txt", std::string("not JSON"));
        put("test/all_data_1_niid_0_keep_0_test_9.json",
            leaf(R"("f0001_41")", "1", user("f0001_41", image(50), "5")));
    }
    static Bytes as_bytes(const std::string& text) { return {text.begin(), text.end()}; }
    [[nodiscard]] std::string error_with(const std::string& file) {
        put("test/all_data_1_niid_0_keep_0_test_9.json", file);
        return error("leaf-femnist");
    }
};

TEST_F(LeafFemnist, ReadsTheFilesInTheirOrder) {
    const Dataset data = load("leaf-femnist");
    EXPECT_EQ(data.name, "leaf-femnist");
    EXPECT_EQ(image_shape_of(data), (ImageShape{28, 28, 1}));
    EXPECT_EQ(data.classes(), 62U);
    // "all_data_10…" sorts before "all_data_1_…".
    EXPECT_EQ(labels_of(data.train), (Labels{61, 0, 10, 36}));
    EXPECT_EQ(data.owners, (Owners{0, 1, 1, 2}));
    Bytes pixels;
    for (const std::uint8_t first : Bytes{40, 10, 20, 30}) {
        const Bytes next = bytes_of(first);
        pixels.insert(pixels.end(), next.begin(), next.end());
    }
    EXPECT_EQ(pixels_of(data.train), pixels);
    EXPECT_EQ(pixels_of(data.test), bytes_of(50));
    EXPECT_EQ(labels_of(data.test), (Labels{5}));
    EXPECT_EQ(data.test_owners, (Owners{1}));
    EXPECT_EQ(mean_of(data.train).size(), 1U);
    EXPECT_EQ(deviation_of(data.test).size(), 1U);
}

/// macOS puts a "._name" beside every file of an archive.
TEST_F(LeafFemnist, HiddenFilesArePassedOver) {
    put("train/._all_data_1_niid_0_keep_0_train_9.json", std::string("\0\5\26\7", 4));
    put("test/.DS_Store.json", std::string("rubbish"));
    EXPECT_EQ(labels_of(load("leaf-femnist").train), (Labels{61, 0, 10, 36}));
}

/// f0002_00 and "new" have test samples alone: they stay in the test set as nobody's.
TEST_F(LeafFemnist, TestSamplesAreTheirUsers) {
    put("test/all_data_1_niid_0_keep_0_test_9.json",
        leaf(R"("f0002_00", "f0000_14", "new")", "1, 2, 1",
             user("f0002_00", image(1), "1") + ", " + user("new", image(4), "4") + ", " +
                 user("f0000_14", image(2) + ", " + image(3), "2, 3")));
    const Dataset data = load("leaf-femnist");
    EXPECT_EQ(labels_of(data.test), (Labels{1, 2, 3, 4}));
    EXPECT_EQ(data.test_owners, (Owners{no_owner, 2, 2, no_owner}));
}

TEST_F(LeafFemnist, KeysInAnyOrderAndOtherOnes) {
    put("test/all_data_1_niid_0_keep_0_test_9.json",
        R"({"user_data": {"b": {"y": [7], "raw": {"x": [[1]], "y": "t"}, "x": [)" + image(9) +
            R"(]}, "left out": {"x": [], "y": []}}, "hierarchies": ["users", [1, {"x": null}]],)" +
            R"( "num_samples": [1], "version": true, "users": ["b"]})");
    const Dataset data = load("leaf-femnist");
    EXPECT_EQ(labels_of(data.test), (Labels{7}));
    EXPECT_EQ(pixels_of(data.test), bytes_of(9));
}

TEST_F(LeafFemnist, PixelsAreTheNearestByte) {
    std::string pixels = "[0.99607, 0.001, 0.5, 1, 0";
    for (int i = 5; i < 784; ++i) {
        pixels += ", 0";
    }
    put("test/all_data_1_niid_0_keep_0_test_9.json",
        leaf(R"("a")", "1", user("a", pixels + "]", "5")));
    EXPECT_EQ(cut(pixels_of(load("leaf-femnist").test), 5), (Bytes{254, 0, 128, 255, 0}));
}

TEST_F(LeafFemnist, InLeafsOwnFolder) {
    const Folder outer;
    std::filesystem::rename(folder.path(), outer.path() + "/data");
    EXPECT_EQ(load_leaf_femnist(outer.path()).train.samples(), 4U);
}

TEST_F(LeafFemnist, WrongSamples) {
    const auto with = [&](const std::string& x, const std::string& y) {
        return error_with(leaf(R"("a\n b")", "1", user(R"(a\n b)", x, y)));
    };
    EXPECT_EQ(with(image(0, 783), "5"), "user a? b: x 0 has 783 numbers, expected 784");
    EXPECT_EQ(with(image(0) + "," + image(0, 785), "5"),
              "user a? b: x 1 has 785 numbers, expected 784");
    EXPECT_EQ(with("[0.5, 1.5]", "5"),
              "user a? b: x 0 has 1.5 in it, expected 784 numbers in 0 … 1");
    EXPECT_EQ(with("[0.5, -1]", "5"), "user a? b: x 0 has -1 in it, expected 784 numbers in 0 … 1");
    EXPECT_EQ(with("[0.5, null]", "5"),
              "user a? b: x 0 has null in it, expected 784 numbers in 0 … 1");
    EXPECT_EQ(with("[[0.5]]", "5"),
              "user a? b: x 0 has a list in it, expected 784 numbers in 0 … 1");
    EXPECT_EQ(with(R"("letters")", "5"), "user a? b: x 0 is a string, expected a list of 784 "
                                         "numbers");
    EXPECT_EQ(with("0.5", "5"), "user a? b: x 0 is 0.5, expected a list of 784 numbers");
    for (const char* label : {"62", "-1", "2.5", "1e300"}) {
        EXPECT_THAT(with(image(0), label), AnyOf(StartsWith("user a? b: y 0 is ")));
        EXPECT_THAT(with(image(0), label), HasSubstr(", expected a class in 0 … 61"));
    }
    EXPECT_EQ(with(image(0), R"("5")"), "user a? b: y 0 is a string, expected a class in 0 … 61");
    EXPECT_EQ(with(image(0), "[5]"), "user a? b: y 0 is a list, expected a class in 0 … 61");
}

TEST_F(LeafFemnist, CountsThatDisagree) {
    const std::string expected = " num_samples, expected as many of each";
    EXPECT_EQ(error_with(leaf(R"("a")", "2", user("a", image(0), "5"))),
              "user a has 1 x, 1 y and 2" + expected);
    EXPECT_EQ(error_with(leaf(R"("a")", "1", user("a", image(0), "5, 6"))),
              "user a has 1 x, 2 y and 1" + expected);
    EXPECT_EQ(error_with(leaf(R"("a")", "1", user("a", "", "5"))),
              "user a has 0 x, 1 y and 1" + expected);
    EXPECT_EQ(error_with(leaf(R"("a")", "1, 1", user("a", image(0), "5"))),
              "2 num_samples, expected 1, one of each of users");
    EXPECT_EQ(error_with(leaf(R"("a", "b")", "1, 1", user("a", image(0), "5"))),
              "no user b in user_data, expected each of users");
    EXPECT_EQ(error_with(leaf("", "", user("a", image(0), "5"))),
              "user_data has samples of a user who is not in users, or is twice");
    EXPECT_EQ(error_with(leaf(R"("a", "a")", "1, 1", user("a", image(0), "5"))),
              "user_data has samples of a user who is not in users, or is twice");
    EXPECT_EQ(
        error_with(leaf(R"("a")", "1", user("a", image(0), "5") + "," + user("a", image(0), "5"))),
        "user a twice in user_data, expected once");
    EXPECT_EQ(error_with(leaf(R"("a")", "0.5", user("a", image(0), "5"))),
              "num_samples has 0.5 in it, expected whole numbers");
}

TEST_F(LeafFemnist, AUserInTwoFiles) {
    put("train/b.json", leaf(R"("f0001_41")", "1", user("f0001_41", image(10), "1")));
    EXPECT_EQ(error("leaf-femnist"), "a user who was named before, in it or in another file of "
                                     "the folder, expected each once");
}

TEST_F(LeafFemnist, OtherJson) {
    EXPECT_EQ(error_with("[]"), "a list at the top, expected LEAF's object of users, num_samples "
                                "and user_data");
    EXPECT_EQ(error_with("3"), "3 at the top, expected LEAF's object of users, num_samples and "
                               "user_data");
    EXPECT_EQ(error_with("{}"), "no users, expected LEAF's users, num_samples and user_data");
    EXPECT_EQ(error_with(R"({"users": ["a"], "user_data": {}})"),
              "no num_samples, expected LEAF's users, num_samples and user_data");
    EXPECT_EQ(error_with(R"({"users": [], "num_samples": []})"),
              "no user_data, expected LEAF's users, num_samples and user_data");
    EXPECT_EQ(error_with(R"({"users": "a"})"), "users is a string, expected a list");
    EXPECT_EQ(error_with(R"({"users": [1]})"), "users has 1 in it, expected the users' names");
    EXPECT_EQ(error_with(R"({"user_data": []})"), "user_data is a list, expected an object of "
                                                  "users");
    EXPECT_EQ(error_with(R"({"user_data": {"a": [1]}})"),
              "user a is a list, expected an object of x and y");
    EXPECT_EQ(error_with(R"({"user_data": {"a": {"x": {}}}})"),
              "user a: x is an object, expected a list");
    EXPECT_EQ(error_with(R"({"user_data": {")" + std::string(50, 'n') + R"(": 1}})"),
              "user " + std::string(40, 'n') + "… is 1, expected an object of x and y");
}

TEST_F(LeafFemnist, NotJson) {
    EXPECT_EQ(error_with(R"({"users": nan})"),
              "not JSON from byte 12 on, expected a file of LEAF's");
    EXPECT_EQ(error_with(leaf(R"("a")", "0", user("a", "", "")) + "}"),
              "not JSON from byte 77 on, expected a file of LEAF's");
    EXPECT_EQ(error_with("\x89HDF"), "not JSON from byte 1 on, expected a file of LEAF's");
    EXPECT_EQ(error_with(std::string("{\"users\": [\"\xff\"]}")),
              "not JSON from byte 13 on, expected a file of LEAF's");
}

TEST_F(LeafFemnist, CutAnywhere) {
    const std::string whole = leaf(R"("a")", "1", user("a", image(0), "5"));
    for (std::size_t length = 0; length < whole.size(); length += length < 80 ? 1 : 113) {
        EXPECT_EQ(error_with(whole.substr(0, length)), "truncated: the JSON ends in its middle")
            << length;
    }
    const Bytes packed = gzip(as_bytes(whole));
    std::filesystem::remove(path);
    put("test/a.json.gz", cut(packed, packed.size() / 2));
    EXPECT_EQ(error("leaf-femnist"), "truncated: the gzip stream ends in its middle");
}

TEST_F(LeafFemnist, NoFiles) {
    std::filesystem::remove(path);
    EXPECT_EQ(SetFiles::error("leaf-femnist"),
              folder.path() + "/test: no .json[.gz] in this folder, expected those of LEAF's "
                              "preprocess.sh");
    put("test/a.json", leaf("", "", ""));
    EXPECT_EQ(SetFiles::error("leaf-femnist"),
              folder.path() + "/test: no samples in the files of this folder");
    std::filesystem::remove_all(folder.path() + "/test");
    EXPECT_THAT(SetFiles::error("leaf-femnist"), StartsWith(folder.path() + ": no test/ in this"));
    std::filesystem::remove_all(folder.path() + "/train");
    EXPECT_EQ(SetFiles::error("leaf-femnist"),
              "leaf-femnist: no train/ in " + folder.path() +
                  "; expected the files of the LEAF benchmark (leaf.cmu.edu), train/*.json and "
                  "test/*.json, or another [data] path");
}

class LeafShakespeare : public Leaf {
protected:
    static constexpr const char* alphabet =
        R"(\n !\"&'(),-.0123456789:;>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]abcdefghijklmnopqrstuvwxyz})";
    LeafShakespeare() {
        put("train/all_data_niid_0_keep_0_train_9.json",
            leaf(R"("THE_TEMPEST_ARIEL")", "2",
                 user("THE_TEMPEST_ARIEL", quoted(alphabet) + "," + quoted(spaces(79) + "A"),
                      R"("}", "\n")")));
        put_test(quoted(spaces(80)), quoted("a"));
    }
    static std::string quoted(const std::string& text) { return "\"" + text + "\""; }
    static std::string spaces(std::size_t n) { return std::string(n, ' '); }
    void put_test(const std::string& x, const std::string& y) {
        put("test/all_data_niid_0_keep_0_test_9.json", leaf(R"("P")", "1", user("P", x, y)));
    }
    [[nodiscard]] std::string error_with(const std::string& x, const std::string& y) {
        put_test(x, y);
        return error("leaf-shakespeare");
    }
};

TEST_F(LeafShakespeare, LettersAreTokens) {
    const Dataset data = load("leaf-shakespeare");
    EXPECT_EQ(data.name, "leaf-shakespeare");
    EXPECT_EQ(image_shape_of(data), (ImageShape{1, 80, 1}));
    EXPECT_EQ(data.classes(), 80U);
    ASSERT_EQ(pixels_of(data.train).size(), 160U);
    for (std::size_t i = 0; i < 80; ++i) {
        EXPECT_EQ(pixels_of(data.train)[i], i);
    }
    EXPECT_EQ(pixels_of(data.train)[80], 1U);   // a space
    EXPECT_EQ(pixels_of(data.train)[159], 25U); // an A
    EXPECT_EQ(labels_of(data.train), (Labels{79, 0}));
    EXPECT_EQ(data.owners, (Owners{0, 0}));
    EXPECT_EQ(labels_of(data.test), (Labels{53}));
}

TEST_F(LeafShakespeare, WrongSamples) {
    const std::string good = quoted(spaces(80));
    EXPECT_EQ(error_with(quoted(spaces(79)), quoted("a")),
              "user P: x 0 is a string of 79 bytes, expected a string of 80 letters");
    EXPECT_EQ(error_with(quoted(spaces(79) + "é"), quoted("a")),
              "user P: x 0 is a string of 81 bytes, expected a string of 80 letters");
    EXPECT_EQ(error_with(good + "," + quoted(spaces(79) + "~"), quoted("a")),
              "user P: x 1 has the byte 0x7e in it, expected LEAF's 80 letters");
    EXPECT_EQ(error_with("[1]", quoted("a")),
              "user P: x 0 is a list, expected a string of 80 letters");
    EXPECT_EQ(error_with("1", quoted("a")), "user P: x 0 is 1, expected a string of 80 letters");
    EXPECT_EQ(error_with(good, quoted("*")),
              "user P: y 0 has the byte 0x2a in it, expected LEAF's 80 letters");
    EXPECT_EQ(error_with(good, quoted("")),
              "user P: y 0 is a string of 0 bytes, expected a string of one letter");
    EXPECT_EQ(error_with(good, "5"), "user P: y 0 is 5, expected a string of one letter");
    EXPECT_EQ(error_with(good + "," + good, quoted("a")),
              "user P has 2 x, 1 y and 1 num_samples, expected as many of each");
}

} // namespace
} // namespace fedmrn::test
