#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds Release, runs all benchmarks (about ten minutes) and writes one JSON file, each program's
# report under its room's name.
#   scripts/bench.sh [OUT.json] [--device cpu|cuda] [--benchmark_…=…]…
# OUT.json: bench/results/<date>-<processor>.json unless named. Options of Google Benchmark are
# handed on, as --benchmark_filter=mask_weights. Everything else that a GPU can tell:
# scripts/gpu-check.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out= device=cpu
options=()
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '5,11s/^# *//p' scripts/bench.sh; exit 0 ;;
        --device) device=${2:?--device needs cpu or cuda}; shift ;;
        --benchmark_*) options+=("$1") ;;
        -*) echo "bench.sh: unknown argument $1; try --help" >&2; exit 2 ;;
        *) out=$1 ;;
    esac
    shift
done
case $device in
    cpu | cuda) ;;
    *) echo "bench.sh: --device $device: expected cpu or cuda" >&2; exit 2 ;;
esac

cmake --preset "$device" --log-level=WARNING
cmake --build --preset "$device" --target fedmrn_cli kernels_bench engine_bench
processor=$("build/$device/bin/fedmrn" devices | sed -n "s/^$device *\([^,]*\),.*/\1/p" | head -1)
if [ -z "$processor" ]; then
    echo "bench.sh: --device $device: no such device on this machine" >&2
    exit 2
fi
out=${out:-bench/results/$(date -u +%F)-$(printf '%s' "$processor" | tr -cs '[:alnum:]' '-').json}

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
for room in kernels engine; do
    "build/$device/bin/${room}_bench" --device="$device" \
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
