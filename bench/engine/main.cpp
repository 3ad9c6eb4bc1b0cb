// SPDX-FileCopyrightText: 2026 The fedmrn authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/support/main.hpp"

int main(int argc, char** argv) { return fedmrn::bench::run(argc, argv); }
