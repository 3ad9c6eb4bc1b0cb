// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>
#include <set>

#include "engine/base/suggest.hpp"
#include "engine/config/choices.hpp"
#include "engine/config/stage_keys.hpp"
#include "engine/method/registry.hpp"
#include "fedmrn/dataset.hpp"
#include "fedmrn/schema.hpp"
#include "fedmrn/server.hpp"
#include "fedmrn/stage.hpp"

namespace fedmrn {
namespace {

using E = ExperimentConfig;
using D = DataConfig;
using C = ClientConfig;
using M = ModelConfig;
using S = ServerConfig;
using N = NetworkConfig;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max(); // TOML has no more
constexpr std::int64_t many = 1'000'000'000;

/// "fedmrn and fedpm": the parts of which a test holds.
template <class Entry, class Test>
std::string names_where(const Registry<Entry>& registry, const Test& test, const char* between) {
    std::string names;
    for (const Entry& entry : registry.all())
        if (test(entry)) names += (names.empty() ? "" : between) + entry.name;
    return names;
}

Schema<E> experiment_keys() {
    using enum Precision;
    return Schema<E>()
        .integer("seed", &E::seed, 0, largest,
                 "decides everything random: data, partition, cohorts, noise, masks")
        .integer("rounds", &E::rounds, 1, many, "federated rounds")
        .free()
        .integer("lanes", &E::lanes, 0, 65535,
                 "clients that train at the same time; 0: chosen by the device")
        .free()
        .word(
            "device", &E::device,
            {{"auto", DeviceKind::automatic}, {"cpu", DeviceKind::cpu}, {"cuda", DeviceKind::cuda}},
            "auto: a GPU where there is one")
        .free()
        .word("precision", &E::precision,
              {{"auto", automatic}, {"fp32", fp32}, {"tf32", tf32}, {"bf16", bf16}},
              "of forward and backward passes; auto: tf32 on a GPU that has it, else fp32")
        .text("out", &E::out, "folder of the run")
        .preset("runs/ and the file's name", [](const Config&) { return KeyValue(""); })
        .free()
        .integer("checkpoint_every", &E::checkpoint_every, 0, many,
                 "rounds between checkpoints; 0: as often as they cost at most a tenth of the time")
        .free()
        .boolean("per_client", &E::per_client,
                 "the final model's metrics on each client's own samples: clients.csv, clients.svg")
        .free();
}

Schema<D> path_key() {
    const std::string made = names_where(
        datasets(), [](const DatasetEntry& set) { return !set.files; }, " or ");
    return Schema<D>()
        .text("path", &D::path, "folder of its files, empty: the usual places; of npz the file")
        .when({"any data.name but " + made,
               [](const Config& c) { return datasets().at(c.data.name).files; }})
        .free(); // the data's hash decides
}

Schema<D> data_keys() {
    const auto untold = [](const PartitionEntry& p) { return !p.told; };
    const auto all = [](const PartitionEntry& p) { return p.told && !p.counts; };
    return Schema<D>()
        .integer("clients", &D::clients, 0, many,
                 "clients; of natural the first users, 0: all of them")
        .when({"any data.partition but " + names_where(partitions(), untold, " or "),
               [](const Config& c) { return partitions().at(c.data.partition.name).told; }})
        .preset("100; 0 with " + names_where(partitions(), all, " and "),
                [](const Config& c) {
                    const std::uint64_t clients = partitions().at(c.data.partition.name).clients;
                    return KeyValue(static_cast<std::int64_t>(clients));
                })
        .number("validation", &D::validation, {'[', 0, 0.5, ']'},
                "share of each client's samples that nobody trains on: evaluations are on them, "
                "instead of on the test set")
        .boolean("augment", &D::augment,
                 "training images: random crops (4 pixels of padding) and mirroring");
}

/// "0.03; 0.1 with fedmrn and fedpm; 0.01 with fedmud".
std::string rates_of_methods() {
    std::string text = value_text(KeyValue(MethodEntry{}.lr));
    std::set<double> told{MethodEntry{}.lr};
    for (const MethodEntry& method : methods().all()) {
        if (!told.insert(method.lr).second) continue;
        const auto same = [&](const MethodEntry& m) { return m.lr == method.lr; };
        text += "; " + value_text(KeyValue(method.lr)) + " with " +
                names_where(methods(), same, " and ");
    }
    return text;
}

Schema<C> client_keys() {
    const auto own = [](const MethodEntry& m) { return !m.trains_weights; };
    return Schema<C>()
        .integer("cohort", &C::cohort, 1, many, "clients sampled a round")
        .integer("epochs", &C::epochs, 1, 1'000'000,
                 "passes over a client's own samples before it uploads")
        .integer("batch", &C::batch, 1, 65535, "samples of a local step")
        .number("lr", &C::lr, {'(', 0, 1e6, ']'},
                "learning rate of local steps, of the first round")
        .preset(rates_of_methods(),
                [](const Config& c) { return KeyValue(methods().at(c.method.name).lr); })
        .word("schedule", &C::schedule,
              {{"constant", Schedule::constant}, {"inverse", Schedule::inverse}},
              "inverse: lr / (1 + (round − 1) / decay_rounds)")
        .number("decay_rounds", &C::decay_rounds, {'(', 0, 1e9, ']'},
                "rounds after which the learning rate is half of the first")
        .when({"client.schedule = inverse",
               [](const Config& c) { return c.client.schedule == Schedule::inverse; }})
        .number("momentum", &C::momentum, {'[', 0, 1, ')'}, "of local steps")
        .number("weight_decay", &C::weight_decay, {'[', 0, 1, ']'}, "of local steps")
        .number("l2", &C::l2, {'[', 0, 1e6, ']'},
                "λ: λ/2 · ‖w‖² of the trained weights is added to the loss")
        .when({"a method that trains the weights themselves: not " +
                   names_where(methods(), own, ", "),
               [](const Config& c) { return methods().at(c.method.name).trains_weights; }})
        .number("proximal", &C::proximal, {'[', 0, 1e6, ']'},
                "FedProx: ρ/2 · ‖w_k − w‖² is added to a client's loss");
}

Schema<M> metric_keys() {
    return Schema<M>()
        .list(
            "metrics", &M::metrics, "accuracy, topk(k=3)",
            "what the model is judged by, as fedmrn metrics lists it: the first is what charts and "
            "tables show; empty: its loss")
        .unwritten();
}

Schema<S> lr_key() {
    const auto slow = [](const ServerOptimizerEntry& o) { return o.lr != 1.0; };
    return Schema<S>()
        .number("lr", &S::lr, {'(', 0, 1e6, ']'}, "of the server's step")
        .preset("1.0; 0.01 with " + names_where(server_optimizers(), slow, " and "),
                [](const Config& c) {
                    return KeyValue(server_optimizers().at(c.server.optimizer.name).lr);
                });
}

Schema<S> server_keys() {
    return Schema<S>()
        .integer("eval_every", &S::eval_every, 1, many,
                 "rounds between evaluations; the last round is always evaluated")
        .integer("eval_batch", &S::eval_batch, 1, 65535, "samples of an evaluation's batch");
}

Schema<N> network_keys() {
    return Schema<N>()
        .number("uplink", &N::uplink, {'[', 0, 1e6, ']'},
                "Mbit/s of a client, median; 0: takes no time")
        .number("downlink", &N::downlink, {'[', 0, 1e6, ']'},
                "Mbit/s of a client, median; 0: takes no time")
        .number("speed", &N::speed, {'[', 0, 1e9, ']'},
                "samples that a client trains on in a second, median; 0: takes no time")
        .number("spread", &N::spread, {'[', 0, 5, ']'},
                "σ of the rates' log-normal distribution; 1 has stragglers 10 times slower")
        .when({"a rate: network.uplink, network.downlink or network.speed above 0",
               [](const Config& c) {
                   return c.network.uplink > 0 || c.network.downlink > 0 || c.network.speed > 0;
               }})
        .number("dropout", &N::dropout, {'[', 0, 1, ')'},
                "probability that a client of the cohort does not finish a round");
}

/// The keys in their order.
class Keys {
public:
    template <class T> Keys& section(const char* name, T Config::*member, const Schema<T>& schema) {
        for (const auto& field : schema.fields()) {
            const Option& option = field.option;
            Key key;
            key.section = name;
            key.name = option.name;
            key.expected = option.expected;
            key.help = option.help;
            key.when = option.when;
            key.preset = option.preset;
            key.decides = option.decides;
            key.list = option.list;
            key.written = option.written;
            key.is_text = std::holds_alternative<std::string>(option.fallback);
            key.get = [member, get = field.get](const Config& c) { return get(c.*member); };
            key.set = [member, field](Config& c, const KeyValue& value) {
                const auto accepted = field.option.accept(value);
                if (accepted) field.set(c.*member, *accepted);
                return accepted.has_value();
            };
            keys_.push_back(std::move(key));
        }
        return *this;
    }
    Keys& choice(const char* full) {
        for (const ChoiceKey& choice : choice_keys()) {
            if (choice.full() != full) continue;
            keys_.push_back(name_key(choice));
            for (Key& key : option_keys(choice)) keys_.push_back(std::move(key));
        }
        return *this;
    }
    Keys& stages() {
        for (Key& key : stage_keys()) keys_.push_back(std::move(key));
        return *this;
    }
    std::vector<Key> take() { return std::move(keys_); }

private:
    std::vector<Key> keys_;
};

std::vector<Key> make_keys() {
    return Keys()
        .section("experiment", &Config::experiment, experiment_keys())
        .choice("data.name")
        .section("data", &Config::data, path_key())
        .choice("data.partition")
        .section("data", &Config::data, data_keys())
        .section("client", &Config::client, client_keys())
        .choice("model.name")
        .choice("model.loss")
        .section("model", &Config::model, metric_keys())
        .choice("method.name")
        .choice("server.optimizer")
        .section("server", &Config::server, lr_key())
        .choice("server.sampling")
        .section("server", &Config::server, server_keys())
        .section("network", &Config::network, network_keys())
        .stages()
        .take();
}

std::size_t registered() {
    std::size_t parts = stages().all().size();
    for (const ChoiceKey& choice : choice_keys()) parts += choice.parts().size();
    return parts;
}

} // namespace

std::span<const Key> config_keys() {
    static std::mutex mutex;
    static std::deque<std::vector<Key>> tables; // older ones stay: somebody may hold their keys
    static std::size_t known = 0;
    const std::scoped_lock lock(mutex);
    if (const std::size_t parts = registered(); parts != known) {
        tables.push_back(make_keys());
        known = parts;
    }
    return tables.back();
}

} // namespace fedmrn
