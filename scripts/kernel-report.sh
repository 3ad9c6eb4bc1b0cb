#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# What the compiler made of the CUDA kernels: registers, shared memory, spills and the occupancy
# that follows from them, as a Markdown table. Needs nvcc, no GPU; a minute.
#   scripts/kernel-report.sh [--arch sm_80|sm_90|sm_100] [--all] [FILE.cu]…
# One line a kernel, its template instances taken together; --all: a line an instance.
# Occupancy is computed: warps that fit on a multiprocessor, of 64, by registers, shared memory,
# threads and blocks. It says nothing of how fast a kernel is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

arch=sm_90
all=0
files=()
while [ $# -gt 0 ]; do
    case $1 in
        --arch) arch=${2:?--arch needs a name: sm_80, sm_90, sm_100}; shift ;;
        --all) all=1 ;;
        -h | --help) sed -n '5,10s/^# *//p' scripts/kernel-report.sh; exit 0 ;;
        *.cu) files+=("$1") ;;
        *) echo "kernel-report.sh: unknown argument $1; try --help" >&2; exit 2 ;;
    esac
    shift
done
# Bytes of shared memory that a multiprocessor has for blocks (CUDA C++ Programming Guide, compute
# capabilities); the other limits are the same for all three.
case $arch in
    sm_80) shared=$((164 * 1024)) ;;
    sm_90 | sm_100) shared=$((228 * 1024)) ;;
    *) echo "kernel-report.sh: expected --arch sm_80, sm_90 or sm_100, found $arch" >&2; exit 2 ;;
esac
[ ${#files[@]} -gt 0 ] || files=(kernels/cuda/*.cu)
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
if ! [ -x "$nvcc" ]; then
    echo "kernel-report.sh: nvcc was not found: install the CUDA toolkit" >&2
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in "${files[@]}"; do
    name=$work/$(basename "$file" .cu)
    # The flags of fedmrn_options; the PTX has the threads of a block, ptxas says the rest.
    "$nvcc" -std=c++20 -O3 -DNDEBUG --fmad=false -diag-suppress=554 -I. -Iinclude \
        -arch="compute_${arch#sm_}" -ptx "$file" -o "$name.ptx"
    "$(dirname "$nvcc")/ptxas" -O3 -arch="$arch" -v "$name.ptx" -o "$name.cubin" 2>"$name.log" ||
        { cat "$name.log" >&2; exit 1; }
    sed -n -e 's/^.*\.entry \([A-Za-z0-9_$]*\)(.*/entry \1/p' \
        -e 's/^\.maxntid \([0-9, ]*\).*/threads \1/p' "$name.ptx" |
        sed "s|^|$(basename "$file") |" >>"$work/all"
    sed "s|^|$(basename "$file") |" "$name.log" >>"$work/all"
done

# file, instance, threads, registers, shared bytes, spilled bytes
awk '
    $2 == "entry" { entry = $3 }
    $2 == "threads" { gsub(",", " "); threads[entry] = $3 * ($4 ? $4 : 1) * ($5 ? $5 : 1) }
    /Compiling entry function/ { split($0, part, "\047"); entry = part[2] }
    /bytes spill stores/ {
        for (i = 2; i < NF; ++i) if ($(i + 2) == "spill") spilled[entry] += $i
    }
    /Used [0-9]+ registers/ {
        shared = 0
        for (i = 2; i < NF; ++i) {
            if ($i == "Used") registers = $(i + 1)
            if ($(i + 1) == "bytes" && $(i + 2) ~ /^smem/) shared = $i
        }
        print $1, entry, threads[entry] + 0, registers, shared, spilled[entry] + 0
    }' "$work/all" | c++filt -p | sed 's/(anonymous namespace):://g; s/fedmrn::kernels::cuda:://g' |
    awk -v all=$all -v memory="$shared" -v arch="$arch" '
    function least(a, b) { return a < b ? a : b }
    function up(x, unit) { return int((x + unit - 1) / unit) * unit }
    # Registers come to a warp in units of 256, from a quarter of the 65,536; 1 KiB of shared memory
    # a block is the driver'"'"'s.
    function occupancy(threads, registers, shared,    warps, blocks) {
        warps = up(threads, 32) / 32
        blocks = least(32, int(64 / warps))
        blocks = least(blocks, int(int(16384 / up(registers * 32, 256)) * 4 / warps))
        blocks = least(blocks, int(memory / up(shared + 1024, 128)))
        return blocks * warps
    }
    function range(low, high) { return low == high ? low : low " – " high }
    {
        spilled = $NF; shared = $(NF - 1); registers = $(NF - 2); threads = $(NF - 3)
        file = $1
        name = $2
        for (i = 3; i <= NF - 4; ++i) name = name " " $i
        if (!all) { # thrust has hundreds of names for one thing
            sub(/[<(].*/, "", name)
            if (name ~ /thrust|cub::/) name = "Thrust"
        }
        sub(/^void /, "", name)
        key = file SUBSEP name
        warps = threads ? occupancy(threads, registers, shared) : 0
        if (!(key in count)) {
            order[++kernels] = key
            r0[key] = s0[key] = w0[key] = t0[key] = 1e9
        }
        ++count[key]
        r0[key] = least(r0[key], registers); if (registers > r1[key]) r1[key] = registers
        s0[key] = least(s0[key], shared); if (shared > s1[key]) s1[key] = shared
        lost[key] += spilled
        if (!threads) next
        t0[key] = least(t0[key], threads); if (threads > t1[key]) t1[key] = threads
        w0[key] = least(w0[key], warps); if (warps > w1[key]) w1[key] = warps
    }
    END {
        printf "| file | kernel, %s | instances | threads | registers | shared bytes |", arch
        print " spilled bytes | warps of 64 |"
        print "|---|---|---|---|---|---|---|---|"
        for (i = 1; i <= kernels; ++i) {
            key = order[i]
            split(key, part, SUBSEP)
            printf "| %s | %s | %d | %s | %s | %s | %d | %s |\n", part[1], part[2], count[key],
                t1[key] ? range(t0[key], t1[key]) : "not bounded", range(r0[key], r1[key]),
                range(s0[key] + 0, s1[key] + 0), lost[key],
                t1[key] ? range(w0[key], w1[key]) : "–"
        }
    }'
