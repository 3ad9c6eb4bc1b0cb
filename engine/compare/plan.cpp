// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/plan.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>

#include <fmt/core.h>

#include "engine/base/file.hpp"
#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/labels.hpp"
#include "engine/config/reader.hpp"
#include "engine/report/run_text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

/// What one row, or one seed, changes in the base.
struct Change {
    const Key* key;
    const toml::node* value;
};

struct Row {
    std::string label; ///< empty: named after what it sets
    std::string where;
    std::vector<Change> changes;
    const toml::node* stages = nullptr; ///< in the place of the base's
};

[[noreturn]] void unknown(const std::string& where, const std::string& prefix,
                          std::string_view name, std::span<const std::string_view> known) {
    const std::string_view near = nearest(name, known);
    throw Error(fmt::format("{}: unknown key {}.{}; expected {}{}", where, prefix, one_line(name),
                            alternatives(known),
                            near.empty() ? "" : fmt::format("; did you mean {}?", near)));
}

/// [compare] of a file.
class CompareReader {
public:
    explicit CompareReader(const ConfigReader& base) : base_(base) {}

    void section(const toml::node& node);
    [[nodiscard]] ComparePlan plan(const std::string& file) const;

private:
    using Sections = std::initializer_list<std::string_view>;
    [[nodiscard]] std::vector<Row> rows(const std::string& name, const toml::node& node,
                                        Sections sections) const;
    [[nodiscard]] Row row(const std::string& name, const toml::table& table,
                          Sections sections) const;
    void read_seeds(const toml::node& node);
    void read_measure(const toml::node* metric);
    void read_target(const toml::node* target);
    void read_last(const toml::node& node);
    [[nodiscard]] ConfigReader reader(const Row& partition, const Row& method,
                                      const toml::node* seed) const;

    const ConfigReader& base_;
    std::vector<Row> methods_, partitions_;
    std::vector<const toml::node*> seeds_;
    Measure measure_;
    std::optional<double> target_;
    std::size_t last_ = 5;
};

Row CompareReader::row(const std::string& name, const toml::table& table, Sections sections) const {
    Row row{"", base_.line(table), {}, nullptr};
    for (const auto& [key_name, value] : by_line(table)) {
        if (key_name == "label") {
            const auto* text = value->as_string();
            if (text == nullptr || text->get().find_first_not_of(" \t\r\n") == std::string::npos)
                throw Error(
                    fmt::format("{}: {}.label: expected a string that is not empty, found {}",
                                base_.line(*value), name, one_line(found_text(*value))));
            row.label = one_line(text->get());
            continue;
        }
        if (key_name == "stage" && name == "compare.method") {
            row.stages = value;
            continue;
        }
        const Key* key = nullptr;
        for (const std::string_view section : sections)
            if (key == nullptr) key = find_key(section, key_name);
        if (key == nullptr) {
            std::vector<std::string_view> known{"label"};
            if (name == "compare.method") known.emplace_back("stage");
            for (const std::string_view section : sections)
                for (const Key& k : config_keys())
                    if (k.section == section) known.push_back(k.name);
            unknown(base_.line(*value), name, key_name, known);
        }
        row.changes.push_back({key, value});
    }
    return row;
}

std::vector<Row> CompareReader::rows(const std::string& name, const toml::node& node,
                                     Sections sections) const {
    const toml::array* array = node.as_array();
    if (array == nullptr || array->empty() || !array->is_homogeneous<toml::table>())
        throw Error(fmt::format("{}: {}: expected rows [[{}]], found {}", base_.line(node), name,
                                name, one_line(found_text(node))));
    std::vector<Row> rows;
    for (const toml::node& element : *array)
        rows.push_back(row(name, *element.as_table(), sections));
    return rows;
}

