#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing, checks the sources, builds everything and runs the tests. Without
# --preset: cuda where there is nvcc, else cpu. The tests of preset cuda need no GPU. Ends with what
# was left out or skipped, and why.
#   scripts/test.sh [--preset cuda|cpu|simt|cpu-asan|cpu-tsan|tidy|fuzz|gpu-bundle]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup.sh
. scripts/setup.sh

wanted=
while [ $# -gt 0 ]; do
    case $1 in
        --preset)
            wanted=${2:?--preset needs a name, see scripts/test.sh --help}
            shift 2
            ;;
        -h | --help) sed -n '5,8s/^# *//p' scripts/test.sh; exit 0 ;;
        *)
            echo "test.sh: unknown argument $1; usage: scripts/test.sh [--preset NAME]" >&2
            exit 2
            ;;
    esac
done

step() { printf '\n== %s\n' "$*"; }

left_out=()
leave_out() { left_out+=("$*"); }

# Name and reason of every test that skipped itself, from ctest's report.
skipped_tests() {
    awk '/<testcase / {
             name = $0; sub(/.*<testcase name="/, "", name); sub(/".*/, "", name)
             skipped = /status="notrun"/; reason = 0; said = 0
         }
         skipped && reason { print "  " name ": " $0; reason = 0; said = 1 }
         skipped && /: Skipped$/ { reason = 1 }
         skipped && /<\/testcase>/ && !said { print "  " name ": it does not say why" }' "$1"
}

# An attribute of the report's head.
count_of() {
    head -c 4000 "$2" | tr '\n\t' '  ' | sed -n "s/.*<testsuite [^>]*$1=\"\([0-9]*\)\".*/\1/p"
}

# What was not run, and why; last, how much was.
summary() {
    local report=$1 text line tests failed skipped
    step "left out and skipped"
    text=$(skipped_tests "$report")
    for line in "${left_out[@]}"; do echo "  $line"; done
    if [ -n "$text" ]; then echo "$text"; fi
    if [ ${#left_out[@]} -eq 0 ] && [ -z "$text" ]; then echo "  nothing"; fi
    tests=$(count_of tests "$report")
    failed=$(count_of failures "$report")
    skipped=$(($(count_of skipped "$report") + $(count_of disabled "$report")))
    printf '\n%d passed, %d failed, %d skipped\n' \
        $((tests - failed - skipped)) "$failed" "$skipped"
}

step "packages"
setup test ${wanted:+"$wanted"}
if [ -n "$wanted" ] && [ "$wanted" != "$preset" ]; then
    preset=$wanted
    echo "test: preset $preset was asked for"
fi

step "sources"
if command -v clang-format >/dev/null; then
    scripts/check.sh
else
    leave_out "the check of the sources: clang-format is not installed"
fi

step "build (preset $preset)"
cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"

case $preset in
    tidy | gpu-bundle)
        step "preset $preset was built as a whole"
        exit 0
        ;;
    fuzz)
        step "a minute of each fuzzer"
        for target in build/fuzz/bin/*_fuzz; do
            corpus=tests/fuzz/corpus/$(basename "$target" _fuzz)
            work=$(mktemp -d)
            "$target" -max_len=4096 -max_total_time=60 -print_final_stats=1 "$work" "$corpus"
            rm -r "$work"
        done
        exit 0
        ;;
esac

step "tests (preset $preset)"
without=()
if [ "$preset" = cuda ] && [ -z "$(setup_gpu)" ]; then
    gpu=$(ctest --preset cuda --label-regex '^gpu$' --show-only | sed -n 's/^Total Tests: //p')
    leave_out "$gpu tests that need a GPU (label gpu): none is visible; the same run on a" \
        "simulated one"
    without=(--label-exclude '^gpu$')
fi
case $preset in
    cpu-asan | cpu-tsan)
        leave_out "tests of the installed library (label install): a program that links a library" \
            "under sanitizers must be compiled so itself"
        ;;
esac
case $preset in
    cuda | simt) ;;
    *) leave_out "the CUDA device's tests: presets cuda and simt have them, $preset does not" ;;
esac
for other in g++ clang++; do
    command -v $other >/dev/null || leave_out "bits tests of $other: it is not installed"
done
report=$PWD/build/$preset/tests.xml
rm -f "$report"
status=0
ctest --preset "$preset" "${without[@]}" --output-junit "$report" || status=$?
summary "$report"
exit $status
