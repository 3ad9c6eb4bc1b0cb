#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""FedAvg and FedMRN in plain PyTorch: the workloads of workload.py.

By itself as a PyTorch user would write it, one client after another: masked weights through
torch.func.functional_call and an autograd.Function with a straight-through gradient, torch's own
random generator, cudnn.benchmark. It trains the same model on the same split sizes with the same
local steps as the engine; the random numbers differ, so accuracies agree only in the mean.

random generator, cudnn.benchmark. It trains the same model on the same split sizes, with the same
local steps as the engine; the random numbers differ, so accuracies agree only in the mean.
    --vmap     the clients of a round at once: torch.func.vmap of stacked states

--graph goes with each of the others. --vmap needs clients of equal size (IID) and takes contiguous
images, since channels-last ones crash there.

The rate is samples / seconds of local training: the client's noise, its steps and its final mask,
without evaluation, aggregation and reading of files; the first rounds (--warmup) are apart.

Channels-last images and weights gained 1.4 x for FedAvg and 1.1 x for FedMRN on two AVX-512 cores.
More threads than idle cores cost far more than they give, since torch's threads wait for each other
in every operation: set --threads.
"""

import argparse
import os
import statistics
import sys
import time

import numpy as np
import torch

import workload
from torch_models import MODELS
from torch_trainers import Client, Cohort


def on_device(split, device, layout):
    x = (split.pixels.astype(np.float32) / 255 - split.mean) / split.deviation
    x = torch.from_numpy(x).permute(0, 3, 1, 2).to(device)
    return (x.contiguous(memory_format=layout),
            torch.from_numpy(split.labels.astype(np.int64)).to(device))


@torch.no_grad()
def evaluate(model, state, x, y):
    model.load_state_dict(state)
    model.eval()
    right = sum((model(a).argmax(1) == b).sum() for a, b in zip(x.split(500), y.split(500)))
    return right.item() / len(y)


def average(states, counts):
    total = sum(counts)
    return {k: sum(s[k] * (n / total) for s, n in zip(states, counts)).to(v.dtype)
            for k, v in states[0].items()}


def parse_args(argv):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    workload.add_arguments(parser)
    add = parser.add_argument
    add("--noise", choices=("uniform", "gaussian", "bernoulli"), default="uniform")
    add("--threads", type=int, default=len(os.sched_getaffinity(0)), help="default: all cores")
    add("--device", default="cpu")
    add("--eval-every", type=int, default=1, help="rounds between evaluations; 0: never")
    add("--channels-last", action=argparse.BooleanOptionalAction, help="default: unless --vmap")
    add("--graph", action="store_true", help="replay a recorded step; needs a GPU")
    add("--compile", action="store_true", help="torch.compile")
    add("--vmap", action="store_true", help="train a round's clients at once")
    add("--tf32", action=argparse.BooleanOptionalAction, default=True,
        help="allow float32 products on a GPU to round their factors")
    add("--cudnn-benchmark", action=argparse.BooleanOptionalAction, default=True)
    args = parser.parse_args(argv)
    args.setup = workload.complete(args)
    if args.channels_last is None:
        args.channels_last = not args.vmap
    if args.graph and not args.device.startswith("cuda"):
        parser.error("--graph needs --device cuda")
    return args


def main(argv=None):
    args = parse_args(argv)
    torch.set_num_threads(args.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.tf32
    torch.backends.cudnn.benchmark = args.cudnn_benchmark
    torch.manual_seed(args.seed)
    device = torch.device(args.device)
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    splits = workload.load(args.data, args.setup)
    (x, y), test = (on_device(split, device, layout) for split in splits)
    model = MODELS[args.model](x.shape[1], x.shape[2], workload.CLASSES)
    model = model.to(device, memory_format=layout)
    state = {k: v.detach().clone() for k, v in model.state_dict().items()}
    clients = torch.randperm(len(y)).tensor_split(args.clients)
    if args.vmap and len({len(samples) for samples in clients}) > 1:
        sys.exit("fedmrn_torch.py: --vmap needs clients of equal size, choose another --clients")
    trainer = (Cohort if args.vmap else Client)(model, args, x, y)

    def now():
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    result = {"peer": "torch", "model": args.model, "method": args.method, "mask": args.mask,
              "graph": args.graph, "compile": args.compile, "vmap": args.vmap, "tf32": args.tf32,
              "channels_last": args.channels_last, "clients": args.clients,
              "clients_per_round": args.clients_per_round, "batch": args.batch,
              "rounds_per_rate": 1, "warmup_rates": [], "rates": [], "accuracy": {},
              "threads": args.threads, "device": args.device,
              "device_name": (torch.cuda.get_device_name(device) if device.type == "cuda"
                              else args.device), "version": f"torch {torch.__version__}"}
    cohorts = np.random.default_rng(args.seed)
    began, rounds = None, args.warmup + args.rounds
    for round_ in range(1, rounds + 1):
        cohort = cohorts.choice(args.clients, args.clients_per_round, replace=False)
        chosen = [clients[k] for k in cohort]
        counts = [len(samples) for samples in chosen]
        seed = args.seed * 1_000_003 + round_ * args.clients
        start = now()
        began = start if round_ == args.warmup + 1 else began
        if args.vmap:
            stacked = trainer.train(state, torch.stack(chosen), seed)
            states = [{k: v[i] for k, v in stacked.items()} for i in range(len(chosen))]
        else:
            states = [trainer.train(state, samples, seed + int(k))
                      for k, samples in zip(cohort, chosen)]
        rate = sum(counts) * args.epochs / (now() - start)
        state = average(states, counts)
        warm = round_ > args.warmup
        result["rates" if warm else "warmup_rates"].append(rate)
        line = f"round {round_:3d}  {rate:9.0f} samples/s{'' if warm else '  (warm-up)'}"
        last = round_ == rounds or (warm and 0 < args.seconds < now() - began)
        if args.eval_every and (round_ % args.eval_every == 0 or last):
            result["accuracy"][round_] = evaluate(model, state, *test)
            line += f"  accuracy {100 * result['accuracy'][round_]:.2f} %"
        print(line, flush=True)
        if warm:
            result["samples_per_second"] = statistics.median(result["rates"])
            if args.json:
                workload.write_json(args.json, result)
        if last:
            break
    print(f"{args.method}, {args.model}: {result['samples_per_second']:.0f} samples/s of local "
          f"training, {args.threads} threads on {args.device}, torch {torch.__version__}")


if __name__ == "__main__":
    sys.exit(main())
