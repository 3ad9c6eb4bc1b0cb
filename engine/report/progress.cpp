// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/report/progress.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include <fmt/core.h>

#include "engine/base/text.hpp"

namespace fedmrn {
namespace {

constexpr double redraw_seconds = 0.1;

/// Eighths of a character, so that a short bar still moves smoothly.
std::string bar(double share, unsigned width) {
    static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto filled = static_cast<unsigned>(std::clamp(share, 0.0, 1.0) * 8 * width);
    std::string text;
    for (unsigned i = 0; i < filled / 8; ++i) text += "█";
    text += eighths[filled % 8];
    for (unsigned i = (filled + 7) / 8; i < width; ++i) text += "░";
    return text;
}

} // namespace

double Progress::steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Progress::Progress(std::ostream& out, const Terminal& terminal, Measure measure,
                   std::uint32_t rounds, std::uint32_t done, std::uint64_t uplink_bytes,
                   Clock clock)
    : out_(out), terminal_(terminal), clock_(std::move(clock)), rounds_(rounds), first_(done),
      done_(done), uplink_bytes_(uplink_bytes), measure_(std::move(measure)), start_(clock_()) {}

std::string Progress::line(bool running, double share, std::uint64_t samples,
                           unsigned columns) const {
    const double now = clock_(), elapsed = now - start_;
    const double complete = done_ - first_ + share; // rounds of this process
    const double rate = elapsed > 0 ? static_cast<double>(samples_ + samples) / elapsed : 0;
    std::vector<std::string> fields;
    fields.push_back(
        fmt::format("round {}/{}", std::min(done_ + (running ? 1 : 0), rounds_), rounds_));
    if (value_) fields.push_back(measure_.name + " " + measured_text(measure_.unit, *value_));
    if (done_ < rounds_ && complete > 0)
        fields.push_back(duration_text(elapsed / complete * (rounds_ - first_ - complete)) +
                         " left");
    fields.push_back("uplink " + bytes_text(static_cast<double>(uplink_bytes_)));
    fields.push_back(grouped(static_cast<std::uint64_t>(rate)) + " samples/s");

    // What does not fit is left out, the least important last; every field is plain ASCII.
    std::string text;
    for (const std::string& field : fields)
        if (text.size() + field.size() + 2 < columns) text += (text.empty() ? "" : "  ") + field;
    constexpr unsigned least = 8, most = 24;
    if (terminal_.interactive && text.size() + 2 + least < columns) {
        const auto room = static_cast<unsigned>(columns - text.size() - 3);
        text = bar((done_ + share) / rounds_, std::min(room, most)) + "  " + text;
    }
    return text;
}

void Progress::draw(bool running, double share, std::uint64_t samples) {
    out_ << '\r' << line(running, share, samples, terminal_.columns) << "\x1b[K" << std::flush;
    live_ = true;
    drawn_ = clock_();
}

void Progress::update(double share, std::uint64_t samples) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock || !terminal_.interactive) return;
    if (drawn_ >= 0 && clock_() - drawn_ < redraw_seconds) return;
    draw(true, share, samples);
}

void Progress::round_done(const RoundMetrics& round) {
    const std::lock_guard lock(mutex_);
    done_ = round.round;
    uplink_bytes_ += round.uplink_bytes;
    samples_ += round.samples;
    if (const auto value = round.value(measure_.name)) value_ = value;
    if (terminal_.interactive) {
        draw(false, 0, 0);
        return;
    }
    const std::uint32_t every = std::max(1U, (rounds_ - first_) / 10);
    if (done_ == first_ + 1 || done_ == rounds_ || (done_ - first_) % every == 0)
        out_ << line(false, 0, 0, 200) << std::endl;
}

void Progress::finish() {
    const std::lock_guard lock(mutex_);
    if (live_) out_ << '\n' << std::flush;
    live_ = false;
}

} // namespace fedmrn
