// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/run/config_schema.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include <fmt/core.h>

#include "engine/run/suggest.hpp"
#include "engine/run/text.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {
namespace {

Key key(std::string_view full, std::string expected) {
    const std::size_t dot = full.find('.');
    Key made;
    made.section = full.substr(0, dot);
    made.name = full.substr(dot + 1);
    made.expected = std::move(expected);
    return made;
}

template <auto Section, auto Field>
Key integer(std::string_view full, std::int64_t least, std::int64_t most) {
    Key made = key(full, fmt::format("an integer in {} … {}", least, most));
    made.get = [](const Config& c) { return Value(static_cast<std::int64_t>(c.*Section.*Field)); };
    made.set = [least, most](Config& c, const Value& value) {
        const auto* number = std::get_if<std::int64_t>(&value);
        if (number == nullptr || *number < least || *number > most) return false;
        c.*Section.*Field =
            static_cast<std::remove_reference_t<decltype(c.*Section.*Field)>>(*number);
        return true;
    };
    return made;
}

/// An interval; "(" and ")" leave the end out.
struct Interval {
    char open;
    double least, most;
    char close;
    [[nodiscard]] bool holds(double v) const {
        return (open == '[' ? v >= least : v > least) && (close == ']' ? v <= most : v < most);
    }
};

template <auto Section, auto Field> Key number(std::string_view full, Interval range) {
    Key made = key(full, fmt::format("a number in {}{}, {}{}", range.open, range.least, range.most,
                                     range.close));
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [range](Config& c, const Value& value) {
        double v = std::numeric_limits<double>::quiet_NaN(); // in no interval
        if (const auto* real = std::get_if<double>(&value)) v = *real;
        if (const auto* whole = std::get_if<std::int64_t>(&value)) v = static_cast<double>(*whole);
        if (!range.holds(v)) return false;
        c.*Section.*Field = v;
        return true;
    };
    return made;
}

/// Enumerator i of an enumeration, or a string, is written words[i].
template <auto Section, auto Field>
Key word(std::string_view full, const std::vector<std::string_view>& words) {
    std::vector<std::string> quoted;
    for (std::string_view w : words) quoted.push_back(fmt::format("\"{}\"", w));
    const std::vector<std::string_view> views(quoted.begin(), quoted.end());
    Key made = key(full, alternatives(views));
    made.get = [words](const Config& c) {
        const auto& field = c.*Section.*Field;
        if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(field)>>)
            return Value(std::string(words[static_cast<std::size_t>(field)]));
        else
            return Value(field);
    };
    made.set = [words](Config& c, const Value& value) {
        const auto* text = std::get_if<std::string>(&value);
        if (text == nullptr) return false;
        const auto found = std::find(words.begin(), words.end(), *text);
        if (found == words.end()) return false;
        auto& field = c.*Section.*Field;
        using Type = std::remove_reference_t<decltype(field)>;
        if constexpr (std::is_enum_v<Type>)
            field = static_cast<Type>(found - words.begin());
        else
            field = *text;
        return true;
    };
    return made;
}

template <auto Section, auto Field> Key text(std::string_view full) {
    Key made = key(full, "a string");
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [](Config& c, const Value& value) {
        const auto* string = std::get_if<std::string>(&value);
        if (string == nullptr || !valid_utf8(*string)) return false;
        c.*Section.*Field = *string;
        return true;
    };
    return made;
}

template <auto Section, auto Field> Key boolean(std::string_view full) {
    Key made = key(full, "true or false");
    made.get = [](const Config& c) { return Value(c.*Section.*Field); };
    made.set = [](Config& c, const Value& value) {
        const auto* flag = std::get_if<bool>(&value);
        if (flag != nullptr) c.*Section.*Field = *flag;
        return flag != nullptr;
    };
    return made;
}

Key free(Key made) {
    made.decides = false;
    return made;
}

constexpr std::int64_t many = 1'000'000'000;

