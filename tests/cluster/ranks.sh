#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# fedmrn under mpirun: the same model at 1, 2, 3 and 4 ranks, resumed at another number; a rank that
# is stopped stops the job, one that dies ends it; what all ranks cannot do is said once.
#   ranks.sh FEDMRN MPIEXEC METHOD|sums|data|resume|stop|death|error
set -euo pipefail
fedmrn=$1 mpiexec=$2 what=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMP_NUM_THREADS=1
cat >run.toml <<'TOML'
[experiment]
rounds = 4
lanes = 1
[data]
name = "synthetic"
clients = 10
[client]
cohort = 5
epochs = 2
batch = 32
[model]
name = "mlp"
TOML

fail() {
    echo "ranks.sh: $*" >&2
    exit 1
}
start() { # ranks, arguments of run
    local ranks=$1
    shift
    "$mpiexec" --oversubscribe --allow-run-as-root -n "$ranks" "$fedmrn" run run.toml "$@"
}
hash_of() { sed -n 's/.*"model_hash": "\([0-9a-f]*\)".*/\1/p' "$1/summary.json"; }
same() {
    local one other
    one=$(hash_of "$1") other=$(hash_of "$2")
    [ -n "$one" ] && [ "$one" = "$other" ] || fail "$1 has $one, $2 has $other"
}

number() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$2/summary.json"; }
wait_for_rounds() { # folder, what was said
    for _ in $(seq 100); do
        [ -s "$1/metrics.jsonl" ] && return
        sleep 0.1
    done
    fail "no round: $(cat "$2")"
}

case $what in
    resume)
        "$fedmrn" run run.toml --set method.name=topk --out one >/dev/null
        start 3 --set method.name=topk --set experiment.rounds=2 --out three >/dev/null
        start 2 --set method.name=topk --resume --out three >/dev/null
        same one three
        ;;
    sums)
        # 10 messages of 4 bytes a parameter are more than twice sums of 16
        many=(--set method.name=fedavg --set client.cohort=10)
        "$fedmrn" run run.toml "${many[@]}" --out alone >/dev/null
        start 3 "${many[@]}" --out three >/dev/null
        same alone three
        [ "$(number wire_message_bytes three)" = 0 ] || fail "messages were sent"
        [ "$(number wire_sum_bytes three)" -gt 0 ] || fail "no sums were sent"
        [ -z "$(number wire_sum_bytes alone)" ] || fail "a process alone sent something"
        ;;
    data)
        # MNIST's files with 40 and 20 made images, where rank 1 does not find them
        mkdir files
        bytes() { for byte in "$@"; do printf '%b' "\\x$byte"; done; }
        split() { # prefix, images: as a byte
            { bytes 00 00 08 03 00 00 00 "$2" 00 00 00 1c 00 00 00 1c
                head -c $((0x$2 * 784)) /dev/urandom; } >"files/$1-images-idx3-ubyte"
            { bytes 00 00 08 01 00 00 00 "$2"
                for i in $(seq $((0x$2))); do bytes 0$((i % 10)); done; } \
                >"files/$1-labels-idx1-ubyte"
        }
        split train 28
        split t10k 14
        settings=(--set data.name=mnist --set data.clients=5 --set experiment.out=two)
        one=("$fedmrn" run run.toml "${settings[@]}")
        "${one[@]}" --set data.path=files --out alone >/dev/null
        "$mpiexec" --oversubscribe --allow-run-as-root \
            -n 1 "${one[@]}" --set data.path=files : \
            -n 1 "${one[@]}" --set data.path=nowhere >said 2>&1 || fail "$(cat said)"
        same alone two
        # the first one is the machine's reader
        if "$mpiexec" --oversubscribe --allow-run-as-root \
            -n 1 "${one[@]}" --set data.path=nowhere --out three : \
            -n 1 "${one[@]}" --set data.path=files --out three >said 2>&1; then
            fail "no files, and no error"
        fi
        grep -q nowhere said || fail "the error does not name the folder: $(cat said)"
        ;;
    stop)
        start 3 --set experiment.rounds=1000000 --out long >said 2>&1 &
        job=$!
        wait_for_rounds long said
        kill -TERM "$(pgrep -n -f "^$fedmrn run run.toml .*--out long")"
        status=0
        wait "$job" || status=$?
        [ "$status" = 143 ] || fail "status $status: $(cat said)"
        rounds=$(wc -l <long/metrics.jsonl)
        start 2 --resume --set "experiment.rounds=$((rounds + 5))" --out long >/dev/null
        "$fedmrn" run run.toml --set "experiment.rounds=$((rounds + 5))" --out alone >/dev/null
        same alone long
        ;;
    death)
        start 3 --set experiment.rounds=1000000 --out long >said 2>&1 &
        job=$!
        wait_for_rounds long said
        victim=$(pgrep -n -f "^$fedmrn run run.toml .*--out long") || fail "no rank to be seen"
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
        rounds=$(wc -l <long/metrics.jsonl)
        start 2 --resume --set "experiment.rounds=$((rounds + 5))" --out long >/dev/null
        "$fedmrn" run run.toml --set "experiment.rounds=$((rounds + 5))" --out alone >/dev/null
        same alone long
        ;;
    error)
        if start 3 --set data.name=no-such --out bad >said 2>&1; then fail "no error"; fi
        [ "$(grep -c "no-such" said)" = 1 ] || fail "said: $(cat said)"
        grep -q "rank 0: " said || fail "no rank is named: $(cat said)"
        [ ! -e bad ] || fail "a folder was left"
        ;;
    *)
        "$fedmrn" run run.toml --set "method.name=$what" --out alone >/dev/null
        for ranks in 1 2 3 4; do
            start "$ranks" --set "method.name=$what" --out "of-$ranks" >/dev/null
            same alone "of-$ranks"
            diff <(grep -o '"train_loss": *[^,]*' alone/metrics.jsonl) \
                <(grep -o '"train_loss": *[^,]*' "of-$ranks/metrics.jsonl") ||
                fail "other losses at $ranks ranks"
        done
        [ "$(number wire_sum_bytes of-4)" = 0 ] || fail "sums of 5 clients were sent"
        [ "$(number wire_message_bytes of-4)" = $((3 * $(number uplink_bytes of-4))) ] ||
            fail "the messages are not what was sent"
        ;;
esac
