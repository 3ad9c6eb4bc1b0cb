#!/bin/bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# One run on the GPUs, or the cores, of one node; it goes on by itself where a time limit or a
# preemption has cut it.
#   sbatch scripts/slurm/one-node.sh
#SBATCH --job-name=fedmrn
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=8
##SBATCH --gpus-per-task=1
##SBATCH --partition=gpu
#SBATCH --time=04:00:00
#SBATCH --signal=USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

# What a user edits; each may also be given by the environment, as sbatch hands it on.
EXPERIMENT=${EXPERIMENT:-experiments/quickstart-fedmrn.toml}
OUT=${OUT:-runs/$(basename "$EXPERIMENT" .toml)}      # on a file system that the node sees
FEDMRN=${FEDMRN:-fedmrn}                              # or: apptainer exec --nv fedmrn.sif fedmrn
MODULES=${MODULES:-}                                  # as: gcc/12 openmpi/4.1
MOST_RESTARTS=${MOST_RESTARTS:-50}                    # of this job, before somebody has to look

if [ -n "$MODULES" ]; then
    # shellcheck disable=SC2086 # names are words
    module load $MODULES
fi
# srun does not take this from the batch script by itself (Slurm 22.05 and later).
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

status=0
# shellcheck disable=SC2086 # a command and its arguments
srun --mpi=pmix --cpu-bind=cores $FEDMRN run "$EXPERIMENT" --out "$OUT" --resume || status=$?

# 138: stopped by SIGUSR1 with a checkpoint written. 143, after SIGTERM, is scancel's, or a
# preemption, after which Slurm requeues by itself.
if [ "$status" -eq 138 ]; then
    if [ "${SLURM_RESTART_COUNT:-0}" -ge "$MOST_RESTARTS" ]; then
        echo "one-node.sh: stopped after $MOST_RESTARTS restarts; sbatch again goes on" >&2
    else
        scontrol requeue "$SLURM_JOB_ID"
    fi
fi
exit "$status"
