// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/base/safetensors.hpp"

#include <cstring>

#include <gmock/gmock.h>

#include "tests/support/run_files.hpp"

namespace fedmrn {
namespace {

const std::vector<double> wide{1.5, -2.0};
const std::vector<float> narrow{1, 2, 3, 4, 5, 6};

std::string example(const TemporaryFolder& folder) {
    const std::vector<TensorView> tensors{view_of("w", {2}, wide),
                                          view_of("e", {0}, std::span<const float>{}),
                                          view_of("n", {2, 3}, narrow)};
    write_safetensors(folder / "f", {{"a", "b \"c\" é"}}, tensors);
    return slurp(folder / "f");
}

/// A file with this header, and data of so many zero bytes.
std::vector<std::byte> file_of(const std::string& header, std::size_t data) {
    const std::uint64_t length = header.size();
    std::string text(reinterpret_cast<const char*>(&length), 8);
    return bytes_of(text + header + std::string(data, '\0'));
}

std::string reason(const std::string& header, std::size_t data) {
    return error_of([&] { parse_safetensors(file_of(header, data), "f"); });
}

TEST(Safetensors, BytesAreAsTheFormatSays) {
    const TemporaryFolder folder;
    const std::vector<float> one{1.0F};
    const std::vector<TensorView> tensors{view_of("x", {1}, one)};
    write_safetensors(folder / "f", {}, tensors);
    const std::string header =
        R"({"__metadata__":{},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    const std::size_t padded = (header.size() + 7) / 8 * 8;
    std::string expected(1, static_cast<char>(padded));
    expected += std::string(7, '\0') + header + std::string(padded - header.size(), ' ');
    expected += std::string("\x00\x00\x80\x3f", 4);
    EXPECT_EQ(slurp(folder / "f"), expected);
}

TEST(Safetensors, ReadsWhatItWrote) {
    const TemporaryFolder folder;
    const SafeTensors file = parse_safetensors(bytes_of(example(folder)), "f");
    EXPECT_EQ(file.metadata, (Metadata{{"a", "b \"c\" é"}}));
    ASSERT_EQ(file.tensors.size(), 3U);
    const TensorView* n = file.find("n");
    ASSERT_NE(n, nullptr);
    EXPECT_EQ(n->shape, (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(std::memcmp(n->data.data(), narrow.data(), 24), 0);
    const TensorView* w = file.find("w");
    ASSERT_NE(w, nullptr);
    EXPECT_EQ(w->dtype, Dtype::float64);
    EXPECT_EQ(std::memcmp(w->data.data(), wide.data(), 16), 0);
    EXPECT_EQ((w->data.data() - file.bytes.data()) % 8, 0);
    EXPECT_EQ(file.find("none"), nullptr);
}

TEST(Safetensors, HoldsIntegers) {
    const TemporaryFolder folder;
    const std::vector<std::int32_t> whole{-7, 1 << 30};
    const std::vector<std::int8_t> codes{-127, 0, 127};
    write_safetensors(folder / "f", {},
                      std::vector{view_of("whole", {2}, whole), view_of("codes", {3}, codes)});
    const SafeTensors file = parse_safetensors(bytes_of(slurp(folder / "f")), "f");
    const TensorView &w = *file.find("whole"), &c = *file.find("codes");
    EXPECT_EQ(w.dtype, Dtype::int32);
    EXPECT_EQ(w.type, "I32");
    EXPECT_EQ(std::memcmp(w.data.data(), whole.data(), 8), 0);
    EXPECT_EQ(c.dtype, Dtype::int8);
    EXPECT_EQ(c.type, "I8");
    EXPECT_EQ(std::memcmp(c.data.data(), codes.data(), 3), 0);
}

TEST(Safetensors, EveryTruncationAndEveryExtraByteIsRejected) {
    const TemporaryFolder folder;
    const std::string whole = example(folder);
    for (std::size_t n = 0; n < whole.size(); ++n)
        EXPECT_THROW(parse_safetensors(bytes_of(whole.substr(0, n)), "f"), Error) << n;
    EXPECT_THROW(parse_safetensors(bytes_of(whole + '\0'), "f"), Error);
}

TEST(Safetensors, ChangedBytesNeverLeadOutOfBounds) {
    const TemporaryFolder folder;
    const std::string whole = example(folder);
    double sum = 0;
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {0x01, 0x02, 0x08, 0x10, 0x80, 0xff}) {
            std::string changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            try {
                const SafeTensors file = parse_safetensors(bytes_of(changed), "f");
                for (const TensorView& t : file.tensors)
                    for (const std::byte b : t.data) sum += std::to_integer<int>(b);
            } catch (const Error&) {
            }
        }
    EXPECT_GT(sum, 0); // the sanitizers are the judge
}

/// Foreign files may have many: time must not grow with their square, which was 40 s here.
TEST(Safetensors, ManyTensorsAreQuick) {
    const TemporaryFolder folder;
    std::vector<TensorView> tensors;
    for (int i = 0; i < 150'000; ++i) // looked up one by one, they outlast the test's time limit
        tensors.push_back(view_of("client." + std::to_string(i), {6}, narrow));
    write_safetensors(folder / "f", {}, tensors);
    const SafeTensors file = parse_safetensors(bytes_of(slurp(folder / "f")), "f");
    EXPECT_EQ(file.tensors.size(), 150'000U);
}

TEST(Safetensors, AHeaderThatNoReaderTakesIsNotWritten) {
    const TemporaryFolder folder;
    const std::vector<TensorView> tensors{view_of("n", {6}, narrow)};
    const Metadata metadata{{"a", std::string(largest_header, 'x')}};
    EXPECT_THAT(error_of([&] { write_safetensors(folder / "f", metadata, tensors); }, Fault::run),
                testing::HasSubstr("/f: cannot write: a header of 1000000"));
    EXPECT_FALSE(std::filesystem::exists(folder / "f"));
}

TEST(Safetensors, RejectsWithAReason) {
    using testing::HasSubstr;
    const auto tensor = [](const std::string& dtype, const std::string& shape,
                           const std::string& at) {
        return R"("x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + at +
               "}";
    };
    const auto object = [](const std::string& inside) { return "{" + inside + "}"; };
    EXPECT_THAT(reason("[]", 0), HasSubstr("no JSON object"));
    EXPECT_THAT(reason("{", 0), HasSubstr("header: "));
    EXPECT_THAT(reason(R"({"x":3})", 0), HasSubstr("x: expected dtype, shape and data_offsets"));
    EXPECT_THAT(reason(R"({"__metadata__":{"a":3}})", 0), HasSubstr("a is no string"));
    const std::string deep(300'000, '['), closed(300'000, ']');
    EXPECT_THAT(reason(object(tensor("F32", deep + closed, "[0,4]")), 4),
                HasSubstr("expected a count, found array"));
    EXPECT_THAT(reason(object(tensor("F16", "[2]", "[0,2]")), 2), HasSubstr("its shape needs 4"));
    EXPECT_THAT(reason(object(tensor("F4", "[3]", "[0,1]")), 1), HasSubstr("its shape needs 2"));
    EXPECT_THAT(reason(object(tensor("F32", "[-1]", "[0,4]")), 4),
                HasSubstr("expected a count, found -1"));
    EXPECT_THAT(reason(object(tensor("F32", "[1.0]", "[0,4]")), 4), HasSubstr("expected a count"));
    EXPECT_THAT(reason(object(tensor("F32", "[4294967296,4294967296]", "[0,0]")), 0),
                HasSubstr("too many elements"));
    EXPECT_THAT(reason(object(tensor("F32", "[2]", "[0,4]")), 4),
                HasSubstr("4 bytes, its shape needs 8"));
    EXPECT_THAT(reason(object(tensor("F32", "[1]", "[4,0]")), 4), HasSubstr("wrong offsets"));
    EXPECT_THAT(reason(object(tensor("F32", "[1]", "[0,8]")), 4), HasSubstr("truncated"));
    EXPECT_THAT(reason(object(tensor("F32", "[1]", "[4,8]")), 8), HasSubstr("a gap"));
    EXPECT_THAT(reason(object(tensor("F32", "[1]", "[0,4]")), 8),
                HasSubstr("4 bytes after the last"));
    const std::string x = tensor("F32", "[1]", "[0,4]");
    std::string y = x;
    y[1] = 'y';
    EXPECT_THAT(reason(object(x + "," + y), 4), HasSubstr("overlap"));
    EXPECT_THAT(reason(object(x + "," + x), 4), HasSubstr("\"x\" stands in the header twice"));
    EXPECT_THAT(
        error_of([] { parse_safetensors(std::vector<std::byte>(8, std::byte{0xff}), "f"); }),
        HasSubstr("f: not a safetensors file: a header of 18446744073709551615 bytes"));
    EXPECT_THAT(reason(std::string(100000, '['), 0), HasSubstr("header: "));
}

} // namespace
} // namespace fedmrn