void CompareReader::read_seeds(const toml::node& node) {
    const Key& key = *find_key("experiment", "seed");
    const auto refuse = [&](const std::string& found) {
        throw Error(
            fmt::format("{}: compare.seeds: expected a list of different seeds, each {}, found {}",
                        base_.line(node), key.expected, found));
    };
    const toml::array* array = node.as_array();
    if (array == nullptr) refuse(one_line(found_text(node)));
    if (array->empty()) refuse("an empty list");
    std::vector<std::int64_t> seen;
    for (const toml::node& element : *array) {
        const auto* whole = element.as_integer();
        if (whole == nullptr || whole->get() < 0) refuse(one_line(found_text(element)));
        if (std::count(seen.begin(), seen.end(), whole->get()) > 0)
            refuse(fmt::format("{} twice", whole->get()));
        seen.push_back(whole->get());
        seeds_.push_back(&element);
    }
}

/// The metric that is said, or the first: one of the model's, or its loss.
void CompareReader::read_measure(const toml::node* metric) {
    std::vector<Measure> measures = base_.measures();
    measures.push_back(loss_measure());
    measure_ = measures.front();
    if (metric == nullptr) return;
    std::vector<std::string_view> known;
    for (const Measure& measure : measures) {
        known.emplace_back(measure.name);
        if (metric->value<std::string>() != measure.name) continue;
        measure_ = measure;
        return;
    }
    throw Error(fmt::format("{}: compare.metric: expected {}, found {}", base_.line(*metric),
                            quoted_alternatives(known), one_line(found_text(*metric))));
}

/// Nothing is waited for where nobody says what, but for 0.8 of a fraction that is to be high.
void CompareReader::read_target(const toml::node* target) {
    const bool fraction = measure_.unit == Unit::fraction;
    if (target == nullptr) {
        if (fraction && measure_.better == Better::higher) target_ = 0.8;
        return;
    }
    target_ = target->value<double>();
    if (!target->is_number() || !target_ || (fraction && !(*target_ > 0 && *target_ <= 1)))
        throw Error(fmt::format("{}: compare.target: expected a number{}, found {}",
                                base_.line(*target), fraction ? " in (0, 1]" : "",
                                one_line(found_text(*target))));
}

void CompareReader::read_last(const toml::node& node) {
    const auto* whole = node.as_integer();
    if (whole == nullptr || whole->get() < 1 || whole->get() > 1'000'000)
        throw Error(fmt::format("{}: compare.last: expected an integer in 1 … 1000000, found {}",
                                base_.line(node), one_line(found_text(node))));
    last_ = static_cast<std::size_t>(whole->get());
}

void CompareReader::section(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr)
        throw Error(fmt::format("{}: compare: expected a section [compare], found {}",
                                base_.line(node), one_line(found_text(node))));
    const toml::node *metric = nullptr, *target = nullptr;
    for (const auto& [name, value] : by_line(*table)) {
        if (name == "seeds")
            read_seeds(*value);
        else if (name == "metric")
            metric = value;
        else if (name == "target")
            target = value;
        else if (name == "last")
            read_last(*value);
        else if (name == "method")
            methods_ = rows("compare.method", *value, {"method", "client"});
        else if (name == "partition")
            partitions_ = rows("compare.partition", *value, {"data"});
        else
            unknown(base_.line(*value), "compare", name,
                    std::vector<std::string_view>{"seeds", "metric", "target", "last", "method",
                                                  "partition"});
    }
    read_measure(metric);
    read_target(target);
    if (methods_.empty())
        throw Error(base_.line(node) + ": compare.method: expected at least one row "
                                       "[[compare.method]], found none");
    if (partitions_.empty()) partitions_.push_back({"", base_.line(node), {}, nullptr});
    if (seeds_.empty()) seeds_.push_back(nullptr); // the base's
}

ConfigReader CompareReader::reader(const Row& partition, const Row& method,
                                   const toml::node* seed) const {
    ConfigReader reader = base_;
    for (const Row* row : {&partition, &method})
        for (const Change& change : row->changes)
            reader.assign(base_.line(*change.value), *change.key, *change.value);
    if (method.stages != nullptr) reader.stages(*method.stages);
    if (seed != nullptr) reader.assign(base_.line(*seed), *find_key("experiment", "seed"), *seed);
    return reader;
}

