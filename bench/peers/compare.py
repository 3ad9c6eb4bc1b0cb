#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""Times the engine and its rivals on the same workloads, in one go.

They take turns, engine, peers, engine, peers, so that a machine that grows slower or busier meets
all. A line of the table is printed as soon as it is known, with the medians of all turns so far;
the report (--json) is whole at every moment. A peer that fails, or takes longer than --peer-limit,
is a line that says so, and the others go on; what it had measured by then counts.

All rates are samples / seconds of local training, without evaluation, the first rounds (--warmup)
left out. Needs only the standard library; the peers run under the interpreters given.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import workload

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = {
    "eager": ("torch", []),
    "graph": ("torch", ["--graph"]),
    "compile": ("torch", ["--compile"]),
    "vmap": ("torch", ["--vmap"]),
    "graph-compile": ("torch", ["--graph", "--compile"]),
    "graph-vmap": ("torch", ["--graph", "--vmap"]),
    "jax": ("jax", []),
    "jax-patches": ("jax", ["--patches"]),
}


class Failed(Exception):
    """One line that says why."""


class Ended:
    """SIGTERM ends the run, but not while a process is being made, which then nobody would end."""

    holding = asked = False

    @classmethod
    def ask(cls, *_):
        cls.asked = True
        cls.unless_holding()

    @classmethod
    def unless_holding(cls):
        if cls.asked and not cls.holding:
            sys.exit("compare.py: ended from outside")


def call(command, log, seconds):
    """Runs it, with all that it starts, no longer than that. Output goes to the file log."""
    with open(log, "w") as output:
        Ended.holding = True
        try:
            child = subprocess.Popen([str(part) for part in command], stdout=output,
                                     stderr=subprocess.STDOUT, start_new_session=True)
        except OSError:
            Ended.holding = False
            raise
        try:
            Ended.holding = False
            Ended.unless_holding()
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"no end after {seconds:.0f} s") from None
        finally:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            child.wait()
    if code:
        lines = [line.strip() for line in Path(log).read_text(errors="replace").splitlines()]
        said = next((line for line in reversed(lines) if line), "it said nothing")
        raise Failed(f"exit status {code}: {said[:160]}")


