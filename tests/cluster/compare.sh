#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# fedmrn compare under mpirun: the tables of one process; stopped and continued; a run that fails,
# a rank that fails and one that dies; not with --part.
#   compare.sh FEDMRN MPIEXEC tables|stop|failed|lost|part
set -euo pipefail
fedmrn=$1 mpiexec=$2 what=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMP_NUM_THREADS=1
cat >c.toml <<'TOML'
[experiment]
rounds = 6
lanes = 1
checkpoint_every = 2
[data]
name = "synthetic"
clients = 10
[client]
cohort = 5
[model]
name = "mlp"
[compare]
seeds = [1, 2]
tuning_seeds = [3]
[[compare.partition]]
[[compare.partition]]
partition = "labelcnt"
fraction = 0.5
[[compare.method]]
[[compare.method]]
name = "fedavg"
lr = [0.05, 0.1]
TOML

fail() {
    echo "compare.sh: $*" >&2
    exit 1
}
start() { # ranks, arguments of compare
    local ranks=$1
    shift
    "$mpiexec" --oversubscribe --allow-run-as-root -n "$ranks" "$fedmrn" compare c.toml "$@"
}
# All that a comparison writes, without times.
same() {
    local one=$1 other=$2 file
    diff <(sed 's/,[^,]*$//' "$one/compare.csv") <(sed 's/,[^,]*$//' "$other/compare.csv") ||
        fail "$one and $other have other tables"
    diff <(cd "$one" && find . -name '*.svg' | sort) <(cd "$other" && find . -name '*.svg' | sort)
    for file in "$one"/*.svg; do
        cmp "$file" "$other/${file##*/}" || fail "another picture ${file##*/}"
    done
    diff <(cd "$one" && grep -rho --include=summary.json '"model_hash": *[^,]*' . | sort) \
        <(cd "$other" && grep -rho --include=summary.json '"model_hash": *[^,]*' . | sort) ||
        fail "$one and $other have other models"
    [ -z "$(find "$other" -name '.fedmrn*')" ] || fail "left behind: $(find "$other" -name '.f*')"
}
# Seconds at most until a command holds.
until_holds() {
    local tries=$(($1 * 10))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "in vain: $*"
        sleep 0.1
    done
}

case $what in
    tables)
        "$fedmrn" compare c.toml --out alone >/dev/null
        for ranks in 2 3; do
            start "$ranks" --out "of-$ranks" >said
            same alone "of-$ranks"
            [ "$(grep -c ': rank [0-9]*$' said)" = 12 ] || fail "said: $(cat said)"
            [ "$(grep -c ': finished$' said)" = 12 ] || fail "said: $(cat said)"
            [ "$(grep -o ': rank [0-9]*$' said | sort -u | wc -l)" = "$ranks" ] ||
                fail "a rank did nothing: $(cat said)"
        done
        # What is finished is read.
        start 2 --out alone >said
        same alone of-2
        ;;
    stop)
        # All of them run until they are stopped, two at once.
        "$mpiexec" --oversubscribe --allow-run-as-root -n 2 "$fedmrn" compare c.toml \
            --set experiment.rounds=100000 --out long >said 2>&1 &
        job=$!
        tuning=long/iid/fedavg/lr-0.05/tuning-seed-3 other=long/iid/fedavg/lr-0.1/tuning-seed-3
        until_holds 60 test -s $tuning/metrics.jsonl -a -s $other/metrics.jsonl
        kill -USR1 "$job"
        status=0
        wait "$job" || status=$?
        [ "$status" = 138 ] || fail "ended with $status: $(cat said)"
        grep -q "stopped by SIGUSR1; the same command goes on" said || fail "said: $(cat said)"
        for run in $tuning $other; do
            [ -s "$run/checkpoint.safetensors" ] || fail "no checkpoint in $run"
        done
        [ -s long/compare.csv ] || fail "no table of what there is"
        ;;
    failed)
        # Two seeds of a row in two partitions diverge; the others are there.
        cat >>c.toml <<'TOML'
[[compare.method]]
label = "wild"
name = "fedavg"
lr = 1e6
momentum = 0.99
TOML
        status=0
        start 2 --out out >said 2>&1 || status=$?
        [ "$status" = 1 ] || fail "ended with $status: $(cat said)"
        [ "$(grep -c 'wild, seed [12]: failed: round ' said)" = 4 ] || fail "said: $(cat said)"
        "$fedmrn" compare c.toml --out alone >/dev/null && fail "nothing failed alone"
        same alone out
        ;;
    lost)
        # A rank that cannot write ends the job with its name; a rank that dies ends it too.
        start 2 --set experiment.rounds=100000 --out long >said 2>&1 &
        job=$!
        until_holds 60 test -s long/iid/fedavg/lr-0.05/tuning-seed-3/metrics.jsonl
        victim=$(pgrep -n -f "^$fedmrn compare c.toml .*--out long") || fail "no rank to be seen"
        kill -KILL "$victim"
        for _ in $(seq 300); do
            kill -0 "$job" 2>/dev/null || break
            sleep 0.1
        done
        if kill -0 "$job" 2>/dev/null; then
            kill "$job"
            fail "the job lives on 30 s after a rank has died"
        fi
        wait "$job" && fail "a job without a rank ended well"
        touch file
        status=0
        start 2 --out file >said 2>&1 || status=$?
        [ "$status" = 1 ] || fail "ended with $status: $(cat said)"
        grep -q "rank 0: file: cannot make this folder" said || fail "said: $(cat said)"
        ;;
    part)
        status=0
        start 2 --part 1/2 >said 2>&1 || status=$?
        [ "$status" = 2 ] || fail "ended with $status: $(cat said)"
        grep -q "rank 0: --part: 2 processes were started" said || fail "said: $(cat said)"
        ;;
    *) fail "what is $what?" ;;
esac
