// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/engine/message/samples.hpp"
#include "tests/fuzz/decode_property.hpp"
#include "tests/support/places.hpp"

namespace fedmrn {
namespace {

TEST(MessageCorpus, ReplaysWhatTheFuzzerFound) {
    std::size_t files = 0, messages = 0;
    for (const auto& file :
         std::filesystem::directory_iterator(test::test_data() + "/fuzz/corpus/decode")) {
        SCOPED_TRACE(file.path().filename().string());
        std::ifstream in(file.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        ASSERT_TRUE(in.good() || in.eof());
        bool message = false;
        EXPECT_NO_THROW(message = fuzz::check_decode(std::as_bytes(std::span(text))));
        ++files;
        messages += message ? 1 : 0;
    }
    // Both sides of the property were there to be seen.
    EXPECT_GE(messages, 5U);
    EXPECT_GE(files, messages + 5);
}

TEST(MessageCorpus, SeesAMessage) {
    EXPECT_TRUE(fuzz::check_decode(encode(samples::golden_message())));
    EXPECT_FALSE(fuzz::check_decode({}));
}

} // namespace
} // namespace fedmrn