class Comparison:
    def __init__(self, args, folder):
        self.args, self.folder = args, Path(folder)
        self.end = time.monotonic() + args.limit if args.limit else float("inf")
        self.rows, self.turn, self.about = [], 0, about(args)
        self.data = {}

    def data_of(self, model):
        """Fashion-MNIST's folder, or a file of made images of the model's shape."""
        if model not in self.data:
            found = workload.fashion_mnist() if model == "cnn4" else None
            if found is None:
                setup = workload.SETUPS[model]
                clients = self.args.clients or setup.clients
                found = self.folder / f"{model}.npz"
                workload.write_npz(found, setup.shape, setup.samples // setup.clients * clients
                                   if self.args.small else setup.samples, 1000)
            self.data[model] = found
        return self.data[model]

    def engine(self, model, method, seconds):
        args, setup = self.args, workload.SETUPS[model]
        data, rounds = self.data_of(model), args.warmup + args.rounds
        clients = args.clients or setup.clients
        settings = {"experiment.rounds": rounds, "server.eval_every": rounds,
                    "experiment.checkpoint_every": rounds, "data.clients": clients,
                    "client.cohort": args.cohort or min(setup.cohort, clients),
                    "client.batch": setup.batch, "model.name": model, "data.path": f'"{data}"',
                    "data.name": "npz" if data.suffix == ".npz" else "fashion-mnist"}
        if args.device == "cuda" or args.precision == "bf16":
            settings["experiment.precision"] = args.precision
        out = self.folder / f"{model}-{method}-{self.turn}"
        sets = [f"{key}={value}" for key, value in settings.items()] + args.set
        try:
            call([args.fedmrn, "run", ROOT / f"experiments/quickstart-{method}.toml", "--out", out,
                  "--device", args.device, *(x for s in sets for x in ("--set", s))],
                 out.with_suffix(".log"), seconds)
        finally:
            rates = []
            if (out / "metrics.jsonl").exists():
                for line in (out / "metrics.jsonl").read_text().splitlines():
                    try:
                        found = json.loads(line)
                        rates.append(found["samples"] / found["train_seconds"])
                    except (ValueError, ZeroDivisionError):
                        pass  # a line that was cut
            self.found = {"rates": rates[args.warmup:], "rounds_per_rate": 1}

    def peer(self, name, model, method, seconds):
        args = self.args
        library, options = PEERS[name]
        out = self.folder / f"{model}-{method}-{self.turn}-{name}.json"
        command = [args.jax_python or args.python if library == "jax" else args.python,
                   HERE / f"fedmrn_{library}.py", "--model", model, "--method", method,
                   "--data", self.data_of(model), "--json", out, "--rounds", args.rounds,
                   "--seconds", args.seconds, "--warmup", args.warmup, *options]
        command.append("--no-tf32" if args.precision == "fp32" else "--tf32")
        if args.clients:
            command += ["--clients", args.clients]
        if args.cohort:
            command += ["--clients-per-round", args.cohort]
        if library == "torch":
            if args.precision == "bf16":
                raise Failed("not written for bf16")
            command += ["--device", args.device, "--eval-every", 0, *args.peer_arg]
        else:
            command += ["--bf16"] if args.precision == "bf16" else []
            command += ["--warmup", 1, "--turns", args.jax_turns]
        try:
            call(command, out.with_suffix(".log"), seconds)
        finally:
            if out.exists():
                self.found = json.loads(out.read_text())
        if library == "jax" and (self.found.get("device") == "cpu") != (args.device == "cpu"):
            raise Failed(f"it ran on {self.found.get('device')}, not on {args.device}")

    def row(self, model, method, name):
        for row in self.rows:
            if (row["model"], row["method"], row["peer"]) == (model, method, name):
                return row
        self.rows.append({"model": model, "method": method, "peer": name, "rates": []})
        return self.rows[-1]

    def measure(self, model, method, name):
        row, self.found = self.row(model, method, name), {}
        row.pop("why", None)
        row.update(load_before=os.getloadavg()[0])
        left = self.end - time.monotonic()
        started = time.monotonic()
        try:
            if left < 1:
                raise Failed(f"left out: {self.args.limit:g} s are over")
            if name == "engine":
                self.engine(model, method, min(left, self.args.peer_limit))
            else:
                self.peer(name, model, method, min(left, self.args.peer_limit))
            if not self.found.get("rates"):
                raise Failed("it measured nothing")
        except (Failed, OSError, ValueError) as failure:
            row["why"] = str(failure)
        row["seconds"] = time.monotonic() - started
        if not row.get("why", "").startswith("it ran on"):
            row["rates"] += self.found.get("rates", [])
        for key in ("version", "device_name", "threads", "compile_seconds", "rounds_per_rate"):
            if key in self.found:
                row[key] = self.found[key]
        if row["rates"]:
            row["median"] = statistics.median(row["rates"])
        engine = self.row(model, method, "engine").get("median")
        for other in self.rows:  # the engine's median moved as well
            if engine and "median" in other and name in (other["peer"], "engine") \
                    and other["peer"] != "engine" \
                    and (other["model"], other["method"]) == (model, method):
                other["ratio"] = engine / other["median"]
        print(line(row), flush=True)
        self.write()

    def write(self, complete=False):
        if self.args.json:
            rows = [row for row in self.rows if row["rates"] or "why" in row]
            workload.write_json(self.args.json, {**self.about, "complete": complete, "rows": rows})

    def run(self):
        self.write()
        print(HEADER, flush=True)
        for self.turn in range(self.args.repeats):
            for method in self.args.methods:
                for model in self.args.models:
                    for name in ("engine", *self.args.peers):
                        self.measure(model, method, name)
        self.write(complete=True)


