// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/client_results.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

#include "engine/base/text.hpp"

namespace fedmrn {
namespace {

/// What clients with samples are judged by, the worst first.
std::vector<double> sorted_values(std::span<const Evaluation> clients, const Measure& measure) {
    std::vector<double> values;
    for (const Evaluation& client : clients)
        if (client.samples != 0)
            values.push_back(client.metrics.empty() ? client.loss : client.metrics.front());
    std::sort(values.begin(), values.end(),
              [&](double a, double b) { return measure.prefers(b, a); });
    return values;
}

double mean(std::span<const double> values) {
    return values.empty() ? 0
                          : std::accumulate(values.begin(), values.end(), 0.0) /
                                static_cast<double>(values.size());
}

constexpr std::size_t steps = 20;

/// Steps of equal width over the values.
struct Histogram {
    double low = 0, high = 1;
    std::array<std::size_t, steps> counts{};
};

/// A fraction's from 0 to 1, a number's from the least value to the largest.
Histogram histogram(std::span<const double> values, const Measure& measure) {
    Histogram made;
    if (measure.unit == Unit::number && !values.empty()) {
        made.low = std::min(values.front(), values.back()); // they are sorted
        made.high = std::max(values.front(), values.back());
        if (!(made.high > made.low)) made.low -= 0.5, made.high += 0.5;
    }
    for (const double value : values) {
        const double share = (value - made.low) / (made.high - made.low);
        ++made.counts[std::min(static_cast<std::size_t>(share * steps), steps - 1)];
    }
    return made;
}

/// Where a step begins.
std::string tick(const Histogram& histogram, const Measure& measure, std::size_t step) {
    if (measure.unit == Unit::fraction) return fmt::format("{} %", step * 100 / steps);
    return fmt::format("{:.3g}", histogram.low + (histogram.high - histogram.low) *
                                                     static_cast<double>(step) / steps);
}

} // namespace

ClientSpread spread_of(std::span<const Evaluation> clients, const Measure& measure) {
    const std::vector<double> sorted = sorted_values(clients, measure);
    ClientSpread spread;
    spread.clients = sorted.size();
    spread.mean = mean(sorted);
    spread.worst_tenth = mean(std::span(sorted).first((sorted.size() + 9) / 10));
    double squares = 0;
    for (const double value : sorted) squares += (value - spread.mean) * (value - spread.mean);
    if (!sorted.empty()) spread.deviation = std::sqrt(squares / static_cast<double>(sorted.size()));
    return spread;
}

std::string clients_csv(std::span<const Evaluation> clients, std::span<const Measure> metrics,
                        std::span<const std::uint32_t> users) {
    std::string text = users.empty() ? "client,samples" : "client,user,samples";
    for (const Measure& metric : metrics) text += "," + metric.name;
    text += ",loss\n";
    for (std::size_t k = 0; k < clients.size(); ++k) {
        text += fmt::format("{},", k);
        if (!users.empty()) text += fmt::format("{},", users[k]);
        const Evaluation& client = clients[k];
        text += fmt::format("{}", client.samples);
        for (const double value : client.metrics)
            text += client.samples == 0 ? "," : fmt::format(",{}", value);
        text += client.samples == 0 ? ",\n" : fmt::format(",{}\n", client.loss);
    }
    return text;
}

std::string clients_svg(std::span<const Evaluation> clients, const Measure& measure,
                        const std::string& title) {
    // All lengths are user units of a drawing of this size.
    constexpr double width = 960, height = 540, left = 92, right = 930, top = 96, bottom = 462;
    constexpr double step = (right - left) / steps;
    const std::vector<double> sorted = sorted_values(clients, measure);
    const Histogram steps_of = histogram(sorted, measure);
    const auto& counts = steps_of.counts;
    const std::size_t most =
        std::max<std::size_t>(1, *std::max_element(counts.begin(), counts.end()));
    const ClientSpread spread = spread_of(clients, measure);
    const auto text = [&](double value) { return measured_text(measure.unit, value); };
    std::string out;
    const auto add = [&]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    };
    add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" font-family=\"'DejaVu Sans', 'Segoe UI', Helvetica, Arial, sans-serif\" "
        "font-size=\"14\" fill=\"#333\" role=\"img\">\n<title>{2}</title>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
        "<text x=\"{3}\" y=\"40\" font-size=\"20\" font-weight=\"bold\" fill=\"#111\">{2}</text>\n",
        width, height, xml_text(title), left);
    add("<text x=\"{}\" y=\"68\">{}: mean {}, worst tenth {}, deviation {}</text>\n", left,
        counted(spread.clients, "client"), text(spread.mean), text(spread.worst_tenth),
        text(spread.deviation));
    for (std::size_t i = 0; i < steps; ++i) {
        const double x = left + step * static_cast<double>(i);
        const double tall =
            (bottom - top) * static_cast<double>(counts[i]) / static_cast<double>(most);
        if (counts[i] == 0) continue;
        add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#0b5fa5\"/>"
            "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
            x + 1, bottom - tall, step - 2, tall, x + step / 2, bottom - tall - 6,
            grouped(counts[i]));
    }
    add("<path d=\"M{} {}H{}\" stroke=\"#666\"/>\n<g text-anchor=\"middle\">\n", left, bottom,
        right);
    for (std::size_t i = 0; i <= steps; i += 2)
        add("<text x=\"{:.1f}\" y=\"{}\">{}</text>\n", left + step * static_cast<double>(i),
            bottom + 22, tick(steps_of, measure, i));
    add("<text x=\"{}\" y=\"{}\">{} on a client's own samples</text>\n</g>\n</svg>\n",
        (left + right) / 2, bottom + 52, measure.name);
    return out;
}

} // namespace fedmrn
