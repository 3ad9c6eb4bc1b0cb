#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""Times the engine and the PyTorch peer on the quick start's workload, in one go.

They take turns, engine, peer, engine, peer, so that a machine that grows slower or busier meets
both. Both rates are samples / seconds of local training, without evaluation. Needs only the
standard library; the peer runs under the interpreter given with --python.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def call(command, name):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"compare.py: {name} failed ({done.returncode}): {' '.join(map(str, command))}\n"
                 f"{done.stdout[-2000:]}")


def run_engine(args, method, folder):
    settings = [f"experiment.rounds={args.rounds}", f"server.eval_every={args.rounds}",
                *args.set]
    call([args.fedmrn, "run", ROOT / f"experiments/quickstart-{method}.toml", "--out", folder,
          "--device", args.device, *(x for s in settings for x in ("--set", s))], "the engine")
    return json.loads((folder / "summary.json").read_text())


def run_peer(args, method, folder):
    out = folder.with_suffix(".json")
    call([args.python, HERE / "fedmrn_torch.py", "--method", method, "--rounds", str(args.rounds),
          "--eval-every", "0", "--device", args.device, "--json", out, *args.peer_arg], "the peer")
    return json.loads(out.read_text())


def processor():
    try:
        info = Path("/proc/cpuinfo").read_text()
        return next(line.split(":")[1].strip() for line in info.splitlines()
                    if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def commit():
    done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12"],
                          capture_output=True, text=True)
    return done.stdout.strip() or None


def table(results):
    lines = [f"{'method':8} {'engine':>10} {'peer':>10} {'ratio':>7}   samples/s, median (range)"]
    for method, r in results.items():
        ranges = ", ".join(f"{name} {min(r[name]):.0f}–{max(r[name]):.0f}"
                           for name in ("engine", "peer"))
        lines.append(f"{method:8} {r['engine_median']:10.0f} {r['peer_median']:10.0f} "
                     f"{r['ratio']:6.2f}×   {ranges}")
    return "\n".join(lines)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--python", default=sys.executable, help="interpreter that has torch, for the peer")
    add("--fedmrn", type=Path, default=ROOT / "build/cpu/bin/fedmrn")
    add("--methods", nargs="+", choices=("fedavg", "fedmrn"), default=["fedavg", "fedmrn"])
    add("--repeats", type=int, default=5, help="turns of each")
    add("--rounds", type=int, default=4, help="rounds of a turn")
    add("--device", choices=("cpu", "cuda"), default="cpu")
    add("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="for the engine")
    add("--peer-arg", action="append", default=[], help="for the peer, as --peer-arg=--threads=1")
    add("--json", type=Path, help="write the result here")
    args = parser.parse_args()
    if not args.fedmrn.exists():
        sys.exit(f"compare.py: no {args.fedmrn}: build it, or name it with --fedmrn")
    return args


def main():
    args = parse_args()
    results, load = {}, []
    with tempfile.TemporaryDirectory(prefix="fedmrn-compare-") as folder:
        for method in args.methods:
            engine, peer = [], []
            for turn in range(args.repeats):
                load.append(os.getloadavg()[0])
                where = Path(folder) / f"{method}-{turn}"
                engine.append(run_engine(args, method, where)["samples_per_second"])
                peer_result = run_peer(args, method, where)
                peer.append(peer_result["samples_per_second"])
                print(f"{method} {turn + 1}/{args.repeats}: engine {engine[-1]:.0f}, "
                      f"peer {peer[-1]:.0f} samples/s", file=sys.stderr, flush=True)
            medians = statistics.median(engine), statistics.median(peer)
            results[method] = {"engine": engine, "peer": peer, "engine_median": medians[0],
                               "peer_median": medians[1], "ratio": medians[0] / medians[1]}
    print(f"{processor()}, {len(os.sched_getaffinity(0))} cores, device {args.device}, "
          f"torch {peer_result['torch']}")
    print(table(results))
    if args.json:
        args.json.write_text(json.dumps({
            "commit": commit(), "processor": processor(), "device": args.device,
            "cores": len(os.sched_getaffinity(0)), "load_before_turns": load,
            "rounds": args.rounds, "torch": peer_result["torch"],
            "peer_threads": peer_result["threads"], "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
