#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Measures strong scaling (one cohort) and weak scaling (a cohort a rank) under mpirun on this
# machine, each rank on one core with one lane, and writes a table. Runs take turns, so that a
# machine that grows slower meets all of them; figures are medians.
#   scripts/scaling.sh [--out FILE.md] [--ranks 1,2] [--repeat 5] [--rounds 6] [--cohort 8]
#                      [--experiment FILE] [--set KEY=VALUE]… [--fedmrn PROGRAM]
# A run's figure is the median of its rounds but the first, which warms up, and the last, which
# evaluates. cohort: of strong scaling, and of weak scaling on the most ranks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

out=/dev/stdout ranks=1,2 repeat=5 rounds=6 cohort=8 settings=()
experiment=$here/experiments/quickstart-fedmrn.toml fedmrn=$here/build/cpu/bin/fedmrn
given="scripts/scaling.sh $*"
fail() {
    echo "scaling.sh: $*" >&2
    exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) sed -n '5,12s/^# *//p' "$0"; exit 0 ;;
        --out) out=${2:?--out needs a file} ;;
        --ranks) ranks=${2:?--ranks needs numbers, as 1,2} ;;
        --repeat) repeat=${2:?--repeat needs a number} ;;
        --rounds) rounds=${2:?--rounds needs a number} ;;
        --cohort) cohort=${2:?--cohort needs a number} ;;
        --experiment) experiment=${2:?--experiment needs a file} ;;
        --fedmrn) fedmrn=${2:?--fedmrn needs a program} ;;
        --set) settings+=(--set "${2:?--set needs KEY=VALUE}") ;;
        *) fail "unknown argument $1; try --help" ;;
    esac
    shift 2
done
for number in "$repeat" "$rounds" "$cohort" ${ranks//,/ }; do
    case $number in
        '' | 0 | *[!0-9]*) fail "expected a number from 1 on, found \"$number\"" ;;
    esac
done
[ "$rounds" -ge 3 ] || fail "--rounds: expected at least 3, found $rounds"
[ -x "$fedmrn" ] || fail "no program $fedmrn; build the preset cpu, or name it with --fedmrn"
command -v mpirun >/dev/null || fail "mpirun is not installed"
most=$(tr , '\n' <<<"$ranks" | sort -n | tail -1)
[ "$most" -le "$(nproc)" ] || fail "--ranks $ranks: this machine has $(nproc) cores"
[ $((cohort % most)) -eq 0 ] || fail "--cohort $cohort: expected a multiple of $most ranks"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
as_root=()
[ "$(id -u)" -ne 0 ] || as_root=(--allow-run-as-root)

# The median of the lines, and the least and the largest.
spread() { sort -g | awk '{v[NR] = $1} END {
    printf "%.4f %.4f %.4f\n", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR]}'; }
# kind, ranks, cohort: a figure more of round and aggregation.
measure() {
    local run=$work/run key
    rm -rf "$run"
    OMP_NUM_THREADS=1 mpirun "${as_root[@]}" --bind-to core --map-by core -n "$2" "$fedmrn" run \
        "$experiment" --device cpu --out "$run" --set experiment.lanes=1 \
        --set "experiment.rounds=$rounds" --set "server.eval_every=$rounds" \
        --set "client.cohort=$3" "${settings[@]}" >"$work/said" 2>&1 ||
        fail "a run failed: $(grep -m 1 "^fedmrn: " "$work/said" || tail -3 "$work/said")"
    for key in seconds aggregation_seconds; do
        sed '1d;$d' "$run/metrics.jsonl" | grep -o "\"$key\": *[0-9.e+-]*" | sed 's/.*: *//' |
            spread | cut -d' ' -f1 >>"$work/$1-$2-$key"
    done
}

for _ in $(seq "$repeat"); do
    for n in ${ranks//,/ }; do
        measure strong "$n" "$cohort"
        measure weak "$n" $((cohort * n / most))
    done
done

first=${ranks%%,*}
commit=$(git -c safe.directory='*' -C "$here" describe --always --dirty --abbrev=12 --exclude='*' \
    2>/dev/null || true)
processor=$(sed -n 's/^model name\t: //p' /proc/cpuinfo | head -1)
{
    echo "Measured: \`$given\`"
    echo "commit ${commit:-unknown}, $("$fedmrn" --version), $processor, $(nproc) cores," \
        "$(date -u +%F)"
    echo
    echo "| scaling | ranks | cohort | a round, median of $repeat | least to most |" \
        "of it aggregation | efficiency |"
    echo "|---|---|---|---|---|---|---|"
    for kind in strong weak; do
        read -r base _ <<<"$(spread <"$work/$kind-$first-seconds")"
        for n in ${ranks//,/ }; do
            read -r middle least largest <<<"$(spread <"$work/$kind-$n-seconds")"
            read -r sums _ <<<"$(spread <"$work/$kind-$n-aggregation_seconds")"
            [ $kind = strong ] && size=$cohort || size=$((cohort * n / most))
            awk -v kind=$kind -v n="$n" -v size="$size" -v t="$middle" -v low="$least" \
                -v high="$largest" -v sums="$sums" -v base="$base" -v first="$first" 'BEGIN {
                gain = kind == "strong" ? base * first / (t * n) : base / t
                printf "| %s | %d | %d | %.3f s | %.3f to %.3f s | %.4f s | %.1f %% |\n",
                    kind, n, size, t, low, high, sums, 100 * gain }'
        done
    done
} >"$work/table"
cat "$work/table" >"$out"
[ "$out" = /dev/stdout ] || echo "scaling: wrote $out"
