// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/command.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/places.hpp"

namespace fedmrn {
namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void send_to(const std::filesystem::path& path, int descriptor) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(99);
    ::close(file);
}

} // namespace

Command::Command(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                 const std::function<void()>& before)
    : out_(folder / ".stdout"), err_(folder / ".stderr") {
    std::vector<std::string> words{test::program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    child_ = ::fork();
    if (child_ != 0) return;
    send_to(out_, STDOUT_FILENO);
    send_to(err_, STDERR_FILENO);
    if (::chdir(folder.c_str()) != 0) ::_exit(98);
    before();
    ::execv(argv[0], argv.data());
    ::_exit(97);
}

Command::~Command() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
}

void Command::signal(int number) const { ::kill(child_, number); }

Outcome Command::wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), slurp(out_), slurp(err_)};
}

Outcome fedmrn(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
               const std::function<void()>& before) {
    return Command(folder, arguments, before).wait();
}

} // namespace fedmrn
