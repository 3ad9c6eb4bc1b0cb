#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""bench/peers/compare.py with an engine and an interpreter of peers that only look like ours."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMPARE = ROOT / "bench/peers/compare.py"
sys.path.insert(0, str(COMPARE.parent))
import workload  # noqa: E402

# Rounds of 100, 200, 400 samples a second; the last line is cut, as a run that was ended leaves it.
ENGINE = """#!/bin/sh
while [ "$1" != --out ]; do shift; done
mkdir -p "$2"
for seconds in 1 0.5 0.25; do
    echo '{"samples": 100, "train_seconds": '$seconds'}'
done >"$2/metrics.jsonl"
printf '{"samples": 1' >>"$2/metrics.jsonl"
"""
PEER = """#!/bin/sh
all="$*"
while [ "$1" != --json ]; do shift; done
case $all in
    *--vmap*) echo some words; echo 'RuntimeError: out of memory'; echo; exit 1 ;;
    *--compile*) echo '{"rates": [50]}' >"$2"; sleep 60 ;;
    *--graph*) sleep 60 ;;
    *) echo '{"rates": [10, 30, 20], "device": "cpu"}' >"$2" ;;
esac
"""


class Compare(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fedmrn-compare-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in (("engine", ENGINE), ("peer", PEER)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        self.report = self.folder / "report.json"

    def command(self, *arguments):
        return [sys.executable, "-B", COMPARE, "--fedmrn", self.folder / "engine", "--python",
                self.folder / "peer", "--methods", "fedmrn", "--warmup", "1", "--clients", "10",
                "--small", "--json", self.report, *arguments]

    def compare(self, *arguments):
        self.done = subprocess.run(self.command(*arguments), capture_output=True, text=True)
        report = json.loads(self.report.read_text())
        return report, {row["peer"]: row for row in report["rows"]}

    def test_medians_of_steady_state_and_their_ratio(self):
        report, rows = self.compare("--peers", "eager", "jax")
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertTrue(report["complete"])
        self.assertEqual(rows["engine"]["rates"], [200, 400])
        self.assertEqual((rows["engine"]["median"], rows["eager"]["median"]), (300, 20))
        self.assertEqual((rows["eager"]["ratio"], rows["jax"]["ratio"]), (15, 15))

    def test_a_peer_that_fails_is_a_row_that_says_why(self):
        _, rows = self.compare("--peers", "vmap", "graph", "compile", "eager",
                               "--peer-limit", "0.5")
        self.assertEqual(self.done.returncode, 0)
        self.assertEqual(rows["vmap"]["why"], "exit status 1: RuntimeError: out of memory")
        self.assertEqual(rows["graph"]["rates"], [])
        self.assertIn("no end after", rows["graph"]["why"])
        self.assertEqual(rows["compile"]["median"], 50)  # what it had by then
        self.assertEqual(rows["eager"]["ratio"], 15)
        lines = self.done.stdout.splitlines()
        self.assertEqual([line.split()[2] for line in lines[2:]],
                         ["engine", "vmap", "graph", "compile", "eager"])

    def test_what_does_not_fit_the_limit_is_left_out(self):
        report, rows = self.compare("--peers", "graph", "eager", "--limit", "1.5")
        self.assertTrue(report["complete"])
        self.assertEqual(rows["eager"]["why"], "left out: 1.5 s are over")

    def test_the_report_is_whole_when_it_is_ended(self):
        running = subprocess.Popen(self.command("--peers", "eager", "graph"),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            report = json.loads(self.report.read_text()) if self.report.exists() else {"rows": []}
            if len(report["rows"]) == 2:
                break
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        self.assertNotEqual(running.wait(10), 0)
        self.assertFalse(json.loads(self.report.read_text())["complete"])

    def test_made_images_are_what_numpy_writes(self):
        path = self.folder / "images.npz"
        workload.write_npz(path, (2, 3, 1), 12, 5)
        with zipfile.ZipFile(path) as file:
            stored = file.read("x_train.npy")
            self.assertEqual(file.read("y_test.npy")[-5:], bytes(range(5)))
        start = stored.index(b"\n") + 1
        self.assertEqual(start % 64, 0)
        self.assertIn(b"'shape': (12, 2, 3, 1)", stored[:start])
        self.assertEqual(len(stored) - start, 12 * 6)


if __name__ == "__main__":
    unittest.main()
