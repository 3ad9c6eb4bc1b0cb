// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cstdlib>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/store/layout_text.hpp"
#include "tests/support/on_device.hpp"
#include "tests/support/one_round.hpp"
#include "tests/support/places.hpp"
#include "tests/support/random_values.hpp"
#include "tests/support/run_files.hpp"

// tests/golden/messages: a message of each method, and of each variant that is read differently,
// beside the values that it decodes to, for whoever writes a reader of docs/message.md.
// FEDMRN_WRITE_VECTORS=1 in the environment writes them anew.
namespace fedmrn::test {
namespace {

struct Vector {
    std::string name;
    MethodConfig method;
};

std::vector<Vector> vectors() {
    std::vector<Vector> all{
        {"fedavg", {"fedavg"}},
        {"signsgd-scaled", {"signsgd"}},
        {"signsgd-majority", {"signsgd", {{"vote", "majority"}, {"magnitude", 0.003}}}},
        {"signsgd-mean", {"signsgd", {{"vote", "mean"}, {"magnitude", 0.0007}}}},
        {"terngrad", {"terngrad"}},
        {"qsgd-1", {"qsgd", {{"levels", 1}}}},
        {"qsgd-5", {"qsgd", {{"levels", 5}}}},
        {"qsgd-127", {"qsgd"}},
        {"qsgd-tensors", {"qsgd", {{"buckets", false}}}},
        {"topk", {"topk"}},
        {"stc", {"stc", {{"error_feedback", false}}}},
        {"drive-unbiased", {"drive"}},
        {"drive-least_error", {"drive", {{"estimate", "least_error"}}}},
        {"fedpm", {"fedpm"}},
        {"fedpm-mean", {"fedpm", {{"eval_masks", 3}}}},
        {"fedpm-probabilities", {"fedpm", {{"eval_masks", 0}}}},
        {"fedsparsify-whole", {"fedsparsify", {{"sparsity", 0.0}}}},
        {"fedsparsify-mask", {"fedsparsify", {{"prune_rounds", 100}}}},
        {"fedsparsify-positions", {"fedsparsify", {{"prune_rounds", 7}}}},
        {"fedbat", {"fedbat"}},
        {"fedmud", {"fedmud", {{"ratio", 0.6}}}}, // factors of four terms
        {"fedmud-least", {"fedmud", {{"ratio", 0.25}}}},
        {"fedmud-magnitude", {"fedmud", {{"ratio", 0.25}, {"frozen_magnitude", 0.7}}}},
        {"frozen_factor", {"frozen_factor", {{"ratio", 0.25}}}},
        {"frozen_factor-whole", {"frozen_factor", {{"ratio", 1.0}}}},
        {"powersgd", {"powersgd", {{"rank", 2}, {"error_feedback", false}}}},
    };
    for (const char* mask : {"binary", "signed"})
        for (const char* noise : {"uniform", "gaussian", "bernoulli"})
            all.push_back({std::string("fedmrn-") + mask + "-" + noise,
                           {"fedmrn", {{"mask", mask}, {"noise", noise}}}});
    for (const char* noise : {"uniform", "gaussian"}) // some of which stands at its floor
        all.push_back({std::string("fedmrn-floor-") + noise,
                       {"fedmrn", {{"mask", "signed"}, {"noise", noise}, {"magnitude", 1e-6}}}});
    for (const int bits : {1, 2, 3, 4})
        all.push_back({"eden-" + std::to_string(bits), {"eden", {{"bits", bits}}}});
    return all;
}

/// Float32's bits, so that −0 and the last bit show, in lines of ten.
std::string bits_text(const std::vector<float>& values) {
    std::string text = "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const char* before = i == 0 ? "\n  \"" : i % 10 == 0 ? "\",\n  \"" : " ";
        text += fmt::format("{}{:08x}", before, std::bit_cast<std::uint32_t>(values[i]));
    }
    return text + "\"]";
}

class MessageVectors : public OnDevice {
protected:
    /// Random, with zeros of both signs.
    [[nodiscard]] static std::vector<float> values(std::uint64_t seed, std::size_t count,
                                                   double scale) {
        std::vector<float> values = RandomValues(seed).values(count, scale);
        for (std::size_t i = 3; i < count; i += 41) values[i] = i % 2 == 0 ? 0.0f : -0.0f;
        return values;
    }
    [[nodiscard]] Message made(const Method& method, const RoundContext& round) {
        std::vector<float> update = values(2, method.local->count(), 0.02), local = global;
        for (std::size_t i = layout.trainable; i < update.size(); ++i) // FedBAT's a and α
            update[i] = std::abs(update[i]);
        for (std::size_t i = layout.trainable; i < layout.state; ++i) local[i] *= 1.25f;
        const Buffer<float> u(device, update), w(device, local);
        return sent_by(method, device, round, {17, 0x0123456789abcdef, 600, u.data(), w.data()});
    }
    [[nodiscard]] std::string json_of(const Method& method, const RoundContext& round,
                                      const Message& message, const Options& said) {
        const MessageView view(message);
        Buffer<float> decoded(device, layout.state);
        method.uplink->check(round, view);
        method.uplink->decode(device, round, {&view, 1}, decoded.data());
        std::string text = "{\"values\": " + bits_text(decoded.read());
        Buffer<float> room;
        const RoundContext after{round.round, decoded.data()};
        if (method.local->model_weights(device, after, room) != decoded.data())
            text += ",\n \"weights\": " + bits_text(room.read());
        if (const auto masks = said.find("eval_masks"); masks != said.end())
            text += fmt::format(",\n \"masks\": {}", std::get<std::int64_t>(masks->second));
        return text + "}\n";
    }
    /// The bytes of a file of the vectors; writes it where that is asked for.
    [[nodiscard]] static std::string held(const std::string& file, const std::string& found) {
        const std::filesystem::path path = folder() + "/" + file;
        if (std::getenv("FEDMRN_WRITE_VECTORS") != nullptr) spill(path, found);
        return slurp(path);
    }
    [[nodiscard]] static std::string folder() { return test_data() + "/golden/messages"; }

    const ParameterLayout layout =
        parse_layout(slurp(folder() + "/layout.json"), folder() + "/layout.json");
    const std::vector<float> global = values(1, layout.state, 0.5);
};
INSTANTIATE_TEST_SUITE_P(On, MessageVectors, ::testing::ValuesIn(kinds_under_test()), kind_name);

TEST_P(MessageVectors, AreWhatStandsInTheFiles) {
    const Buffer<float> start(device, global);
    const RoundContext round{7, start.data()};
    for (const Vector& vector : vectors()) {
        const auto method = make_method(vector.method, layout, 0xfeedf00d12345678);
        const Message message = made(*method, round);
        const std::vector<std::byte> bytes = encode(message);
        const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        EXPECT_TRUE(held(vector.name + ".fmrn", text) == text) << vector.name << ".fmrn";
        const std::string json = json_of(*method, round, message, vector.method.options);
        EXPECT_TRUE(held(vector.name + ".json", json) == json) << vector.name << ".json";
    }
}

/// No file that nothing makes.
TEST_P(MessageVectors, AreAllThatThereIs) {
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder()))
        files += file.path().extension() == ".fmrn" ? 1 : 0;
    EXPECT_EQ(files, vectors().size());
}

} // namespace
} // namespace fedmrn::test
