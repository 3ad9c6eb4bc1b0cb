#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/fedmrn.def without Apptainer: what it copies is there, its stages fit together, and its
scripts do what they say, with programs that only keep what they are asked. What it does not tell:
whether the image is built, and runs."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "scripts/fedmrn.def"
KEPT = """#!/bin/sh
echo "$(basename "$0") $*" >>"$ASKED"
if [ "$(basename "$0")" = cpack ]; then
    mkdir -p build/package
    touch build/package/fedmrn-1-linux.deb
fi
"""


def stages():
    """Per stage its headers and its sections, each a list of lines; a section by its first word."""
    found = []
    section = None
    for line in DEFINITION.read_text().splitlines():
        header = re.fullmatch(r"(Bootstrap|From|Stage): (\S+)", line)
        if header:
            if header[1] == "Bootstrap":
                found.append({"headers": {}, "sections": {}})
            found[-1]["headers"][header[1]] = header[2]
            section = None
        elif line.startswith("%"):
            section = found[-1]["sections"].setdefault(line[1:], [])
        elif section is not None and line.strip():
            section.append(line.strip())
    return found


class Definition(unittest.TestCase):
    def setUp(self):
        self.build, self.final = stages()

    def test_both_stages_are_debian_12(self):
        for stage in (self.build, self.final):
            self.assertEqual(stage["headers"]["Bootstrap"], "docker")
            self.assertEqual(stage["headers"]["From"], "debian:12")
        self.assertEqual(
            set(self.final["sections"]), {"files from build", "post", "test", "runscript", "help"}
        )

    def test_what_it_copies_is_there_and_is_all_that_a_build_reads(self):
        copied = dict(line.split() for line in self.build["sections"]["files"])
        for source, target in copied.items():
            self.assertTrue((ROOT / source).exists(), source)
            self.assertEqual(target, "/src/" + source)
        cmake = (ROOT / "CMakeLists.txt").read_text()
        for folder in re.findall(r"^add_subdirectory\(([a-z]+)", cmake, re.M):
            self.assertIn(folder, copied)
        self.assertIn("LICENSE", (ROOT / "cmake/fedmrn_package.cmake").read_text())
        self.assertIn("LICENSE", copied)

    def test_its_presets_and_options_are_the_projects(self):
        presets = json.loads((ROOT / "CMakePresets.json").read_text())
        cmake = (ROOT / "CMakeLists.txt").read_text()
        for line in self.build["sections"]["post"]:
            kind = {"cmake --preset": "configurePresets", "cmake --build": "buildPresets",
                    "cpack": "packagePresets"}
            for start, key in kind.items():
                if line.startswith(start):
                    name = re.search(r"--preset (\S+)", line)[1]
                    self.assertIn(name, [preset["name"] for preset in presets[key]])
            for option in re.findall(r"-D ([A-Z_]+)=", line):
                self.assertRegex(cmake, rf"(option|set)\({option}\b")

    def test_a_stage_takes_what_the_one_before_made(self):
        made = "\n".join(self.build["sections"]["post"])
        copied = [line.split()[1] for line in self.build["sections"]["files"]]
        for line in self.final["sections"]["files from build"]:
            source = line.split()[0]
            self.assertTrue(source in copied or source in made, source)

    def test_its_scripts_do_what_they_say(self):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "bin").mkdir()
            (place / "src/scripts").mkdir(parents=True)
            (place / "src/scripts/setup.sh").write_text('echo "setup.sh $*" >>"$ASKED"\n')
            (place / "opt/fedmrn").mkdir(parents=True)
            for name in ("apt-get", "cmake", "cpack", "fedmrn"):
                (place / "bin" / name).write_text(KEPT)
                (place / "bin" / name).chmod(0o755)
            environment = {"PATH": f"{place}/bin:/usr/bin:/bin", "ASKED": str(place / "asked")}

            def run(stage, section, *words):
                script = "\n".join(stage["sections"][section])
                for top in ("/src", "/opt", "/var"):
                    script = re.sub(rf"(?<![\w.]){top}/", f"{place}{top}/", script)
                script = script.replace("cd /src", f"cd {place}/src")
                done = subprocess.run(["sh", "-c", script, "sh", *words], env=environment,
                                      cwd=place, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                asked = (place / "asked").read_text().replace(str(place), "").splitlines()
                (place / "asked").write_text("")
                return asked

            self.assertEqual(run(self.build, "post"), [
                "setup.sh ",
                "apt-get install -y --no-install-recommends libopenmpi-dev openmpi-bin dpkg-dev",
                "cmake --preset package -D FEDMRN_MPI=ON",
                "cmake --build --preset package",
                "cpack --preset package",
            ])
            self.assertTrue((place / "src/fedmrn.deb").exists())
            os.rename(place / "src/fedmrn.deb", place / "opt/fedmrn/fedmrn.deb")
            self.assertEqual(run(self.final, "post")[1:], [
                "apt-get install -y --no-install-recommends /opt/fedmrn/fedmrn.deb openmpi-bin "
                "dataset-fashion-mnist",
            ])
            self.assertFalse((place / "opt/fedmrn/fedmrn.deb").exists())
            self.assertEqual(run(self.final, "runscript", "run", "x.toml"), ["fedmrn run x.toml"])
            self.assertEqual(len(run(self.final, "test")), 2)

    def test_its_experiment_is_there(self):
        for line in self.final["sections"]["test"]:
            for file in re.findall(r"/opt/fedmrn/(experiments/\S+)", line):
                self.assertTrue((ROOT / file).exists(), file)


if __name__ == "__main__":
    unittest.main()
