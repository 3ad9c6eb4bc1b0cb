#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The kernels of one local step as a table, from ncu's CSV: profile_table.py CSV JSON.

A step goes from one gathering of a batch to the next; where there is no second one, from the first
to the end. Equal kernels are one row: how often, time, shares of the SMs' and of the memory's peak
weighted by time. The fifteen longest are printed, the JSON has all. Exit status 1: no kernel found.
"""

import csv
import json
import sys

METRICS = {"us": "gpu__time_duration.sum",
           "sm_percent": "sm__throughput.avg.pct_of_peak_sustained_elapsed",
           "memory_percent": "gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed"}
NANOSECONDS = {"ns": 1, "nsecond": 1, "us": 1e3, "usecond": 1e3, "ms": 1e6, "msecond": 1e6}


def read(path):
    """Launches in order; lines of ncu's own around the table are passed over."""
    with open(path, newline="", errors="replace") as file:
        rows = [row for row in csv.reader(file) if len(row) > 3]
    head = next((i for i, row in enumerate(rows) if "Kernel Name" in row), None)
    if head is None:
        return []
    names, rest = rows[head], rows[head + 1:]
    if not rest or METRICS["us"] not in names:
        return []
    units = dict(zip(names, rest[0]))
    launches = []
    for row in rest[1:]:
        found = dict(zip(names, row))
        try:
            launch = {key: float(found[name].replace(",", "")) for key, name in METRICS.items()}
        except (KeyError, ValueError):
            continue  # a line that was cut
        launch["us"] *= NANOSECONDS.get(units[METRICS["us"]], 1) / 1e3
        launch["kernel"] = found["Kernel Name"]
        launches.append(launch)
    return launches


def step_of(launches):
    starts = [i for i, launch in enumerate(launches) if "gather_" in launch["kernel"]]
    if not starts:
        return launches, False
    return launches[starts[0]:starts[1] if len(starts) > 1 else None], len(starts) > 1


def main():
    launches, whole = step_of(read(sys.argv[1]))
    kernels = {}
    for launch in launches:
        row = kernels.setdefault(launch["kernel"], {"kernel": launch["kernel"], "launches": 0,
                                                    "us": 0, "sm_percent": 0, "memory_percent": 0})
        row["launches"] += 1
        row["us"] += launch["us"]
        for share in ("sm_percent", "memory_percent"):
            row[share] += launch[share] * launch["us"]
    rows = sorted(kernels.values(), key=lambda row: -row["us"])
    for row in rows:
        for share in ("sm_percent", "memory_percent"):
            row[share] /= row["us"] or 1
    total = sum(row["us"] for row in rows)
    with open(sys.argv[2], "w") as file:
        json.dump({"step_us": total, "whole_step": whole, "kernels": rows}, file, indent=1)
        file.write("\n")
    print(f"{'µs':>9} {'of step':>8} {'SM':>6} {'memory':>7} {'times':>6}  kernel")
    for row in rows[:15]:
        print(f"{row['us']:9.1f} {100 * row['us'] / total:7.1f}% {row['sm_percent']:5.1f}% "
              f"{row['memory_percent']:6.1f}% {row['launches']:6d}  {row['kernel'][:90]}")
    print(f"{total:9.1f} µs in {len(launches)} launches"
          f"{'' if whole else '; not known to be a whole step'}")
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
