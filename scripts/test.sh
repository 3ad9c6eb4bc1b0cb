#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, checks the sources, builds everything and runs the tests. Without
# --preset: cuda where there is nvcc, else cpu. The tests of preset cuda need no GPU.
#   scripts/test.sh [--preset cuda|cpu|simt|cpu-asan|cpu-tsan]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup.sh
. scripts/setup.sh

wanted=
while [ $# -gt 0 ]; do
    case $1 in
        --preset)
            wanted=${2:?--preset needs a name: cuda, cpu, simt, cpu-asan, cpu-tsan}
            shift 2
            ;;
        -h | --help) sed -n '5,7s/^# *//p' scripts/test.sh; exit 0 ;;
        *)
            echo "test.sh: unknown argument $1; usage: scripts/test.sh [--preset NAME]" >&2
            exit 2
            ;;
    esac
done

step() { printf '\n== %s\n' "$*"; }

step "packages"
setup test
if [ -n "$wanted" ] && [ "$wanted" != "$preset" ]; then
    preset=$wanted
    echo "test: preset $preset was asked for"
fi

step "sources"
if command -v clang-format >/dev/null; then
    scripts/check.sh
else
    echo "skipped: clang-format is not installed"
fi

step "build (preset $preset)"
cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"

step "tests (preset $preset)"
without=()
if [ "$preset" = cuda ] && [ -z "$(setup_gpu)" ]; then
    echo "test: no GPU is visible: what needs one is left out, what needs a simulated one is run"
    without=(--label-exclude gpu)
fi
ctest --preset "$preset" "${without[@]}"
