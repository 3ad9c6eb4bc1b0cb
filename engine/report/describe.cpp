// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/describe.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "engine/base/words.hpp"
#include "engine/report/histogram.hpp"
#include "engine/report/holdings.hpp"
#include "fedmrn/images.hpp"

namespace fedmrn {
namespace {

constexpr std::size_t page_columns = 100, most_rows = 20;

std::string normalisation(const Column& split) {
    if (split.mean.empty()) return "none";
    const auto all_equal = [](const std::vector<float>& v) {
        return std::all_of(v.begin(), v.end(), [&](float x) { return x == v.front(); });
    };
    if (all_equal(split.mean) && all_equal(split.deviation)) {
        return fmt::format("(x − {:.4f}) / {:.4f}", split.mean.front(), split.deviation.front());
    }
    if (split.mean.size() > 4) return "each channel by its own mean and deviation";
    const auto list = [](const std::vector<float>& v) {
        std::string text;
        for (const float x : v) {
            text += fmt::format("{}{:.4f}", text.empty() ? "" : " ", x);
        }
        return text;
    };
    return fmt::format("(x − [{}]) / [{}]", list(split.mean), list(split.deviation));
}

std::string column_text(const Dataset& dataset, const Column& column) {
    std::string text = text_of(column.tensor);
    if (column.below != 0) {
        text += column.name == dataset.label ? fmt::format(", {} classes", column.below)
                                             : fmt::format(", 0 … {}", column.below - 1);
    }
    return text;
}

/// Images with a class each, as most data sets are; else a line a column.
std::string columns_text(const Dataset& dataset) {
    if (const auto shape = image_shape_of(dataset)) {
        const Column &train = dataset.train.columns.front(), &test = dataset.test.columns.front();
        return fmt::format(
            "  shape        {} × {} × {} bytes (height × width × channels), {} classes\n"
            "  normalised   training {}\n"
            "               test     {}\n",
            shape->height, shape->width, shape->channels, dataset.classes(), normalisation(train),
            normalisation(test));
    }
    std::size_t width = 0;
    for (const Column& column : dataset.train.columns) {
        width = std::max(width, column.name.size());
    }
    std::string text;
    for (const Column& column : dataset.train.columns) {
        text += fmt::format("  {:<11}  {:<{}}  {}\n", text.empty() ? "columns" : "", column.name,
                            width, column_text(dataset, column));
    }
    return text;
}

std::string summary(const Dataset& dataset, const ClientSplit& split) {
    const std::size_t all = dataset.train.samples(), held = split.order.size();
    std::string text = fmt::format("{}\n", dataset.name);
    text += fmt::format("  samples      {} for training, {} for testing\n", grouped(all),
                        grouped(dataset.test.samples()));
    text += columns_text(dataset);
    if (!dataset.owners.empty()) {
        const std::uint32_t last = *std::max_element(dataset.owners.begin(), dataset.owners.end());
        text += fmt::format("  users        {}\n", grouped(std::uint64_t{last} + 1));
    }
    text += fmt::format("  clients      {}, which hold {} samples", grouped(split.clients()),
                        grouped(held));
    const std::size_t aside = split.validation.size(), unused = all - held - aside;
    if (aside != 0) text += fmt::format("; {} set aside for validation", grouped(aside));
    return text + (unused == 0 ? "\n" : fmt::format("; {} unused\n", grouped(unused)));
}

/// The table's columns: a number a class where they fit the page, otherwise one block a group of
/// classes, as high as the group's share of the row's largest.
class ClassColumns {
public:
    ClassColumns(std::size_t classes, std::uint64_t most, std::size_t room)
        : classes_(classes), group_((classes + room - 2) / (room - 1)) {
        const std::size_t digits =
            std::max(grouped(most).size(), std::to_string(classes - 1).size());
        width_ = classes * (digits + 2) <= room ? digits + 2 : digits + 1;
        numbers_ = classes * width_ <= room;
    }

    [[nodiscard]] std::string head() const {
        if (!numbers_) {
            return fmt::format(" classes 0 … {}{}", classes_ - 1,
                               group_ > 1 ? fmt::format(", {} a column", group_) : "");
        }
        std::string text;
        for (std::size_t c = 0; c < classes_; ++c) {
            text += fmt::format("{:>{}}", c, width_);
        }
        return text;
    }

