#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that only a GPU can tell, in one go: all tests, none of them skipped for want of a GPU;
# compute-sanitizer; all benchmarks; PyTorch on the same GPU. Reports are JSON files in a folder, a
# table of them comes last.
#   scripts/gpu-check.sh [--out DIR] [--only PART,…] [--without-sanitizer]
# PART: tests, benchmarks, peers, sanitizer. Parts may be run one after another into the same DIR.
# Runs in a source tree (builds the preset cuda) and in an unpacked bundle (cmake --build --preset
# gpu-bundle). Exit status: 0 all well, 1 something failed, 2 no GPU or wrong arguments.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command_line="$0 $*"

out= only= sanitizer=1
while [ $# -gt 0 ]; do
    case $1 in
        --out) out=${2:?--out needs a folder}; shift 2 ;;
        --only) only=${2:?--only needs parts: tests,benchmarks,peers,sanitizer}; shift 2 ;;
        --without-sanitizer) sanitizer=; shift ;;
        -h | --help) sed -n '5,12s/^# *//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "gpu-check: unknown argument $1; try --help" >&2; exit 2 ;;
    esac
done
for part in ${only//,/ }; do
    case $part in
        tests | benchmarks | peers | sanitizer) ;;
        *)
            echo "gpu-check: --only $part: expected tests, benchmarks, peers or sanitizer" >&2
            exit 2
            ;;
    esac
done
wanted() { [ -z "$only" ] || [[ ,$only, == *,$1,* ]]; }

no_gpu() {
    echo "gpu-check: no GPU was found on this machine" >&2
    exit 2
}
step() { printf '\n== %s\n' "$*"; }
status=0
complain() {
    echo "gpu-check: $*" >&2
    status=1
}

# The folder of programs: the bundle's, or the one that is built here.
if [ -x "$here/bin/fedmrn" ]; then
    root=$here bin=$here/bin
    commit=$(cat "$here/COMMIT")
    export FEDMRN_COMMIT=$commit
    if [ -d "$here/data" ]; then export FEDMRN_DATA=$here/data; fi
else
    root=$(dirname "$here") bin=$root/build/cuda/bin
    cd "$root"
    if [ ! -e /dev/nvidiactl ] && [ ! -e /dev/dxg ]; then no_gpu; fi
    cmake --preset cuda --log-level=WARNING
    cmake --build --preset cuda
    commit=$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)
fi
gpu=$("$bin/fedmrn" devices | sed -n 's/^cuda *//p' | head -1)
[ -n "$gpu" ] || no_gpu
export FEDMRN_TEST_DATA=$root/tests FEDMRN_BINARY=$bin/fedmrn FEDMRN_REQUIRE_GPU=1

name=$(printf '%s' "${gpu%%,*}" | tr -cs '[:alnum:]' '-')
out=${out:-$root/bench/results/$(date -u +%F)-$name}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# about.json: what the other reports do not say themselves.
text() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g; s/.*/"&"/'; }
driver=$(sed -n '1s/.*Kernel Module[^0-9]*\([0-9.]*\).*/\1/p' /proc/driver/nvidia/version \
    2>/dev/null || true)
cuda=$({ nvcc --version || /usr/local/cuda/bin/nvcc --version; } 2>/dev/null |
    sed -n 's/.*release \([0-9.]*\).*/\1/p' || true)
cat >"$out/about.json" <<END
{
 "device": $(text "$gpu"),
 "driver": $(text "${driver:-unknown}"),
 "cuda_toolkit": $(text "${cuda:-not installed}"),
 "commit": $(text "$commit"),
 "date": "$(date -u +%FT%TZ)",
 "command": $(text "$command_line")
}
END
echo "gpu-check: $gpu; reports go to $out"

# run NAME COMMAND…: output into $out/NAME.log, its end shown where the command fails.
run() {
    local log=$out/$1.log
    shift
    if "$@" >"$log" 2>&1; then return 0; fi
    tail -25 "$log" >&2
    return 1
}

if wanted tests; then
    step "tests (a test that a GPU is missing for fails)"
    for test in "$bin"/*_test; do
        name=$(basename "$test")
        case $name in *_simulated_test | simt_test) continue ;; esac
        if run "$name" "$test" --gtest_brief=1 --gtest_output="json:$out/$name.json"; then
            echo "$name: $(sed -n 's/^\[==========\] //p' "$out/$name.log" | tail -1)"
        else
            complain "$name failed, see $out/$name.log"
        fi
    done
    step "golden hashes, on the GPU and by a program without one"
    run golden "$bin/kernels_test" '--gtest_filter=*GoldenBits*/cuda' --gtest_brief=1 &&
        run bits "$bin/fedmrn_bits_O0" && echo "equal" || complain "golden hashes differ"
fi

if wanted benchmarks; then
    # bench REPORT PROGRAM OPTION…
    bench() {
        local report=$out/$1.json program=$bin/$2
        shift 2
        "$program" --device=cuda --benchmark_out="$report" --benchmark_out_format=json \
            --benchmark_min_time=0.2 "$@" || complain "$(basename "$program") failed"
    }
    step "benchmarks, float32 products by tf32 where the GPU has it"
    bench kernels kernels_bench
    bench engine engine_bench
    step "benchmarks, float32 products as they are"
    bench kernels-fp32 kernels_bench --precision=fp32 '--benchmark_filter=convolution|gemm'
    bench engine-fp32 engine_bench --precision=fp32 '--benchmark_filter=forward_backward'
fi

if wanted peers; then
    step "PyTorch on the same GPU"
    if python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
        python3 "$root/bench/peers/compare.py" --device cuda --fedmrn "$bin/fedmrn" \
            --peers eager vmap --repeats 3 --rounds 20 --json "$out/peers.json" ||
            complain "the peers failed"
    else
        echo "not compared: python3 here has no torch that sees the GPU"
    fi
fi

if [ -n "$sanitizer" ] && wanted sanitizer; then
    step "compute-sanitizer"
    tool=$(PATH=$PATH:/usr/local/cuda/bin command -v compute-sanitizer || true)
    # check TOOL PROGRAM FILTER: errors of the API are left out, since tests provoke some.
    check() {
        local log=sanitizer-$1-$2
        if run "$log" "$tool" --tool "$1" --report-api-errors no --error-exitcode 9 \
            "$bin/$2" --gtest_brief=1 "--gtest_filter=$3"; then
            echo "$1 $2: $(grep 'ERROR SUMMARY\|RACECHECK SUMMARY' "$out/$log.log" | tail -1)"
        else
            complain "$1 found errors in $2, see $out/$log.log"
        fi
    }
    if [ -z "$tool" ]; then
        complain "compute-sanitizer is neither on PATH nor in /usr/local/cuda/bin;" \
            "--without-sanitizer leaves it out"
    else
        for kind in memcheck racecheck; do
            check $kind cuda_test '-CudaDevice.*'
            check $kind kernels_test '*/cuda:-*GoldenBits*:*MaskWeights*'
            check $kind client_test '*/cuda'
        done
    fi
fi

step "what was meant and what was measured: $gpu, commit $commit"
"$bin/gpu_reach" "$out"
exit $status