HEADER = (f"{'model':5} {'method':7} {'':13} {'samples/s':>10} {'engine is':>10}   "
          "median (range; how many)")


def line(row):
    text = f"{row['model']:5} {row['method']:7} {row['peer']:13} "
    if not row["rates"]:
        return text + f"{'-':>10} {'-':>10}   {row['why']}"
    rates = row["rates"]
    ratio = f"{row['ratio']:9.2f}×" if "ratio" in row else " " * 10
    text += (f"{row['median']:10.0f} {ratio}   {min(rates):.0f}–{max(rates):.0f}; {len(rates)}")
    return text + (f"; {row['why']}" if "why" in row else "")


def processor():
    try:
        info = Path("/proc/cpuinfo").read_text()
        return next(line.split(":")[1].strip() for line in info.splitlines()
                    if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def commit():
    if "FEDMRN_COMMIT" in os.environ:
        return os.environ["FEDMRN_COMMIT"]
    try:
        done = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--abbrev=12"],
                              capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() or None


def about(args):
    return {"commit": commit(), "processor": processor(), "cores": len(os.sched_getaffinity(0)),
            "device": args.device, "precision": args.precision if args.device == "cuda" else "fp32",
            "rounds": args.rounds, "warmup": args.warmup, "repeats": args.repeats,
            "clients": args.clients, "cohort": args.cohort, "engine_settings": args.set}


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--python", default=sys.executable, help="interpreter that has torch and NumPy")
    add("--jax-python", help="interpreter that has JAX and NumPy (default: the same)")
    add("--fedmrn", type=Path, default=ROOT / "build/cpu/bin/fedmrn")
    add("--models", nargs="+", choices=workload.SETUPS, default=["cnn4"])
    add("--methods", nargs="+", choices=("fedavg", "fedmrn"), default=["fedmrn", "fedavg"])
    add("--peers", nargs="*", choices=PEERS, default=["eager"])
    add("--precision", choices=("tf32", "fp32", "bf16"), default="tf32",
        help="of products on a GPU, the engine's and the peers'")
    add("--repeats", type=int, default=1, help="turns of each")
    add("--rounds", type=int, default=10, help="rounds of a turn that are measured")
    add("--warmup", type=int, default=2, help="rounds of a turn before them")
    add("--seconds", type=float, default=15, help="a peer measures no further after so many")
    add("--jax-turns", type=int, default=5, help="calls of JAX's program, --rounds each")
    add("--limit", type=float, default=0, metavar="SECONDS", help="of it all; 0: none")
    add("--peer-limit", type=float, default=600, metavar="SECONDS", help="of a peer's turn")
    add("--device", choices=("cpu", "cuda"), default="cpu")
    add("--clients", type=int, help="other than the workload's")
    add("--cohort", type=int, help="other than the workload's")
    add("--small", action="store_true", help="of made images only as many as --clients hold")
    add("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="for the engine")
    add("--peer-arg", action="append", default=[], help="for PyTorch, as --peer-arg=--threads=1")
    add("--json", type=Path, help="write the report here, anew after every turn")
    args = parser.parse_args()
    if not args.fedmrn.exists():
        sys.exit(f"compare.py: no {args.fedmrn}: build it, or name it with --fedmrn")
    return args


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, Ended.ask)
    with tempfile.TemporaryDirectory(prefix="fedmrn-compare-") as folder:
        comparison = Comparison(args, folder)
        known = comparison.about
        print(f"{known['processor']}, {known['cores']} cores, {known['device']}, "
              f"{known['precision']}, commit {known['commit']}")
        comparison.run()
    failed = [row for row in comparison.rows if not row["rates"]]
    return 1 if len(failed) == len(comparison.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
