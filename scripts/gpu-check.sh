#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Everything that only a GPU can tell, within ten minutes, what is worth most first. Reports are
# JSON files in a folder, whole even where a part was cut; a table of what was meant and measured is
# last.
#   scripts/gpu-check.sh [--out DIR] [--only PART,…] [--without PART,…] [--limit SECONDS]
# PART: tests, steps, profile, runs, rivals, kernels, sanitizer, benchmarks. Parts may be run one
# after another into the same DIR. A --limit other than 600 moves each part's limit with it.
# Runs in a source tree (builds the preset cuda, which no limit counts) and in an unpacked bundle
# (cmake --build --preset gpu-bundle). FEDMRN_PYTHON: the interpreter that has PyTorch and JAX.
# Exit status: 0 all well, 1 something failed or was cut, 2 no GPU or wrong arguments.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command_line="$0 $*"

# part, seconds it may take of 600, what it is; in order of value. What a part leaves is the last's.
table='
tests      100 golden hashes, and every test that names the GPU
steps       65 a local step at 1, 10, 50, 64, 512 lanes in both precisions; a round; evaluation
profile     35 ncu over one local step
runs       110 the published set-ups as a whole, a run at a time
rivals     170 PyTorch and JAX on the same GPU
kernels     20 the kernels that have a row in the table at the end
sanitizer  100 racecheck, initcheck, synccheck, memcheck
benchmarks 600 every other benchmark, as far as time is left
'
whole=600

out='' only='' without='' limit=$whole
while [ $# -gt 0 ]; do
    case $1 in
        --out) out=${2:?--out needs a folder}; shift 2 ;;
        --only) only=${2:?--only needs parts}; shift 2 ;;
        --without) without=${2:?--without needs parts}; shift 2 ;;
        --limit) limit=${2:?--limit needs seconds}; shift 2 ;;
        -h | --help) sed -n '5,15s/^# *//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "gpu-check: unknown argument $1; try --help" >&2; exit 2 ;;
    esac
done
case $limit in
    '' | *[!0-9]* | 0*) echo "gpu-check: --limit $limit: expected seconds" >&2; exit 2 ;;
esac
parts=$(awk 'NF {print $1}' <<<"$table")
for part in ${only//,/ } ${without//,/ }; do
    if ! grep -qx -- "$part" <<<"$parts"; then
        echo "gpu-check: no part $part; expected one of" "$(paste -sd ' ' <<<"$parts")" >&2
        exit 2
    fi
done

no_gpu() {
    echo "gpu-check: no GPU was found on this machine" >&2
    exit 2
}
status=0
complain() {
    echo "gpu-check: $*" >&2
    status=1
    part_status=failed
}

# The folder of programs: the bundle's, or the one that is built here.
if [ -x "$here/bin/fedmrn" ]; then
    root=$here bin=$here/bin
    commit=$(cat "$here/COMMIT")
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
export FEDMRN_COMMIT=$commit PYTHONDONTWRITEBYTECODE=1
python=${FEDMRN_PYTHON:-python3}
PATH=$PATH:/usr/local/cuda/bin

name=$(printf '%s' "${gpu%%,*}" | tr -cs '[:alnum:]' '-')
out=${out:-$root/bench/results/$(date -u +%F)-$name}
mkdir -p "$out"
out=$(cd "$out" && pwd)

# about.json: what the other reports do not say themselves.
text() { printf '%s' "$1" | tr '\n\t' '  ' | sed 's/[\\"]/\\&/g; s/.*/"&"/'; }
driver=$(sed -n '1s/.*Kernel Module[^0-9]*\([0-9.]*\).*/\1/p' /proc/driver/nvidia/version \
    2>/dev/null || true)
cuda=$(nvcc --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p' || true)
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
echo "gpu-check: $gpu; reports go to $out; $limit s at most"

now() { echo $((${EPOCHREALTIME/[^0-9]/} / 1000)); } # ms
began=$(now)
end=$((began + limit * 1000)) part_end=$end

# ms that a command may take: those given, no more than the part and the whole have left.
may_take() {
    local left=$((part_end - $(now)))
    [ $((end - $(now))) -ge "$left" ] || left=$((end - $(now)))
    if [ -n "${1:-}" ] && [ $(($1 * 1000 * limit / whole)) -lt "$left" ]; then
        left=$(($1 * 1000 * limit / whole))
    fi
    echo $((left > 0 ? left : 0))
}
seconds() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }

# within LOG SECONDS COMMAND…: output into $out/LOG.log, and with show=1 on the screen as it comes.
# 0 ended well, 1 failed, 3 was cut: cut says when. No SECONDS (""): what the part has left.
cut='' show=''
within() {
    local log=$out/$1.log time code=0
    time=$(may_take "$2")
    shift 2
    cut=''
    if [ "$time" -lt 100 ]; then
        cut="not started: no time was left" part_status=cut status=1
        return 3
    fi
    if [ -n "$show" ]; then
        timeout --kill-after=5 "$(seconds "$time")" "$@" 2>&1 | tee "$log" || code=${PIPESTATUS[0]}
    else
        timeout --kill-after=5 "$(seconds "$time")" "$@" >"$log" 2>&1 || code=$?
    fi
    case $code in
        0) return 0 ;;
        124 | 137) cut="cut after $(seconds "$time") s" part_status=cut status=1; return 3 ;;
    esac
    [ -n "$show" ] || tail -25 "$log" >&2
    return 1
}