std::vector<Key> make_keys() {
    using E = ExperimentConfig;
    using D = DataConfig;
    using C = ClientConfig;
    using M = MethodConfig;
    using S = ServerConfig;
    constexpr auto experiment = &Config::experiment;
    constexpr auto data = &Config::data;
    constexpr auto client = &Config::client;
    constexpr auto method = &Config::method;
    constexpr auto server = &Config::server;
    using N = NetworkConfig;
    constexpr auto network = &Config::network;
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max(); // TOML has no more
    return {
        integer<experiment, &E::seed>("experiment.seed", 0, largest),
        free(integer<experiment, &E::rounds>("experiment.rounds", 1, many)),
        free(integer<experiment, &E::lanes>("experiment.lanes", 0, 65536)),
        free(word<experiment, &E::device>("experiment.device", {"auto", "cpu", "cuda"})),
        word<experiment, &E::precision>("experiment.precision", {"auto", "fp32", "tf32", "bf16"}),
        free(text<experiment, &E::out>("experiment.out")),
        free(integer<experiment, &E::checkpoint_every>("experiment.checkpoint_every", 0, many)),
        free(boolean<experiment, &E::per_client>("experiment.per_client")),

        word<data, &D::name>("data.name", dataset_names()),
        free(text<data, &D::path>("data.path")), // the data's hash decides
        word<data, &D::partition>("data.partition",
                                  {"iid", "labeldir", "labelcnt", "natural", "file"}),
        free(text<data, &D::partition_file>("data.partition_file")),
        number<data, &D::beta>("data.beta", {'(', 0, 1e6, ']'}),
        number<data, &D::fraction>("data.fraction", {'(', 0, 1, ']'}),
        integer<data, &D::clients>("data.clients", 0, many),
        integer<data, &D::samples>("data.samples", 1, many),
        boolean<data, &D::augment>("data.augment"),

        integer<client, &C::cohort>("client.cohort", 1, many),
        integer<client, &C::epochs>("client.epochs", 1, 1'000'000),
        integer<client, &C::batch>("client.batch", 1, 65536),
        number<client, &C::lr>("client.lr", {'(', 0, 1e6, ']'}),
        word<client, &C::schedule>("client.schedule", {"constant", "inverse"}),
        number<client, &C::decay_rounds>("client.decay_rounds", {'(', 0, 1e9, ']'}),
        number<client, &C::momentum>("client.momentum", {'[', 0, 1, ')'}),
        number<client, &C::weight_decay>("client.weight_decay", {'[', 0, 1, ']'}),
        number<client, &C::l2>("client.l2", {'[', 0, 1e6, ']'}),
        number<client, &C::proximal>("client.proximal", {'[', 0, 1e6, ']'}),

        word<&Config::model, &ModelConfig::name>(
            "model.name", {"logistic", "mlp", "lenet5", "cnn2", "cnn4", "cnn8"}),

        word<method, &M::name>("method.name", {"fedavg", "fedmrn", "signsgd", "terngrad", "qsgd",
                                               "topk", "drive", "eden", "fedpm", "fedsparsify",
                                               "fedbat", "fedmud", "stc", "powersgd"}),
        word<method, &M::mask>("method.mask", {"binary", "signed"}),
        word<method, &M::noise>("method.noise", {"uniform", "gaussian", "bernoulli"}),
        number<method, &M::magnitude>("method.magnitude", {'[', 1e-6, 1, ']'}),
        boolean<method, &M::magnitude_decay>("method.magnitude_decay"),
        boolean<method, &M::stochastic>("method.stochastic"),
        boolean<method, &M::progressive>("method.progressive"),
        boolean<method, &M::post_training>("method.post_training"),
        word<method, &M::vote>("method.vote", {"scaled", "majority", "mean"}),
        integer<method, &M::levels>("method.levels", 1, 32767),
        boolean<method, &M::error_feedback>("method.error_feedback"),
        number<method, &M::ratio>("method.ratio", {'(', 0, 1, ']'}),
        integer<method, &M::bits>("method.bits", 1, 4),
        word<method, &M::estimate>("method.estimate", {"unbiased", "least_error"}),
        integer<method, &M::rank>("method.rank", 1, 1024),
        integer<method, &M::iterations>("method.iterations", 1, 64),
        number<method, &M::sparsity>("method.sparsity", {'[', 0, 1, ')'}),
        integer<method, &M::prune_rounds>("method.prune_rounds", 1, many),
        word<method, &M::merge>("method.merge", {"average", "nonzero", "majority"}),

        word<server, &S::optimizer>("server.optimizer", {"sgd", "adam", "yogi"}),
        number<server, &S::lr>("server.lr", {'(', 0, 1e6, ']'}),
        number<server, &S::momentum>("server.momentum", {'[', 0, 1, ')'}),
        number<server, &S::beta1>("server.beta1", {'[', 0, 1, ')'}),
        number<server, &S::beta2>("server.beta2", {'[', 0, 1, ')'}),
        number<server, &S::tau>("server.tau", {'(', 0, 1e6, ']'}),
        word<server, &S::sampling>("server.sampling", {"uniform", "round_robin", "weighted"}),
        integer<server, &S::eval_every>("server.eval_every", 1, many),
        integer<server, &S::eval_batch>("server.eval_batch", 1, 65536),

        number<network, &N::uplink>("network.uplink", {'[', 0, 1e6, ']'}),
        number<network, &N::downlink>("network.downlink", {'[', 0, 1e6, ']'}),
        number<network, &N::speed>("network.speed", {'[', 0, 1e9, ']'}),
        number<network, &N::spread>("network.spread", {'[', 0, 5, ']'}),
        number<network, &N::dropout>("network.dropout", {'[', 0, 1, ')'}),
    };
}

} // namespace

std::span<const Key> config_keys() {
    static const std::vector<Key> keys = make_keys();
    return keys;
}

const Key* find_key(std::string_view section, std::string_view name) {
    for (const Key& k : config_keys())
        if (k.section == section && k.name == name) return &k;
    return nullptr;
}

} // namespace fedmrn
