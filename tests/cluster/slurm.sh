#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# The batch scripts of scripts/slurm with stand-ins for srun and scontrol (tests/cluster/slurm): a
# job that is signalled is requeued and goes on to the model of one that was not; one that fails is
# not requeued; an array's parts are the comparison.
#   slurm.sh FEDMRN MPIEXEC one-node|several-nodes|compare-array
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
export FEDMRN=$1 FAKE_MPIEXEC=$2
script=$3.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export FAKE_SLURM=$work/slurm PATH=$here/tests/cluster/slurm:$PATH OMP_NUM_THREADS=1
mkdir "$FAKE_SLURM"
cp "$here/scripts/slurm/$script" "$work/slurm_script" # as Slurm does: it is nowhere near the tree
cd "$work"
cat >run.toml <<'TOML'
[experiment]
rounds = 400
lanes = 1
[data]
name = "synthetic"
clients = 10
[client]
cohort = 5
[model]
name = "mlp"
TOML

fail() {
    echo "slurm.sh: $*" >&2
    cat "$work/said" >&2
    exit 1
}
# Expected status; the rest is environment.
job() {
    local expected=$1 status=0
    shift
    env "$@" bash slurm_script >said 2>&1 || status=$?
    [ "$status" = "$expected" ] || fail "ended with $status, expected $expected"
}
requeued() { cat "$FAKE_SLURM/scontrol" 2>/dev/null || true; }
hash_of() { grep -o '"model_hash": *"[0-9a-f]*"' "$1/summary.json"; }

case $script in
    compare-array.sh)
        sed 's/rounds = 400/rounds = 2000/' run.toml >c.toml
        cat >>c.toml <<'TOML'
[compare]
seeds = [1, 2]
[[compare.method]]
label = "FedMRN"
[[compare.method]]
name = "fedavg"
TOML
        task() { # expected status, task
            job "$1" COMPARISON=c.toml OUT=out SLURM_JOB_ID=9 SLURM_ARRAY_JOB_ID=7 \
                SLURM_CPUS_PER_TASK=1 SLURM_ARRAY_TASK_ID="$2" SLURM_ARRAY_TASK_MIN=1 \
                SLURM_ARRAY_TASK_MAX=2 SLURM_ARRAY_TASK_COUNT=2
        }
        echo out/iid/fedmrn/seed-1/metrics.jsonl >"$FAKE_SLURM/signal"
        task 138 1
        [ "$(requeued)" = "requeue 7_1" ] || fail "asked scontrol: $(requeued)"
        task 0 2
        task 0 1
        [ "$(requeued)" = "requeue 7_1" ] || fail "asked scontrol: $(requeued)"
        [ ! -e out/compare.md ] || fail "a part wrote the tables"
        [ "$(grep -c '^1: .* --part slurm$' "$FAKE_SLURM/srun")" = 3 ] || fail "not one task each"
        "$FEDMRN" compare c.toml --out out >said
        [ "$(grep -c 'finished already' said)" = 4 ] || fail "something was trained again"
        "$FEDMRN" compare c.toml --out alone >said
        diff <(sed 's/,[^,]*$//' alone/compare.csv) <(sed 's/,[^,]*$//' out/compare.csv) ||
            fail "another table"
        ;;
    *)
        ranks=2
        [ "$script" = one-node.sh ] || ranks=3
        common=(EXPERIMENT=run.toml SLURM_JOB_ID=9 SLURM_CPUS_PER_TASK=1 "SLURM_NTASKS=$ranks")
        echo out/metrics.jsonl >"$FAKE_SLURM/signal"
        job 138 OUT=out "${common[@]}"
        [ "$(requeued)" = "requeue 9" ] || fail "asked scontrol: $(requeued)"
        [ -s out/checkpoint.safetensors ] || fail "no checkpoint"
        [ ! -e out/summary.json ] || fail "it had ended before it was signalled"
        job 0 OUT=out "${common[@]}" SLURM_RESTART_COUNT=1
        [ "$(requeued)" = "requeue 9" ] || fail "asked scontrol: $(requeued)"
        grep -q "^$ranks: " "$FAKE_SLURM/srun" || fail "started: $(cat "$FAKE_SLURM/srun")"
        "$FEDMRN" run run.toml --out alone >said
        [ "$(hash_of alone)" = "$(hash_of out)" ] || fail "another model"
        # Who was requeued often enough is left to somebody; what fails is not requeued.
        echo often/metrics.jsonl >"$FAKE_SLURM/signal"
        job 138 OUT=often "${common[@]}" SLURM_RESTART_COUNT=2 MOST_RESTARTS=2
        grep -q "stopped after 2 restarts" said || fail "no word of it"
        job 2 OUT=bad "${common[@]}" EXPERIMENT=no-such.toml
        [ "$(requeued)" = "requeue 9" ] || fail "asked scontrol: $(requeued)"
        ;;
esac