# mend PARTIAL: a report of Google Benchmark as it stands where the program was ended becomes whole:
# what came to its end, and an entry "cut" that says why there is no more.
mend() {
    local report=$1
    awk -v why="$cut" '
        /^ *"benchmarks": \[/ { inside = 1; head = kept $0 "\n"; kept = ""; next }
        { kept = kept $0 "\n" }
        inside && /^    }/ { sub(/},?\n$/, "},\n", kept); done = done kept; kept = "" }
        END {
            printf "%s", inside ? head done : "{\n  \"benchmarks\": [\n"
            printf "    {\n      \"name\": \"cut\",\n      \"error_occurred\": true,\n"
            printf "      \"error_message\": \"%s\"\n    }\n  ]\n}\n", why
        }' "$report" 2>/dev/null >"$report.mended" || true
    if [ ! -s "$report.mended" ]; then # there was no report yet
        printf '{"benchmarks": [{"name": "cut", "error_occurred": true, %s}]}\n' \
            "\"error_message\": \"$cut\"" >"$report.mended"
    fi
    mv "$report.mended" "$report"
}

# bench REPORT SECONDS PROGRAM FILTER OPTION…
bench() {
    local report=$out/$1.json name=$1 time=$2 program=$3 filter=$4 code=0
    shift 4
    rm -f "$report" "$report.partial"
    within "$name" "$time" "$bin/$program" --device=cuda --benchmark_out="$report.partial" \
        --benchmark_out_format=json --benchmark_min_time=0.1 "--benchmark_filter=$filter" "$@" ||
        code=$?
    grep -a -E '^[a-z_]+/' "$out/$name.log" 2>/dev/null || true
    case $code in
        1)
            cut="the program failed, see $name.log"
            mend "$report.partial"
            complain "$name failed"
            ;;
        3) mend "$report.partial"; echo "$name: $cut" ;;
    esac
    if [ -s "$report.partial" ]; then
        mv "$report.partial" "$report"
    else
        echo "$name: no benchmark has such a name"
    fi
}

part_tests() {
    if within golden '' "$bin/kernels_test" '--gtest_filter=*GoldenBits*/cuda' --gtest_brief=1 &&
        within bits '' "$bin/fedmrn_bits_O0"; then
        echo "golden hashes: equal on the GPU and by a program without one"
    elif [ -z "$cut" ]; then
        complain "golden hashes differ"
    fi
    local test name filter code
    for test in "$bin/kernels_test" "$bin/cuda_test" "$bin"/*_test; do
        name=$(basename "$test")
        case $name in *_simulated_test | simt_test) continue ;; esac
        filter='*/cuda*'
        [ "$name" != cuda_test ] || filter='*'
        if [ ! -x "$test" ] || [[ ",$tested," = *,"$name",* ]]; then continue; fi
        tested+=",$name" code=0
        rm -f "$out/$name.json"
        within "$name" '' "$test" --gtest_brief=1 "--gtest_filter=$filter" \
            --gtest_output="json:$out/$name.json" || code=$?
        case $code in
            0) echo "$name: $(sed -n 's/^\[==========\] //p' "$out/$name.log" | tail -1)" ;;
            1) complain "$name failed, see $out/$name.log" ;;
            3) echo "$name: $cut"; printf '{"cut": "%s"}\n' "$cut" >"$out/$name.json" ;;
        esac
    done
}

part_steps() {
    bench steps 40 engine_bench \
        '^local_training/steps_fedmrn_binary_uniform/lanes:(1|10|50|64|512)/bits:(32|16)/'
    bench round 15 engine_bench '^round/fed(mrn|avg)/lanes:0/cohort:10/bits:32/'
    bench evaluation '' engine_bench '^evaluation/eval_batch:500/'
}

part_profile() {
    local csv=$out/profile.csv
    rm -f "$csv"
    if ! command -v ncu >/dev/null; then
        complain "ncu is neither on PATH nor in /usr/local/cuda/bin"
        return 0
    fi
    # the first step, each kernel alone: from one gathering of a batch to the next
    within profile '' ncu --csv --page raw --print-units base --log-file "$csv" --kill yes \
        --graph-profiling node --launch-count 58 \
        --cache-control none --clock-control none \
        --metrics "gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed,\
gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed" \
        "$bin/engine_bench" --device=cuda --benchmark_min_time=0.001 \
        '--benchmark_filter=^local_training/steps_fedmrn_binary_uniform/lanes:10/bits:32/' ||
        true # it ends the program when it has seen enough
    "$python" "$here/profile_table.py" "$csv" "$out/profile.json" ||
        { [ -n "$cut" ] || complain "ncu gave no table, see $out/profile.log"; }
}

