// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "engine/config/conditions.hpp"
#include "engine/config/kinds.hpp"
#include "fedmrn/dataset.hpp"

namespace fedmrn {
namespace {

using namespace keys;
using E = ExperimentConfig;
using D = DataConfig;
using C = ClientConfig;
using M = MethodConfig;
using S = ServerConfig;
using N = NetworkConfig;
constexpr auto experiment = &Config::experiment;
constexpr auto data = &Config::data;
constexpr auto client = &Config::client;
constexpr auto model = &Config::model;
constexpr auto method = &Config::method;
constexpr auto server = &Config::server;
constexpr auto network = &Config::network;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max(); // TOML has no more
constexpr std::int64_t many = 1'000'000'000;

/// A key with what is said of it.
struct Entry {
    Key key;
    Entry(Key made, std::string help) : key(std::move(made)) { key.help = std::move(help); }
    Entry&& when(Condition condition) && {
        key.when = std::move(condition);
        return std::move(*this);
    }
    Entry&& preset(std::string text, std::function<Value(const Config&)> value) && {
        key.preset = {std::move(text), std::move(value)};
        return std::move(*this);
    }
    Entry&& free() && { // changes no result
        key.decides = false;
        return std::move(*this);
    }
};

bool is(const Config& c, std::initializer_list<MethodName> names) {
    return std::find(names.begin(), names.end(), c.method.name) != names.end();
}

std::vector<Entry> experiment_entries() {
    return {
        Entry(integer<experiment, &E::seed>("experiment.seed", 0, largest),
              "decides everything random: data, partition, cohorts, noise, masks"),
        Entry(integer<experiment, &E::rounds>("experiment.rounds", 1, many), "federated rounds")
            .free(),
        Entry(integer<experiment, &E::lanes>("experiment.lanes", 0, 65535),
              "clients that train at the same time; 0: chosen by the device")
            .free(),
        Entry(word<experiment, &E::device>("experiment.device", {"auto", "cpu", "cuda"}),
              "auto: a GPU where there is one")
            .free(),
        Entry(word<experiment, &E::precision>("experiment.precision",
                                              {"auto", "fp32", "tf32", "bf16"}),
              "of forward and backward passes; auto: tf32 on a GPU that has it, else fp32"),
        Entry(text<experiment, &E::out>("experiment.out"), "folder of the run")
            .preset("runs/ and the file's name", [](const Config&) { return Value(""); })
            .free(),
        Entry(integer<experiment, &E::checkpoint_every>("experiment.checkpoint_every", 0, many),
              "rounds between checkpoints; 0: as often as they cost at most a tenth of the time")
            .free(),
        Entry(boolean<experiment, &E::per_client>("experiment.per_client"),
              "the final model's accuracy on each client's own samples: clients.csv, clients.svg")
            .free(),
    };
}

std::vector<Entry> data_entries() {
    using enum Partition;
    const auto made = [](const Config& c) { return c.data.name == "synthetic"; };
    return {
        Entry(word<data, &D::name>("data.name", dataset_names()), "the data set"),
        Entry(text<data, &D::path>("data.path"),
              "folder of its files, empty: the usual places; of npz the file")
            .when({"any data.name but synthetic", [made](const Config& c) { return !made(c); }})
            .free(), // the data's hash decides
        Entry(word<data, &D::partition>("data.partition",
                                        {"iid", "labeldir", "labelcnt", "natural", "file"}),
              "who holds which training samples"),
        Entry(text<data, &D::partition_file>("data.partition_file"),
              "the partition, as fedmrn data --save writes it")
            .when(partition({{file, "file"}}))
            .free(), // its hash decides
        Entry(number<data, &D::beta>("data.beta", {'(', 0, 1e6, ']'}),
              "concentration of the Dirichlet distribution")
            .when(partition({{labeldir, "labeldir"}})),
        Entry(number<data, &D::fraction>("data.fraction", {'(', 0, 1, ']'}),
              "share of the labels that a client holds")
            .when(partition({{labelcnt, "labelcnt"}})),
        Entry(integer<data, &D::clients>("data.clients", 0, many),
              "clients; of natural the first users, 0: all of them")
            .when({"any data.partition but file",
                   [](const Config& c) { return c.data.partition != file; }})
            .preset("100; 0 with natural",
                    [](const Config& c) {
                        const bool theirs = c.data.partition == natural || c.data.partition == file;
                        return Value(std::int64_t{theirs ? 0 : 100});
                    }),
        Entry(integer<data, &D::samples>("data.samples", 1, many), "training samples that are made")
            .when({"data.name = synthetic", made}),
        Entry(boolean<data, &D::augment>("data.augment"),
              "training images: random crops (4 pixels of padding) and mirroring"),
    };
}

std::vector<Entry> client_entries() {
    return {
        Entry(integer<client, &C::cohort>("client.cohort", 1, many), "clients sampled a round"),
        Entry(integer<client, &C::epochs>("client.epochs", 1, 1'000'000),
              "passes over a client's own samples before it uploads"),
        Entry(integer<client, &C::batch>("client.batch", 1, 65535), "samples of a local step"),
        Entry(number<client, &C::lr>("client.lr", {'(', 0, 1e6, ']'}),
              "learning rate of local steps, of the first round")
            .preset("0.1 with fedmrn and fedpm, else 0.03",
                    [](const Config& c) {
                        return Value(is(c, {MethodName::fedmrn, MethodName::fedpm}) ? 0.1 : 0.03);
                    }),
        Entry(word<client, &C::schedule>("client.schedule", {"constant", "inverse"}),
              "inverse: lr / (1 + (round − 1) / decay_rounds)"),
        Entry(number<client, &C::decay_rounds>("client.decay_rounds", {'(', 0, 1e9, ']'}),
              "rounds after which the learning rate is half of the first")
            .when(one_of<client, &C::schedule, Schedule>("client.schedule",
                                                         {{Schedule::inverse, "inverse"}})),
        Entry(number<client, &C::momentum>("client.momentum", {'[', 0, 1, ')'}), "of local steps"),
        Entry(number<client, &C::weight_decay>("client.weight_decay", {'[', 0, 1, ']'}),
              "of local steps"),
        Entry(number<client, &C::l2>("client.l2", {'[', 0, 1e6, ']'}),
              "λ: λ/2 · ‖w‖² of the trained weights is added to the loss")
            .when({"a method that trains the weights themselves: not fedpm, fedbat, fedmud",
                   [](const Config& c) {
                       return !is(c, {MethodName::fedpm, MethodName::fedbat, MethodName::fedmud});
                   }}),
        Entry(number<client, &C::proximal>("client.proximal", {'[', 0, 1e6, ']'}),
              "FedProx: ρ/2 · ‖w_k − w‖² is added to a client's loss"),
    };
}

std::vector<Entry> method_entries() {
    using enum MethodName;
    const Condition masks = keys::method({{fedmrn, "fedmrn"}});
    const Condition prunes = keys::method({{fedsparsify, "fedsparsify"}});
    const Condition low_rank = keys::method({{powersgd, "powersgd"}});
    return {
        Entry(word<method, &M::name>("method.name",
                                     {"fedavg", "fedmrn", "signsgd", "terngrad", "qsgd", "topk",
                                      "drive", "eden", "fedpm", "fedsparsify", "fedbat", "fedmud",
                                      "stc", "powersgd"}),
              "how an update becomes an uplink message; docs/methods.md"),
        Entry(word<method, &M::mask>("method.mask", {"binary", "signed"}),
              "mask of 0 and 1, or of −1 and 1")
            .when(masks),
        Entry(word<method, &M::noise>("method.noise", {"uniform", "gaussian", "bernoulli"}),
              "distribution of the noise")
            .when(masks),
        Entry(number<method, &M::magnitude>("method.magnitude", {'[', 1e-6, 1, ']'}),
              "α of the noise; of signsgd the step of a majority or a mean")
            .when({"method.name = fedmrn, or signsgd with method.vote = majority or mean",
                   [](const Config& c) {
                       return is(c, {fedmrn}) ||
                              (is(c, {signsgd}) && c.method.vote != VoteKind::scaled);
                   }})
            .preset("0.01; 0.005 with signed masks, 0.001 with signsgd",
                    [](const Config& c) {
                        return Value(is(c, {signsgd})                    ? 0.001
                                     : c.method.mask == MaskKind::binary ? 0.01
                                                                         : 0.005);
                    }),
        Entry(boolean<method, &M::magnitude_decay>("method.magnitude_decay"),
              "the noise shrinks as the learning rate does")
            .when(both(masks, one_of<client, &C::schedule, Schedule>(
                                  "client.schedule", {{Schedule::inverse, "inverse"}}))),
        Entry(boolean<method, &M::stochastic>("method.stochastic"),
              "false: a mask bit is set where its probability is at least 1/2")
            .when(masks),
        Entry(boolean<method, &M::progressive>("method.progressive"),
              "false: every element is masked at every step")
            .when({masks.text + " without method.post_training",
                   [](const Config& c) { return is(c, {fedmrn}) && !c.method.post_training; }}),
        Entry(boolean<method, &M::post_training>("method.post_training"),
              "trains the update densely and masks it once at the end")
            .when(masks),
        Entry(word<method, &M::vote>("method.vote", {"scaled", "majority", "mean"}),
              "how the server decides from signs")
            .when(keys::method({{signsgd, "signsgd"}})),
        Entry(integer<method, &M::levels>("method.levels", 1, 32767),
              "levels above zero; 127 are 8 bits a weight")
            .when(keys::method({{qsgd, "qsgd"}})),
        Entry(boolean<method, &M::error_feedback>("method.error_feedback"),
              "what a message leaves out is added to the client's next update; clients keep a "
              "float32 a weight")
            .when({"a method that compresses a trained update: signsgd, terngrad, qsgd, topk, stc, "
                   "drive, eden or powersgd",
                   [](const Config& c) {
                       return !is(c, {fedavg, fedmrn, fedpm, fedsparsify, fedbat, fedmud});
                   }})
            .preset("false; true with stc and powersgd",
                    [](const Config& c) {
                        return Value(is(c, {stc, powersgd}));
                    }),
        Entry(number<method, &M::ratio>("method.ratio", {'(', 0, 1, ']'}),
              "weights sent of all; of fedmud floats sent of all")
            .when(keys::method({{topk, "topk"}, {stc, "stc"}, {fedmud, "fedmud"}}))
            .preset("1/32; 0.1 with stc",
                    [](const Config& c) { return Value(is(c, {stc}) ? 0.1 : 1.0 / 32); }),
        Entry(integer<method, &M::bits>("method.bits", 1, 4), "bits a weight")
            .when(keys::method({{eden, "eden"}})),
        Entry(word<method, &M::estimate>("method.estimate", {"unbiased", "least_error"}),
              "which scale")
            .when(keys::method({{drive, "drive"}})),
        Entry(integer<method, &M::rank>("method.rank", 1, 1024), "rank of the factors")
            .when(low_rank),
        Entry(integer<method, &M::iterations>("method.iterations", 1, 64), "of the power method")
            .when(low_rank),
        Entry(number<method, &M::sparsity>("method.sparsity", {'[', 0, 1, ')'}),
              "share of the weights that end up pruned")
            .when(prunes),
        Entry(integer<method, &M::prune_rounds>("method.prune_rounds", 1, many),
              "rounds until then")
            .when(prunes),
        Entry(word<method, &M::merge>("method.merge", {"average", "nonzero", "majority"}),
              "how the server unites what clients kept")
            .when(prunes),
    };
}

std::vector<Entry> server_entries() {
    using enum ServerOptimizer;
    const Condition adaptive = optimizer({{adam, "adam"}, {yogi, "yogi"}});
    return {
        Entry(word<server, &S::optimizer>("server.optimizer", {"sgd", "adam", "yogi"}),
              "adam, yogi: FedAdam, FedYogi"),
        Entry(number<server, &S::lr>("server.lr", {'(', 0, 1e6, ']'}), "of the server's step")
            .preset("1.0; 0.01 with adam and yogi",
                    [](const Config& c) { return Value(c.server.optimizer == sgd ? 1.0 : 0.01); }),
        Entry(number<server, &S::momentum>("server.momentum", {'[', 0, 1, ')'}), "FedAvgM's µ")
            .when(optimizer({{sgd, "sgd"}})),
        Entry(number<server, &S::beta1>("server.beta1", {'[', 0, 1, ')'}), "of the mean")
            .when(adaptive),
        Entry(number<server, &S::beta2>("server.beta2", {'[', 0, 1, ')'}), "of the squares")
            .when(adaptive),
        Entry(number<server, &S::tau>("server.tau", {'(', 0, 1e6, ']'}), "adaptivity")
            .when(adaptive),
        Entry(word<server, &S::sampling>("server.sampling", {"uniform", "round_robin", "weighted"}),
              "who trains in a round; weighted: by samples, uploads then count alike"),
        Entry(integer<server, &S::eval_every>("server.eval_every", 1, many),
              "rounds between evaluations; the last round is always evaluated"),
        Entry(integer<server, &S::eval_batch>("server.eval_batch", 1, 65535),
              "samples of an evaluation's batch"),
    };
}

std::vector<Entry> network_entries() {
    return {
        Entry(number<network, &N::uplink>("network.uplink", {'[', 0, 1e6, ']'}),
              "Mbit/s of a client, median; 0: takes no time"),
        Entry(number<network, &N::downlink>("network.downlink", {'[', 0, 1e6, ']'}),
              "Mbit/s of a client, median; 0: takes no time"),
        Entry(number<network, &N::speed>("network.speed", {'[', 0, 1e9, ']'}),
              "samples that a client trains on in a second, median; 0: takes no time"),
        Entry(number<network, &N::spread>("network.spread", {'[', 0, 5, ']'}),
              "σ of the rates' log-normal distribution; 1 has stragglers 10 times slower")
            .when({"a rate: network.uplink, network.downlink or network.speed above 0",
                   [](const Config& c) {
                       return c.network.uplink > 0 || c.network.downlink > 0 || c.network.speed > 0;
                   }}),
        Entry(number<network, &N::dropout>("network.dropout", {'[', 0, 1, ')'}),
              "probability that a client of the cohort does not finish a round"),
    };
}

std::vector<Key> make_keys() {
    std::vector<Key> keys;
    const auto add = [&](std::vector<Entry> entries) {
        for (Entry& entry : entries) keys.push_back(std::move(entry.key));
    };
    add(experiment_entries());
    add(data_entries());
    add(client_entries());
    add({Entry(word<model, &ModelConfig::name>(
                   "model.name", {"logistic", "mlp", "lenet5", "cnn2", "cnn4", "cnn8"}),
               "the model")});
    add(method_entries());
    add(server_entries());
    add(network_entries());
    return keys;
}

} // namespace

std::span<const Key> config_keys() {
    static const std::vector<Key> keys = make_keys();
    return keys;
}

} // namespace fedmrn
