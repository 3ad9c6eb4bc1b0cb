// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/partition/file.hpp"

#include <stop_token>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "engine/data/own_samples.hpp"
#include "engine/data/synthetic.hpp"
#include "fedmrn/config.hpp"
#include "support.hpp"

namespace fedmrn::test {
namespace {

using testing::HasSubstr;

class PartitionFile : public testing::Test {
protected:
    std::string write(const std::string& text) const {
        return folder.write("p.json", Bytes(text.begin(), text.end()));
    }
    /// What is wrong with a list of clients of a set with four samples, without the file's path.
    std::string reason(const std::string& clients) const {
        const std::string path =
            write(R"({"format": "fedmrn-partition", "version": 1, "samples": 4, "clients": )" +
                  clients + "}");
        const std::string line = error_of([&] { read_partition(path, 4); });
        EXPECT_TRUE(line.starts_with(path + ": ")) << line;
        return line.substr(std::min(line.size(), path.size() + 2));
    }
    Folder folder;
    const Dataset data = make_synthetic(1, 60);
};

TEST_F(PartitionFile, ReadsWhatItWrote) {
    DataConfig config;
    config.clients = 7;
    const ClientSplit split = partition(config, data, 3);
    config.partition = "file";
    config.partition["partition_file"] = write(partition_text(data, split));
    const ClientSplit back = partition(config, data, 99);
    EXPECT_EQ(back.first, split.first);
    EXPECT_EQ(back.order, split.order);
    EXPECT_TRUE(is_partition_file(std::get<std::string>(config.partition["partition_file"])));
    EXPECT_FALSE(is_partition_file(write("{\"format\": \"other\"}")));
}

TEST_F(PartitionFile, IsJsonWithAListAClient) {
    const ClientSplit split{{0, 2, 3}, {5, 1, 59}, {}};
    const auto json = nlohmann::json::parse(partition_text(data, split));
    EXPECT_EQ(json["format"], "fedmrn-partition");
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["dataset"], "synthetic");
    EXPECT_EQ(json["samples"], 60);
    EXPECT_EQ(json["clients"], nlohmann::json::parse("[[5, 1], [59]]"));
}

TEST_F(PartitionFile, IsRefusedInOneLine) {
    EXPECT_EQ(reason("[[0, 1], [2, 1]]"),
              "expected no sample twice, found sample 1 again, of client 1");
    EXPECT_EQ(reason("[[0], [4]]"), "expected client 1 to hold samples 0 … 3, found 4");
    EXPECT_EQ(reason("[[-1]]"), "expected client 0 to hold samples 0 … 3, found -1");
    EXPECT_EQ(reason("[[0.5]]"), "expected client 0 to hold samples 0 … 3, found 0.5");
    EXPECT_EQ(reason("[[0], []]"),
              "expected client 1 to hold a list of at least one sample, found none");
    EXPECT_EQ(reason("[0]"),
              "expected client 0 to hold a list of at least one sample, found number");
    EXPECT_EQ(reason("[]"), "expected clients, a list of lists of samples, found []");
    const auto whole = [&](const std::string& text) {
        return error_of([&] { read_partition(write(text), 60); });
    };
    EXPECT_THAT(whole("[1, 2"), HasSubstr("p.json: not JSON: "));
    EXPECT_THAT(whole("[]"), HasSubstr("expected a JSON object, found []"));
    EXPECT_THAT(whole("{}"), HasSubstr("expected a member \"format\", found none"));
    EXPECT_THAT(whole(R"({"format": "x"})"), HasSubstr("expected format \"fedmrn-partition\""));
    EXPECT_THAT(whole(R"({"format": "fedmrn-partition", "version": 2})"),
                HasSubstr("expected version 1, found 2"));
    EXPECT_THAT(whole(R"({"format": "fedmrn-partition", "version": 1, "samples": 4})"),
                HasSubstr("expected samples = 60, as the data set has for training, found 4"));
    EXPECT_THAT(error_of([] { read_partition("", 4); }), HasSubstr("expected partition_file"));
    EXPECT_THAT(error_of([] { read_partition("/none", 4); }), HasSubstr("/none: cannot be opened"));
}

TEST_F(PartitionFile, DeepNestingIsOneLine) {
    const std::string deep = std::string(1000000, '[') + std::string(1000000, ']');
    EXPECT_EQ(reason(deep), "expected client 0 to hold samples 0 … 3, found array");
    EXPECT_EQ(reason("[{\"a\": " + deep + "}]"),
              "expected client 0 to hold a list of at least one sample, found object");
    EXPECT_EQ(reason("{\"a\": " + deep + "}"),
              "expected clients, a list of lists of samples, found object");
    EXPECT_THAT(error_of([&] { read_partition(write(deep), 4); }),
                HasSubstr("p.json: expected a JSON object, found array"));
}

/// A thousand redraws that cannot succeed take their time; a stop ends them.
TEST_F(PartitionFile, DrawingHeedsAStop) {
    DataConfig config;
    config.partition = "labeldir";
    config.partition["beta"] = 0.3;
    config.clients = 3;
    std::stop_source stop;
    EXPECT_NO_THROW(partition(config, data, 1, stop.get_token()));
    stop.request_stop();
    EXPECT_THROW(partition(config, data, 1, stop.get_token()), Stopped);
}

TEST(OwnSamples, AreInTheOrderOfTheirClients) {
    const std::vector<std::uint32_t> users{4, 0, 2}, owners{0, 2, 4, 1, no_owner, 0, 4, 9};
    const OwnSamples own = tests_of(users, owners);
    EXPECT_EQ(own.first, (std::vector<std::uint64_t>{0, 2, 4, 5}));
    EXPECT_EQ(own.order, (std::vector<std::uint32_t>{2, 6, 0, 5, 1}));
}

} // namespace
} // namespace fedmrn::test
