// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/data/partition/file.hpp"

#include <algorithm>
#include <istream>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/data/formats/byte_reader.hpp"
#include "engine/data/formats/byte_stream.hpp"
#include "engine/data/partition/kinds.hpp"
#include "fedmrn/config.hpp"
#include "fedmrn/error.hpp"
#include "fedmrn/schema.hpp"

namespace fedmrn {
namespace {

using Json = nlohmann::json;

constexpr const char* format_name = "fedmrn-partition";
constexpr int format_version = 1;

class Reader {
public:
    Reader(const std::string& path, std::size_t samples) : path_(path), samples_(samples) {}

    ClientSplit split() const {
        const Json file = parse();
        require(file.is_object(), "a JSON object", file);
        require(member(file, "format") == format_name, "format \"fedmrn-partition\"",
                member(file, "format"));
        require(member(file, "version") == format_version, "version 1", member(file, "version"));
        const Json& samples = member(file, "samples");
        require(samples == samples_,
                fmt::format("samples = {}, as the data set has for training", samples_), samples);
        const Json& clients = member(file, "clients");
        require(clients.is_array() && !clients.empty(), "clients, a list of lists of samples",
                clients);
        ClientSplit split;
        split.first.push_back(0);
        std::vector<bool> taken(samples_);
        for (const Json& client : clients) {
            add(client, split, taken);
        }
        return split;
    }

private:
    [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
        throw Error(fmt::format("{}: expected {}, found {}", path_, expected, found));
    }
    void require(bool holds, const std::string& expected, const Json& found) const {
        constexpr std::size_t shown = 60;
        if (holds) return;
        // A list is named, not shown: dump calls itself as deep as a file nests.
        const std::string text = found.is_structured() && !found.empty()
                                     ? found.type_name()
                                     : found.dump(-1, ' ', false, Json::error_handler_t::replace);
        fail(expected, text.size() <= shown ? text : text.substr(0, shown) + " …");
    }
    const Json& member(const Json& file, const char* name) const {
        const auto found = file.find(name);
        if (found == file.end()) fail(fmt::format("a member \"{}\"", name), "none");
        return *found;
    }

    Json parse() const {
        ByteReader bytes(path_);
        ByteStream buffer(bytes);
        std::istream stream(&buffer);
        try {
            return Json::parse(stream);
        } catch (const Json::exception& error) {
            throw Error(fmt::format("{}: not JSON: {}", path_, error.what()));
        }
    }

    void add(const Json& client, ClientSplit& split, std::vector<bool>& taken) const {
        const std::size_t k = split.clients();
        if (!client.is_array() || client.empty()) {
            fail(fmt::format("client {} to hold a list of at least one sample", k),
                 client.is_array() ? "none" : client.type_name());
        }
        for (const Json& sample : client) {
            require(sample.is_number_unsigned() && sample.get<std::uint64_t>() < samples_,
                    fmt::format("client {} to hold samples 0 … {}", k, samples_ - 1), sample);
            const auto i = sample.get<std::uint32_t>();
            if (taken[i]) {
                fail("no sample twice", fmt::format("sample {} again, of client {}", i, k));
            }
            taken[i] = true;
            split.order.push_back(i);
        }
        split.first.push_back(split.order.size());
    }

    const std::string& path_;
    std::size_t samples_;
};

} // namespace

std::string partition_text(const Dataset& dataset, const ClientSplit& clients) {
    std::string text = fmt::format("{{\n  \"format\": \"{}\",\n  \"version\": {},\n  "
                                   "\"dataset\": {},\n  \"samples\": {},\n  \"clients\": [\n",
                                   format_name, format_version, Json(dataset.name).dump(),
                                   dataset.train.samples());
    for (std::size_t k = 0; k < clients.clients(); ++k) {
        const auto* begin = clients.order.data() + clients.first[k];
        text += fmt::format("    [{}]{}\n", fmt::join(begin, begin + clients.samples(k), ", "),
                            k + 1 < clients.clients() ? "," : "");
    }
    return text + "  ]\n}\n";
}

bool is_partition_file(const std::string& path) {
    const std::string begin = fmt::format("{{\n  \"format\": \"{}\"", format_name);
    const std::vector<std::uint8_t> bytes = ByteReader(path).read_up_to(begin.size());
    return std::equal(begin.begin(), begin.end(), bytes.begin(), bytes.end());
}

ClientSplit read_partition(const std::string& path, std::size_t samples) {
    if (path.empty()) {
        throw Error("[data] partition = \"file\": expected partition_file, the file that "
                    "`fedmrn data … --save FILE` writes");
    }
    return Reader(path, samples).split();
}

namespace {

struct FileOptions {
    std::string file;
};

} // namespace

PartitionEntry from_file() {
    const auto schema = Schema<FileOptions>()
                            .text("partition_file", &FileOptions::file,
                                  "the partition, as fedmrn data --save writes it")
                            .required()
                            .free(); // its hash decides
    PartitionEntry entry{{"file", "file", "as a file says", schema.options()}};
    entry.clients = 0;
    entry.counts = entry.told = false;
    entry.deal = [schema](const PartitionTask& task) {
        return read_partition(schema.read(task.config.partition.options).file, task.samples);
    };
    return entry;
}

} // namespace fedmrn
