#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/gpu-check.sh in a bundle whose programs write down that they were called, and sleep."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Benchmarks write as Google Benchmark does, an entry at a time; filters say which are asked for.
PROGRAM = """#!/bin/sh
name=$(basename "$0")
echo "$name $*" >>"$CALLS"
for word; do
    case $word in
        --benchmark_out=*) out=${word#*=} ;;
        --gtest_output=json:*) echo '{"tests": 1}' >"${word#*json:}" ;;
    esac
done
entry='    {
      "name": "NAME/one",
      "real_time": 1.0
    }'
if [ -n "$out" ]; then
    printf '{\\n  "context": {\\n    "x": 1\\n  },\\n  "benchmarks": [\\n' >"$out"
    printf '%s' "$entry" >>"$out"
    case "$*" in *"$SLOW"*) printf ',\\n    {\\n      "name": "NAME/tw' >>"$out"; sleep 9 ;; esac
    printf ',\\n%s\\n  ]\\n}\\n' "$entry" >>"$out"
fi
case $name in
    fedmrn) echo 'cuda   Paper GPU, 1 SM' ;;
    gpu_reach) ls "$1" ;;
    ncu)
        while [ "$1" != --log-file ]; do shift; done
        cp "$TABLE" "$2" ;;
    compute-sanitizer) echo '========= ERROR SUMMARY: 0 errors' ;;
esac
case "$name $*" in *"$BROKEN"*) exit 1 ;; esac
"""

TABLE = '''==PROF== Connected to process 7
"ID","Process Name","Kernel Name","gpu__time_duration.sum","%s","%s"
"","","","nsecond","%%","%%"
"0","fedmrn","start_lanes_kernel","1,000","1","1"
"1","fedmrn","gather_batch_kernel<float, 1>","2,000","10","20"
"2","fedmrn","mask_weights_kernel","6,000","50","60"
"3","fedmrn","mask_weights_kernel","2,000","90","60"
"4","fedmrn","gather_batch_kernel<float, 1>","7,000","10","20"
''' % ("sm__throughput.avg.pct_of_peak_sustained_elapsed",
       "gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed")

COMPARE = """import sys
open(sys.argv[sys.argv.index("--json") + 1], "w").write('{"rows": [], "complete": true}')
"""


class GpuCheck(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fedmrn-gpu-check-"))
        self.addCleanup(shutil.rmtree, self.folder)
        bundle = self.bundle = self.folder / "bundle"
        for folder in ("bin", "bench/peers", "tests", "experiments"):
            (bundle / folder).mkdir(parents=True)
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("gpu-check.sh", "profile_table.py"):
            shutil.copy(ROOT / "scripts" / name, bundle)
        (bundle / "COMMIT").write_text("0123456789ab\n")
        (bundle / "bench/peers/compare.py").write_text(COMPARE)
        for path in (*(bundle / "bin" / name for name in (
                "fedmrn", "fedmrn_bits_O0", "kernels_test", "cuda_test", "client_test", "base_test",
                "kernels_bench", "engine_bench", "gpu_reach")),
                tools / "ncu", tools / "compute-sanitizer"):
            path.write_text(PROGRAM)
            path.chmod(0o755)
        (self.folder / "table").write_text(TABLE)
        self.calls = self.folder / "calls"
        self.environment = {**os.environ, "CALLS": str(self.calls), "SLOW": "nothing",
                            "BROKEN": "nothing", "TABLE": str(self.folder / "table"),
                            "FEDMRN_PYTHON": sys.executable,
                            "PATH": f"{tools}:{os.environ['PATH']}"}

    def check(self, *arguments, **environment):
        started = time.monotonic()
        done = subprocess.run([self.bundle / "gpu-check.sh", "--out", self.folder / "out",
                               *arguments], env={**self.environment, **environment},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said, self.seconds = done.stdout, time.monotonic() - started
        return done.returncode

    def report(self, name):
        return json.loads((self.folder / "out" / f"{name}.json").read_text())

    def all_reports_are_whole(self):
        for path in (self.folder / "out").glob("*.json"):
            json.loads(path.read_text())
        self.assertEqual(list((self.folder / "out").glob("*.partial")), [])

    def test_parts_come_in_order_of_value_and_each_leaves_a_report(self):
        self.assertEqual(self.check(), 0, self.said)
        parts = self.report("parts")
        self.assertEqual([p["part"] for p in parts], [
            "tests", "steps", "profile", "runs", "rivals", "kernels", "sanitizer", "benchmarks"])
        self.assertEqual({p["status"] for p in parts}, {"well"})
        self.assertLessEqual(sum(p["limit"] for p in parts[:-1]), 600)
        calls = self.calls.read_text().splitlines()
        first = [call.split()[0] for call in calls]
        self.assertIn("GoldenBits", calls[1])  # after fedmrn devices
        self.assertEqual(first[2:5], ["fedmrn_bits_O0", "kernels_test", "cuda_test"])
        self.assertEqual(first.count("kernels_test"), 2)
        tools = [call.split()[2] for call in calls if call.startswith("compute-sanitizer")]
        self.assertEqual(list(dict.fromkeys(tools)),
                         ["racecheck", "initcheck", "synccheck", "memcheck"])
        self.assertEqual(len(self.report("sanitizer")), len(tools))
        self.assertEqual(len(self.report("steps")["benchmarks"]), 2)
        self.all_reports_are_whole()

    def test_the_profile_is_one_step(self):
        self.assertEqual(self.check("--only", "profile"), 0, self.said)
        profile = self.report("profile")
        self.assertTrue(profile["whole_step"])
        self.assertEqual(profile["step_us"], 10)
        longest = profile["kernels"][0]
        self.assertEqual((longest["kernel"], longest["launches"], longest["us"]),
                         ("mask_weights_kernel", 2, 8))
        self.assertEqual((longest["sm_percent"], longest["memory_percent"]), (60, 60))

    def test_what_is_cut_keeps_what_it_had_and_the_rest_goes_on(self):
        # seconds of 12 instead of 600: steps have 1.3, of which the slow one may take 0.8
        self.assertEqual(self.check("--limit", "12", "--only", "steps,runs,kernels",
                                    SLOW="steps_fedmrn"), 1, self.said)
        self.assertLess(self.seconds, 9)
        kept, cut = self.report("steps")["benchmarks"]
        self.assertEqual(kept["name"], "NAME/one")
        self.assertEqual(cut["name"], "cut")
        self.assertIn("cut after 0.800 s", cut["error_message"])
        self.assertEqual([p["status"] for p in self.report("parts")], ["cut", "well", "well"])
        self.assertEqual(len(self.report("kernels")["benchmarks"]), 2)
        self.all_reports_are_whole()

    def test_the_whole_ends_in_time(self):
        self.assertEqual(self.check("--limit", "2", "--without", "tests,rivals,profile",
                                    SLOW="benchmark"), 1)
        self.assertLess(sum(p["seconds"] for p in self.report("parts")), 2.4)
        self.assertIn("not started", self.said)
        self.all_reports_are_whole()

    def test_a_failure_is_told_and_the_rest_goes_on(self):
        self.assertEqual(self.check("--only", "tests,kernels", BROKEN="client_test"), 1)
        self.assertIn("client_test failed", self.said)
        self.assertEqual([p["status"] for p in self.report("parts")], ["failed", "well"])

    def test_arguments_are_checked(self):
        self.assertEqual(self.check("--only", "steps,everything"), 2)
        self.assertIn("no part everything", self.said)
        self.assertEqual(self.check("--limit", "soon"), 2)


if __name__ == "__main__":
    unittest.main()
