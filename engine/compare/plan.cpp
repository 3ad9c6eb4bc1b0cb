// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/compare/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "engine/base/file.hpp"
#include "engine/base/suggest.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/labels.hpp"
#include "engine/compare/rows.hpp"
#include "engine/report/run_text.hpp"
#include "fedmrn/error.hpp"

namespace fedmrn {
namespace {

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

/// [compare] of a file.
class CompareReader {
public:
    explicit CompareReader(const ConfigReader& base) : base_(base) {}

    void section(const toml::node& node);
    [[nodiscard]] ComparePlan plan(const std::string& file) const;

private:
    [[nodiscard]] std::vector<const toml::node*> seeds(const char* name,
                                                       const toml::node& node) const;
    void read_measure(const toml::node* metric);
    void read_target(const toml::node* target);
    void read_last(const toml::node& node);
    void read_validation(const toml::node& node);
    [[nodiscard]] std::size_t baseline(const std::vector<std::string>& labels) const;
    [[nodiscard]] ConfigReader reader(const CompareRow& partition, const CompareRow& method,
                                      const toml::node* seed) const;
    [[nodiscard]] PlannedCell cell(std::size_t partition, std::size_t method,
                                   const std::filesystem::path& folder, Heed& heed) const;

    const ConfigReader& base_;
    std::vector<CompareRow> methods_, partitions_;
    std::vector<const toml::node*> seeds_, tuning_seeds_;
    const toml::node* baseline_ = nullptr;
    Measure measure_;
    std::optional<double> target_;
    std::size_t last_ = 5;
    double validation_ = 0.1;
};

std::vector<const toml::node*> CompareReader::seeds(const char* name,
                                                    const toml::node& node) const {
    const Key& key = *find_key("experiment", "seed");
    const auto refuse = [&](const std::string& found) {
        throw Error(
            fmt::format("{}: compare.{}: expected a list of different seeds, each {}, found {}",
                        base_.line(node), name, key.expected, found));
    };
    const toml::array* array = node.as_array();
    if (array == nullptr) refuse(one_line(found_text(node)));
    if (array->empty()) refuse("an empty list");
    std::vector<std::int64_t> seen;
    std::vector<const toml::node*> seeds;
    for (const toml::node& element : *array) {
        const auto* whole = element.as_integer();
        if (whole == nullptr || whole->get() < 0) refuse(one_line(found_text(element)));
        if (std::count(seen.begin(), seen.end(), whole->get()) > 0)
            refuse(fmt::format("{} twice", whole->get()));
        seen.push_back(whole->get());
        seeds.push_back(&element);
    }
    return seeds;
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

void CompareReader::read_validation(const toml::node& node) {
    const Key& key = *find_key("data", "validation");
    const auto share = node.value<double>();
    if (!node.is_number() || !share || !(*share > 0 && *share <= 0.5))
        throw Error(fmt::format("{}: compare.validation: expected a number in (0, 0.5], as {} "
                                "takes, found {}",
                                base_.line(node), key.full(), one_line(found_text(node))));
    validation_ = *share;
}

/// The row that is said, or the first.
std::size_t CompareReader::baseline(const std::vector<std::string>& labels) const {
    if (baseline_ == nullptr) return 0;
    const auto said = baseline_->value<std::string>();
    const auto found = std::find(labels.begin(), labels.end(), said.value_or(""));
    if (found != labels.end()) return static_cast<std::size_t>(found - labels.begin());
    const std::vector<std::string_view> known(labels.begin(), labels.end());
    throw Error(fmt::format("{}: compare.baseline: expected a row's label, {}, found {}",
                            base_.line(*baseline_), quoted_alternatives(known),
                            one_line(found_text(*baseline_))));
}

void CompareReader::section(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (table == nullptr)
        throw Error(fmt::format("{}: compare: expected a section [compare], found {}",
                                base_.line(node), one_line(found_text(node))));
    const toml::node *metric = nullptr, *target = nullptr;
    for (const auto& [name, value] : by_line(*table)) {
        if (name == "seeds")
            seeds_ = seeds("seeds", *value);
        else if (name == "metric")
            metric = value;
        else if (name == "target")
            target = value;
        else if (name == "last")
            read_last(*value);
        else if (name == "baseline")
            baseline_ = value;
        else if (name == "validation")
            read_validation(*value);
        else if (name == "tuning_seeds")
            tuning_seeds_ = seeds("tuning_seeds", *value);
        else if (name == "method")
            methods_ = read_rows(base_, "compare.method", *value, {"method", "client"});
        else if (name == "partition")
            partitions_ = read_rows(base_, "compare.partition", *value, {"data"});
        else
            unknown_compare_key(
                base_.line(*value), "compare", name,
                std::vector<std::string_view>{"seeds", "metric", "target", "last", "baseline",
                                              "validation", "tuning_seeds", "method", "partition"});
    }
    read_measure(metric);
    read_target(target);
    if (methods_.empty())
        throw Error(base_.line(node) + ": compare.method: expected at least one row "
                                       "[[compare.method]], found none");
    if (partitions_.empty()) partitions_.push_back({"", base_.line(node), {}, nullptr});
    if (seeds_.empty()) seeds_.push_back(nullptr); // the base's
    if (tuning_seeds_.empty()) tuning_seeds_.push_back(seeds_.front());
}

ConfigReader CompareReader::reader(const CompareRow& partition, const CompareRow& method,
                                   const toml::node* seed) const {
    ConfigReader reader = base_;
    for (const CompareRow* row : {&partition, &method})
        for (const Change& change : row->changes)
            reader.assign(base_.line(*change.value), *change.key, *change.value);
    if (method.stages != nullptr) reader.stages(*method.stages);
    if (seed != nullptr) reader.assign(base_.line(*seed), *find_key("experiment", "seed"), *seed);
    return reader;
}

void require_apart(const std::vector<std::string>& labels, const std::vector<CompareRow>& rows,
                   const std::string& name) {
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (std::find(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(i), labels[i]) !=
            labels.begin() + static_cast<std::ptrdiff_t>(i))
            throw Error(fmt::format("{}: {}.label: expected one of its own, found \"{}\" again",
                                    rows[i].where, name, labels[i]));
}

PlannedCell CompareReader::cell(std::size_t partition, std::size_t method,
                                const std::filesystem::path& folder, Heed& heed) const {
    PlannedCell cell{partition, method, {}};
    const std::vector<TriedRow> tried = tried_rows(base_, methods_[method]);
    std::vector<std::string> labels;
    for (const TriedRow& one : tried) labels.push_back(one.label);
    const std::vector<std::string> names = file_names_of(labels);
    for (std::size_t t = 0; t < tried.size(); ++t) {
        Candidate& candidate = cell.candidates.emplace_back(Candidate{labels[t], {}, {}});
        const std::filesystem::path place = labels[t].empty() ? folder : folder / names[t];
        const auto config = [&](const toml::node* seed, const char* what) {
            const ConfigReader run = reader(partitions_[partition], tried[t].row, seed);
            heed.add(run);
            Config c = run.finish();
            c.experiment.out = (place / fmt::format("{}-{}", what, c.experiment.seed)).string();
            return c;
        };
        for (const toml::node* seed : seeds_) candidate.runs.push_back(config(seed, "seed"));
        for (const toml::node* seed : tuning_seeds_) {
            if (tried.size() == 1) break;
            Config c = config(seed, "tuning-seed");
            c.data.validation = validation_;
            candidate.tuning.push_back(std::move(c));
        }
    }
    return cell;
}

ComparePlan CompareReader::plan(const std::string& file) const {
    ComparePlan plan;
    plan.name = std::filesystem::path(file).stem().string();
    plan.measure = measure_;
    plan.target = target_;
    plan.last = last_;
    plan.seeds = seeds_.size();
    for (const CompareRow& row : partitions_)
        plan.partitions.push_back(
            row.label.empty()
                ? split_name(reader(row, common_row(methods_.front()), seeds_.front()).finish())
                : row.label);
    for (const CompareRow& row : methods_)
        plan.methods.push_back(
            row.label.empty()
                ? method_name(reader(partitions_.front(), common_row(row), seeds_.front()).finish())
                : row.label);
    require_apart(plan.partitions, partitions_, "compare.partition");
    require_apart(plan.methods, methods_, "compare.method");
    const std::vector<std::string> partition_folders = file_names_of(plan.partitions),
                                   method_folders = file_names_of(plan.methods);
    plan.baseline = baseline(plan.methods);
    plan.validation = validation_;
    plan.out =
        reader(partitions_.front(), tried_rows(base_, methods_.front()).front().row, seeds_.front())
            .finish()
            .experiment.out;
    Heed heed;
    for (std::size_t p = 0; p < partitions_.size(); ++p)
        for (std::size_t m = 0; m < methods_.size(); ++m)
            plan.cells.push_back(cell(
                p, m, std::filesystem::path(plan.out) / partition_folders[p] / method_folders[m],
                heed));
    heed.require_all();
    const Config& first = plan.cells.front().candidates.front().runs.front();
    plan.setting = fmt::format("{}, {}, {}, {} a round, {}", first.data.name, first.model.name,
                               clients_count(first.data.clients), grouped(first.client.cohort),
                               counted(first.experiment.rounds, "round"));
    return plan;
}

} // namespace

std::size_t ComparePlan::runs() const {
    std::size_t count = 0;
    for (const PlannedCell& cell : cells) {
        for (const Candidate& candidate : cell.candidates) count += candidate.tuning.size();
        count += seeds;
    }
    return count;
}

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
