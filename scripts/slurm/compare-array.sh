#!/bin/bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# A comparison as an array: each task trains its part of the runs, one after the other, and goes
# on by itself where a time limit has cut it. Tables when all are done:
#   job=$(sbatch --parsable scripts/slurm/compare-array.sh)
#   sbatch --dependency=afterany:$job --wrap="fedmrn compare experiments/table-small.toml"
#SBATCH --job-name=fedmrn-compare
#SBATCH --array=1-8
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
##SBATCH --gpus-per-task=1
##SBATCH --partition=gpu
#SBATCH --time=04:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

# What a user edits; each may also be given by the environment, as sbatch hands it on.
COMPARISON=${COMPARISON:-experiments/table-small.toml}
OUT=${OUT:-runs/$(basename "$COMPARISON" .toml)}      # on a file system that all nodes see
FEDMRN=${FEDMRN:-fedmrn}                              # or: apptainer exec --nv fedmrn.sif fedmrn
MODULES=${MODULES:-}                                  # as: gcc/12
PART=${PART:-slurm}                                   # K/N, where only some tasks are submitted
MOST_RESTARTS=${MOST_RESTARTS:-50}                    # of a task, before somebody has to look

if [ -n "$MODULES" ]; then
    # shellcheck disable=SC2086 # names are words
    module load $MODULES
fi
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

status=0
# shellcheck disable=SC2086 # a command and its arguments
srun --ntasks=1 --cpu-bind=cores $FEDMRN compare "$COMPARISON" --out "$OUT" --part "$PART" ||
    status=$?

# 138: stopped by SIGUSR1 with a checkpoint written. Of an array a task is requeued alone.
if [ "$status" -eq 138 ]; then
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MOST_RESTARTS" ]; then
        echo "compare-array.sh: stopped after $MOST_RESTARTS restarts; sbatch again goes on" >&2
    else
        scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
    fi
fi
exit "$status"
