#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds Release, runs all benchmarks (about ten minutes) and writes one JSON file, each program's
# report under its room's name.
#   scripts/bench.sh [OUT.json] [--benchmark_…=…]…
# OUT.json: bench/results/<date>-<CPU model>.json unless named. Options of Google Benchmark are
# handed on, as --benchmark_filter=mask_weights.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=
options=()
for argument in "$@"; do
    case $argument in
        -h | --help) sed -n '5,10s/^# *//p' scripts/bench.sh; exit 0 ;;
        --benchmark_*) options+=("$argument") ;;
        -*) echo "bench.sh: unknown argument $argument; try --help" >&2; exit 2 ;;
        *) out=$argument ;;
    esac
done
if [ -z "$out" ]; then
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -1 | tr -cs '[:alnum:]\n' '-')
    out=bench/results/$(date -u +%F)-${model:-unknown}.json
fi

cmake --preset cpu --log-level=WARNING
cmake --build --preset cpu --target kernels_bench engine_bench

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for room in kernels engine; do
    "build/cpu/bin/${room}_bench" \
        --benchmark_repetitions=3 --benchmark_report_aggregates_only=true \
        --benchmark_out="$reports/$room" --benchmark_out_format=json "${options[@]}"
done
mkdir -p "$(dirname "$out")"

# A filter may leave a program without a benchmark, and so without a report.
report() { if [ -s "$reports/$1" ]; then cat "$reports/$1"; else echo null; fi; }
{
    printf '{"kernels": '
    report kernels
    printf ', "engine": '
    report engine
    printf '}\n'
} >"$out"
echo "bench: wrote $out"
