// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/store/checkpoint_writer.hpp"

#include <chrono>
#include <ctime>
#include <utility>

namespace fedmrn {
namespace {

/// Of the calling thread.
double seconds_of_processor() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace

CheckpointWriter::CheckpointWriter(std::filesystem::path path, std::function<void()> before)
    : path_(std::move(path)), before_(std::move(before)) {}

CheckpointWriter::~CheckpointWriter() {
    if (under_way_.valid()) under_way_.wait();
}

void CheckpointWriter::write(Checkpoint checkpoint) {
    wait();
    under_way_ = std::async( // deferred where there is no thread to be had
        std::launch::async | std::launch::deferred,
        [this, checkpoint = std::move(checkpoint)]() mutable {
            const Checkpoint taken = std::move(checkpoint); // ends when it is written
            const double began = seconds_of_processor();
            if (before_) before_();
            write_checkpoint(path_, taken);
            return seconds_of_processor() - began;
        });
}

void CheckpointWriter::wait() {
    if (under_way_.valid()) processor_seconds_ = under_way_.get();
}

bool CheckpointWriter::busy() const {
    return under_way_.valid() &&
           under_way_.wait_for(std::chrono::seconds(0)) == std::future_status::timeout;
}

} // namespace fedmrn
