// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include <gtest/gtest.h>

#include "engine/base/file.hpp"
#include "tests/fuzz/unpack_property.hpp"

namespace fedmrn {
namespace {

/// The fuzzer's corpus, without the fuzzer: some of it unpacks, some does not.
TEST(UnpackCorpus, EveryInputUnpacksOrSaysWhyNot) {
    std::size_t good = 0, bad = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(FEDMRN_TEST_DATA "/fuzz/corpus/unpack")) {
        SCOPED_TRACE(entry.path().string());
        bool unpacks = false;
        ASSERT_NO_THROW(unpacks = fuzz::check_unpack(read_file(entry.path())));
        ++(unpacks ? good : bad);
    }
    EXPECT_GE(good, 5U);
    EXPECT_GE(bad, 8U);
}

} // namespace
} // namespace fedmrn
