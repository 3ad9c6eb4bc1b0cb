// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace fedmrn {

/// How a program ended: its exit status, or -signal; and what it wrote.
struct Outcome {
    int status = 0;
    std::string out, err;
};

/// The fedmrn program as a child, started in folder.
class Command {
public:
    /// before: what the child does before it becomes the program.
    Command(
        const std::filesystem::path& folder, const std::vector<std::string>& arguments,
        const std::function<void()>& before = [] {});
    ~Command();
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;

    void signal(int number) const;
    Outcome wait();

private:
    std::filesystem::path out_, err_;
    pid_t child_ = -1;
};

/// Runs it to its end.
Outcome fedmrn(
    const std::filesystem::path& folder, const std::vector<std::string>& arguments,
    const std::function<void()>& before = [] {});

} // namespace fedmrn