void require_apart(const std::vector<std::string>& labels, const std::vector<Row>& rows,
                   const std::string& name) {
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (std::find(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(i), labels[i]) !=
            labels.begin() + static_cast<std::ptrdiff_t>(i))
            throw Error(fmt::format("{}: {}.label: expected one of its own, found \"{}\" again",
                                    rows[i].where, name, labels[i]));
}

/// Finds keys that were given and that no run of a comparison heeds.
class Heed {
public:
    void add(const ConfigReader& run) {
        std::set<std::string> idle;
        for (const Idle& key : run.idle()) {
            const std::string place = key.where + key.key->full();
            idle.insert(place);
            texts_.emplace(place, key.text());
        }
        for (const auto& [key, where] : run.given())
            if (!idle.contains(where + key)) heeded_.insert(where + key);
    }
    void require_all() const {
        for (const auto& [place, text] : texts_)
            if (!heeded_.contains(place))
                throw Error(text + ", which no run of this comparison has");
    }

private:
    std::map<std::string, std::string> texts_; ///< of what some run did not heed, by place
    std::set<std::string> heeded_;
};

ComparePlan CompareReader::plan(const std::string& file) const {
    ComparePlan plan;
    plan.name = std::filesystem::path(file).stem().string();
    plan.measure = measure_;
    plan.target = target_;
    plan.last = last_;
    plan.seeds = seeds_.size();
    for (const Row& row : partitions_)
        plan.partitions.push_back(
            row.label.empty() ? split_name(reader(row, methods_.front(), seeds_.front()).finish())
                              : row.label);
    for (const Row& row : methods_)
        plan.methods.push_back(
            row.label.empty()
                ? method_name(reader(partitions_.front(), row, seeds_.front()).finish())
                : row.label);
    require_apart(plan.partitions, partitions_, "compare.partition");
    require_apart(plan.methods, methods_, "compare.method");
    const std::vector<std::string> partition_folders = file_names_of(plan.partitions),
                                   method_folders = file_names_of(plan.methods);
    Heed heed;
    for (std::size_t p = 0; p < partitions_.size(); ++p)
        for (std::size_t m = 0; m < methods_.size(); ++m)
            for (const toml::node* seed : seeds_) {
                const ConfigReader run = reader(partitions_[p], methods_[m], seed);
                heed.add(run);
                Config c = run.finish();
                plan.out = c.experiment.out;
                const std::filesystem::path folder = std::filesystem::path(plan.out) /
                                                     partition_folders[p] / method_folders[m] /
                                                     fmt::format("seed-{}", c.experiment.seed);
                c.experiment.out = folder.string();
                plan.runs.push_back({p, m, std::move(c)});
            }
    heed.require_all();
    const Config& first = plan.runs.front().config;
    plan.setting = fmt::format("{}, {}, {}, {} a round, {}", first.data.name, first.model.name,
                               clients_count(first.data.clients), grouped(first.client.cohort),
                               counted(first.experiment.rounds, "round"));
    return plan;
}

} // namespace

ComparePlan parse_compare(std::string_view text, std::string_view file_name,
                          std::span<const std::string> overrides) {
    const std::string file(file_name);
    const toml::table all = parse_toml(text, file);
    ConfigReader reader(file);
    reader.sections(all, "compare");
    for (const std::string& argument : overrides) reader.override_with(argument);
    const toml::node* section = all.get("compare");
    if (section == nullptr)
        throw Error(file + ": compare: expected a section [compare], found none; `fedmrn run` runs "
                           "an experiment");
    CompareReader compare(reader);
    compare.section(*section);
    return compare.plan(file);
}

bool is_comparison(const std::filesystem::path& file) {
    const std::vector<std::byte> bytes = read_file(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return parse_toml(text, file.string()).contains("compare");
}

ComparePlan load_compare(const std::filesystem::path& file,
                         std::span<const std::string> overrides) {
    const std::vector<std::byte> bytes = read_file(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return parse_compare(text, file.string(), overrides);
}

} // namespace fedmrn
