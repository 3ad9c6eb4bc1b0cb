// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/labels.hpp"

#include <set>

#include <gmock/gmock.h>

namespace fedmrn {
namespace {

TEST(Labels, MakeFileNames) {
    EXPECT_EQ(file_name_of("FedMRN, signed (0.3)"), "fedmrn-signed-0.3");
    EXPECT_EQ(file_name_of("../x"), "..-x");
    EXPECT_EQ(file_name_of(".."), "");
    EXPECT_EQ(file_name_of("方法 一"), "方法-一");
    EXPECT_EQ(file_name_of("Ärmel/α"), "Ärmel-α");
}

TEST(Labels, DifferentOnesAreDifferentFiles) {
    const std::vector<std::string> labels{"a b",
                                          "A, b",
                                          "+",
                                          "−",
                                          "..",
                                          "方法",
                                          "方法!",
                                          "Top-k",
                                          std::string(300, 'x'),
                                          std::string(299, 'x'),
                                          "x" + std::string(200, '\xC3')};
    const std::vector<std::string> names = file_names_of(labels);
    EXPECT_EQ(std::set(names.begin(), names.end()).size(), labels.size());
    for (const std::string& name : names) {
        EXPECT_FALSE(name.empty());
        EXPECT_LE(name.size(), 140U);
        EXPECT_EQ(name.find('/'), std::string::npos);
        EXPECT_NE(name, "..");
    }
    EXPECT_EQ(names[7], "top-k") << "a name without a rival stays plain";
    EXPECT_EQ(file_names_of(labels), names);
}

} // namespace
} // namespace fedmrn
