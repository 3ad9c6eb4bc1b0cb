#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""Times the engine and PyTorch peers on the quick start's workload, in one go.

The peers: eager, one client after another; vmap, a round's clients at once by torch.func.vmap. They
take turns, engine, peers, engine, peers, so that a machine that grows slower or busier meets all.
All rates are samples / seconds of local training, without evaluation. Needs only the standard
library; the peer runs under the interpreter given with --python.
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
    settings = [f"experiment.rounds={args.rounds}", f"server.eval_every={args.rounds}"]
    if args.device == "cuda":
        settings.append(f"experiment.precision={'tf32' if args.tf32 else 'fp32'}")
    settings += args.set
    call([args.fedmrn, "run", ROOT / f"experiments/quickstart-{method}.toml", "--out", folder,
          "--device", args.device, *(x for s in settings for x in ("--set", s))], "the engine")
    return json.loads((folder / "summary.json").read_text())


def run_peer(args, peer, method, folder):
    out = folder.with_suffix(f".{peer}.json")
    data = Path(os.environ.get("FEDMRN_DATA", "/usr/share/datasets")) / "fashion-mnist"
    call([args.python, HERE / "fedmrn_torch.py", "--method", method, "--rounds", str(args.rounds),
          "--eval-every", "0", "--device", args.device, "--json", out, "--data", data,
          "--tf32" if args.tf32 else "--no-tf32", *(["--vmap"] if peer == "vmap" else []),
          *args.peer_arg], f"the peer {peer}")
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
    lines = [f"{'method':8} {'':7} {'samples/s':>10} {'engine is':>10}   median (range)"]
    for method, r in results.items():
        for name, rates in r.items():
            ratio = f"{rates['ratio']:9.2f}×" if "ratio" in rates else " " * 10
            lines.append(f"{method:8} {name:7} {rates['median']:10.0f} {ratio}   "
                         f"{min(rates['rates']):.0f}–{max(rates['rates']):.0f}")
    return "\n".join(lines)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--python", default=sys.executable, help="interpreter that has torch, for the peer")
    add("--fedmrn", type=Path, default=ROOT / "build/cpu/bin/fedmrn")
    add("--methods", nargs="+", choices=("fedavg", "fedmrn"), default=["fedavg", "fedmrn"])
    add("--peers", nargs="+", choices=("eager", "vmap"), default=["eager"])
    add("--tf32", action=argparse.BooleanOptionalAction, default=True,
        help="allow engine and peers to round the factors of float32 products on a GPU")
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
            rates = {name: [] for name in ("engine", *args.peers)}
            for turn in range(args.repeats):
                load.append(os.getloadavg()[0])
                where = Path(folder) / f"{method}-{turn}"
                rates["engine"].append(run_engine(args, method, where)["samples_per_second"])
                for peer in args.peers:
                    peer_result = run_peer(args, peer, method, where)
                    rates[peer].append(peer_result["samples_per_second"])
                latest = ", ".join(f"{name} {r[-1]:.0f}" for name, r in rates.items())
                print(f"{method} {turn + 1}/{args.repeats}: {latest} samples/s",
                      file=sys.stderr, flush=True)
            results[method] = {name: {"rates": r, "median": statistics.median(r)}
                               for name, r in rates.items()}
            for peer in args.peers:
                results[method][peer]["ratio"] = (results[method]["engine"]["median"]
                                                  / results[method][peer]["median"])
    about = {"commit": commit(), "processor": processor(), "device": args.device,
             "cores": len(os.sched_getaffinity(0)), "torch": peer_result["torch"],
             "torch_device": peer_result["device_name"], "rounds": args.rounds,
             "tf32": args.tf32 if args.device == "cuda" else None}
    allowed = f", tf32 {'allowed' if args.tf32 else 'not allowed'}"
    print(f"{about['processor']}, {about['cores']} cores, {about['torch_device']}, "
          f"torch {about['torch']}{allowed if args.device == 'cuda' else ''}")
    print(table(results))
    if args.json:
        args.json.write_text(json.dumps({**about, "load_before_turns": load,
                                         "peer_threads": peer_result["threads"],
                                         "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