part_runs() {
    bench run-fashion 20 engine_bench '^whole_run/fashion_mnist_cnn4/bits:32/'
    bench run-fashion-bf16 20 engine_bench '^whole_run/fashion_mnist_cnn4/bits:16/'
    bench run-cnn2 25 engine_bench '^whole_run/cifar10_cnn2/'
    bench run-cnn8 45 engine_bench '^whole_run/cifar10_cnn8/'
    bench run-cnn2-fedavg '' engine_bench '^whole_run/cifar10_cnn2_fedavg/'
}

part_rivals() {
    if ! command -v "$python" >/dev/null; then
        complain "there is no $python: FEDMRN_PYTHON names the one with PyTorch and JAX"
        return 0
    fi
    local left code=0
    left=$(may_take)
    # a second before the end, so that it ends by itself
    show=1
    within rivals '' "$python" -u "$root/bench/peers/compare.py" --device cuda \
        --fedmrn "$bin/fedmrn" --python "$python" --models cnn4 cnn2 \
        --peers jax-patches jax graph vmap eager compile --rounds 20 --warmup 3 --seconds 4 \
        --peer-limit "$(seconds $((left / 3)))" \
        --limit "$(seconds $((left > 2000 ? left - 1000 : left)))" --json "$out/peers.json" ||
        code=$?
    show=''
    case $code in
        1) complain "the rivals failed" ;;
        3) echo "rivals: $cut" ;;
    esac
    [ -s "$out/peers.json" ] || printf '{"rows": [], "complete": false}\n' >"$out/peers.json"
}

part_kernels() {
    local masks='(mask_weights|pack_masks)/mask:0/noise:0/.*:512/'
    bench kernels '' kernels_bench \
        "^(copy/|gemm/|$masks|aggregate_masks/mask:0/noise:0/clients:10000/)"
}

part_sanitizer() {
    local tool findings='' log code result well
    tool=$(command -v compute-sanitizer || true)
    printf '[]\n' >"$out/sanitizer.json"
    if [ -z "$tool" ]; then
        complain "compute-sanitizer is neither on PATH nor in /usr/local/cuda/bin"
        return 0
    fi
    # check TOOL PROGRAM FILTER: errors of the API are left out, since tests provoke some.
    check() {
        log=sanitizer-$1-$2 code=0
        within "$log" 25 "$tool" --tool "$1" --report-api-errors no --error-exitcode 9 \
            "$bin/$2" --gtest_brief=1 "--gtest_filter=$3" || code=$?
        result=$(grep -a 'ERROR SUMMARY\|RACECHECK SUMMARY' "$out/$log.log" 2>/dev/null |
            tail -1) || true
        case $code in
            1) complain "$1 found errors in $2, see $out/$log.log" ;;
            3) result="$cut" ;;
        esac
        echo "$1 $2: $result"
        well=true
        [ "$code" -eq 0 ] || well=false
        findings+="${findings:+, }
 {\"tool\": \"$1\", \"program\": \"$2\", \"well\": $well,"
        findings+=" \"said\": $(text "$result")}"
        printf '[%s\n]\n' "$findings" >"$out/sanitizer.json.partial"
        mv "$out/sanitizer.json.partial" "$out/sanitizer.json"
    }
    local kind
    for kind in racecheck initcheck synccheck memcheck; do
        check "$kind" client_test '*/cuda'
        check "$kind" kernels_test '*/cuda:-*GoldenBits*:*MaskWeights*'
    done
    check memcheck cuda_test '-CudaDevice.*'
}

part_benchmarks() {
    bench engine '' engine_bench '^(local_training/|forward_backward/|round/|evaluation/)'
    bench kernels-all '' kernels_bench .
    bench kernels-fp32 '' kernels_bench 'convolution|gemm' --precision=fp32
}

measure() {
    case $1 in
        tests) part_tests ;;
        steps) part_steps ;;
        profile) part_profile ;;
        runs) part_runs ;;
        rivals) part_rivals ;;
        kernels) part_kernels ;;
        sanitizer) part_sanitizer ;;
        benchmarks) part_benchmarks ;;
    esac
}

# parts.json, after every part: how long it took, and whether it came to its end.
tested='' reports=''
while read -r part share what; do
    [ -n "$part" ] || continue
    if [ -n "$only" ] && [[ ,$only, != *,$part,* ]]; then continue; fi
    if [[ ,$without, == *,$part,* ]]; then continue; fi
    printf '\n== %s: %s\n' "$part" "$what"
    started=$(now) part_status=well
    part_end=$((started + share * 1000 * limit / whole))
    if [ "$started" -ge "$end" ]; then
        part_status=cut status=1
        echo "$part: not started, the $limit s are over"
    else
        measure "$part" </dev/null
    fi
    reports+="${reports:+, }
 {\"part\": \"$part\", \"limit\": $(seconds $((share * 1000 * limit / whole))),"
    reports+=" \"seconds\": $(seconds $(($(now) - started))), \"status\": \"$part_status\"}"
    printf '[%s\n]\n' "$reports" >"$out/parts.json.partial"
    mv "$out/parts.json.partial" "$out/parts.json"
done <<<"$table"

printf '\n== %s\n' "what was meant and what was measured: $gpu, commit $commit"
"$bin/gpu_reach" "$out"
exit $status