    [[nodiscard]] std::size_t columns() const {
        return numbers_ ? classes_ * width_ : (classes_ + group_ - 1) / group_ + 1;
    }

    [[nodiscard]] std::string row(std::span<const std::uint64_t> counts) const {
        std::string text;
        if (numbers_) {
            for (const std::uint64_t n : counts) {
                text += n == 0 ? std::string(width_ - 1, ' ') + "·"
                               : fmt::format("{:>{}}", grouped(n), width_);
            }
            return text;
        }
        static constexpr const char* blocks[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
        std::vector<std::uint64_t> groups((classes_ + group_ - 1) / group_);
        for (std::size_t c = 0; c < classes_; ++c) {
            groups[c / group_] += counts[c];
        }
        const std::uint64_t largest =
            std::max<std::uint64_t>(1, *std::max_element(groups.begin(), groups.end()));
        text.push_back(' ');
        for (const std::uint64_t n : groups) {
            text += blocks[(8 * n + largest - 1) / largest];
        }
        return text;
    }

private:
    std::size_t classes_, group_, width_ = 0; ///< group_: classes a block
    bool numbers_ = true;
};

std::string table(const Dataset& dataset, const ClientSplit& split, const Holdings& holdings) {
    const Spread samples = spread(holdings.samples), labels = spread(holdings.labels);
    const std::size_t digits = std::max<std::size_t>(7, grouped(samples.most).size());
    const std::size_t left_columns = 21 + digits;
    std::uint64_t most = 0;
    for (const Spread& s : holdings.by_class) {
        most = std::max(most, s.most);
    }
    const ClassColumns columns(dataset.classes(), most, page_columns - left_columns);

    std::string text = fmt::format("  {:>6}  {:>{}}  {:>6}  │{}\n", "client", "samples", digits,
                                   "labels", columns.head());
    const auto add_row = [&](const std::string& name, std::uint64_t held, std::uint64_t different,
                             std::span<const std::uint64_t> counts) {
        text += fmt::format("  {:>6}  {:>{}}  {:>6}  │{}\n", name, grouped(held), digits, different,
                            columns.row(counts));
    };
    const auto add_rule = [&] {
        const auto line = [](std::size_t length) {
            std::string dashes;
            while (length-- > 0) {
                dashes += "─";
            }
            return dashes;
        };
        text += fmt::format("  {}┼{}\n", line(left_columns - 3), line(columns.columns()));
    };

    add_rule();
    const std::size_t rows = std::min(split.clients(), most_rows);
    for (std::size_t k = 0; k < rows; ++k) {
        add_row(grouped(k), holdings.samples[k], holdings.labels[k],
                class_counts(dataset, split, k));
    }
    if (rows < split.clients()) {
        text += fmt::format("  {:>6}  and {} more\n", "…", grouped(split.clients() - rows));
    }
    add_rule();
    const auto footer = [&](const char* name, std::uint64_t Spread::*field) {
        std::vector<std::uint64_t> counts;
        for (const Spread& s : holdings.by_class) {
            counts.push_back(s.*field);
        }
        add_row(name, samples.*field, labels.*field, counts);
    };
    footer("least", &Spread::least);
    footer("median", &Spread::median);
    footer("most", &Spread::most);
    return text;
}

} // namespace

std::string describe(const Dataset& dataset, const ClientSplit& split) {
    std::string text = summary(dataset, split);
    if (split.clients() == 0) return text;
    if (dataset.classes() == 0) {
        std::vector<std::uint64_t> held(split.clients());
        for (std::size_t k = 0; k < held.size(); ++k) {
            held[k] = split.samples(k);
        }
        return text + "\nclients by the samples they hold\n" + histogram(held);
    }
    const Holdings holdings = count_holdings(dataset, split);
    text += '\n';
    text += table(dataset, split, holdings);
    text += "\nclients by the samples they hold\n" + histogram(holdings.samples);
    text += "\nclients by the labels they hold\n" + histogram(holdings.labels);
    return text;
}

} // namespace fedmrn
