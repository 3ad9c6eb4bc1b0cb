# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""examples/decode.py, which knows docs/message.md alone, against the engine: bit for bit.

FEDMRN_BINARY names the program. Needs NumPy, as decode.py does, and says so where it is missing.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECODE = ROOT / "examples" / "decode.py"
VECTORS = ROOT / "tests" / "golden" / "messages"

sys.path.insert(0, str(DECODE.parent))
import decode  # noqa: E402  (ends the test with one line where NumPy is missing)
import message_bytes  # noqa: E402
import message_values  # noqa: E402

SETTING = """
[experiment]
rounds = 3
[data]
name = "synthetic"
samples = 240
clients = 7
[client]
cohort = 4
batch = 16
[model]
name = "mlp"
"""

# A model of enough weights for their codes to become shorter.
WIDE = {"model.name": "sequential", "model.layers": "linear(out=300), relu, linear(out=70), relu"}

# keys of the run, options of decode.py
ROUNDS = {
    "fedavg": ({"server.lr": 0.7}, ["--lr", "0.7"]),
    "fedmrn": ({"method.mask": "signed", "method.noise": "gaussian"}, []),
    "fedmrn, smaller from round to round": (
        {"method.magnitude_decay": "true", "client.schedule": "inverse"}, []),
    "fedmrn, weights of its own": ({"server.sampling": "weighted"}, ["--weights"]),
    "signsgd": ({"method.vote": "majority", "method.magnitude": 0.003}, ["--magnitude", "0.003"]),
    "signsgd, mean": ({"method.vote": "mean", "method.magnitude": 0.003}, ["--magnitude", "0.003"]),
    "fedpm": ({}, []),
    "fedsparsify": ({"method.prune_rounds": 30}, []),
    "fedsparsify, none pruned": ({"method.sparsity": 0.0}, []),
    "fedsparsify, nonzero": (
        {"method.merge": "nonzero", "method.prune_rounds": 30}, ["--merge", "nonzero"]),
    "fedsparsify, majority": (
        {"method.merge": "majority", "method.prune_rounds": 30}, ["--merge", "majority"]),
    "eden": ({"method.bits": 3}, []),
    "frozen_factor": ({"method.ratio": 0.5}, []),
    "fedmud": ({"method.ratio": 0.5, "method.frozen_magnitude": 3.5}, []),
    "qsgd": ({}, []),
    "terngrad, packed": ({"stage": ["deflate"]}, []),
    "fedmrn, coded": ({"stage": ["rans"], **WIDE}, []),
    "qsgd, coded": ({"stage": ["rans"], **WIDE}, []),
    "fedavg, pruned": ({"stage": ["prune"], "stage.prune.sparsity": 0.7}, []),
    "fedmrn, pruned more from round to round": (
        {"stage": ["prune"], "stage.prune.sparsity": 0.9, "stage.prune.end": 6,
         "stage.prune.scope": "layer", "method.mask": "signed", **WIDE}, []),
    "fedavg, two of four": ({"stage": ["prune"], "stage.prune.pattern": "2:4"},
                            ["--pattern", "2:4"]),
    "fedmrn, two of four, coded": (
        {"stage": ["prune", "rans"], "stage.prune.pattern": "2:4", **WIDE}, ["--pattern", "2:4"]),
}


def bits(values):
    return [f"{word:08x}" for word in values.view("<u4")]


def words(lines):
    return " ".join(lines).split()


def differences(found, expected):
    return sum(a != b for a, b in zip(found, expected)) + abs(len(found) - len(expected))


class Vectors(unittest.TestCase):
    def test_every_message_decodes_to_its_values(self):
        layout = decode.read_layout(VECTORS / "layout.json")
        files = sorted(VECTORS.glob("*.fmrn"))
        self.assertGreaterEqual(len(files), 25)
        methods = set()
        for file in files:
            with self.subTest(file.name):
                message = decode.read_message(file)
                methods.add(message.name)
                values = message_values.decode(message, layout)
                wanted = json.loads(file.with_suffix(".json").read_text())
                self.assertEqual(differences(bits(values), words(wanted["values"])), 0)
                if "weights" in wanted:
                    weights = message_values.fedpm_weights(message.seed, message.round, values,
                                                           layout, wanted.get("masks", 1))
                    self.assertEqual(differences(bits(weights), words(wanted["weights"])), 0)
        self.assertEqual(methods, set(message_bytes.METHODS))

    def test_packed_messages_unpack(self):
        """Each has a checksum of its own, so nothing else unpacks to it. Damage is refused, but for
        the chances of contexts that never come."""
        files = sorted((VECTORS.parent / "packed").glob("*.fmrn"))
        self.assertGreaterEqual(len(files), 6)
        for file in files:
            with self.subTest(file.name):
                data = file.read_bytes()
                message = decode.read_message(file)
                self.assertEqual((message.client, message.samples), (17, 600))
                if message.length > 10_000:  # damage to the others takes long enough
                    continue
                for at in range(0, min(len(data), 2000), 37):
                    damaged = bytearray(data)
                    damaged[at] ^= 16
                    damaged[-4:] = struct.pack("<I", message_bytes.crc32c(damaged[:-4]))
                    if data[at] == 128:
                        continue
                    with self.assertRaises(message_bytes.Bad):
                        message_bytes.Message(bytes(damaged))
                for size in range(0, min(len(data), 2000), 41):
                    with self.assertRaises(message_bytes.Bad):
                        message_bytes.Message(data[:size])

    def test_damage_is_refused(self):
        layout = decode.read_layout(VECTORS / "layout.json")
        data = (VECTORS / "topk.fmrn").read_bytes()
        for at in range(0, len(data), 7):
            damaged = bytearray(data)
            damaged[at] ^= 16
            with self.assertRaises(message_bytes.Bad):
                message_bytes.Message(bytes(damaged))
        for size in range(0, len(data), 11):
            with self.assertRaises(message_bytes.Bad):
                message_bytes.Message(data[:size])
        layout.masked -= 1
        with self.assertRaises(message_bytes.Bad):
            message_values.decode(message_bytes.Message(data), layout)


class Rounds(unittest.TestCase):
    def run_to_end(self, *words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_servers_model_of_its_messages(self):
        program = os.environ["FEDMRN_BINARY"]
        for title, (keys, options) in ROUNDS.items():
            with self.subTest(title), tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                (folder / "t.toml").write_text(SETTING)
                keys = {"method.name": title.split(",")[0], **keys}
                for stage in keys.pop("stage", []):
                    with open(folder / "t.toml", "a") as file:
                        file.write(f'[[stage]]\nname = "{stage}"\n')
                said = [word for key, value in keys.items() for word in ("--set", f"{key}={value}")]
                kept = folder / "kept"
                self.run_to_end(program, "run", folder / "t.toml", "--out", folder / "run",
                                "--device", "cpu", "--keep-messages", kept, *said)
                messages = sorted(kept.glob("round-3-client-*.fmrn"))
                self.assertEqual(len(messages), 4)
                weights = kept / "round-3-weights.json"
                self.assertEqual(weights.exists(), options == ["--weights"])
                more = options + ([weights] if weights.exists() else [])
                self.run_to_end(sys.executable, DECODE, *messages, "--layout", kept / "layout.json",
                                "--global", kept / "state-2.safetensors", "--out", folder / "next",
                                *more)
                before, after, found = (decode.read_state(path) for path in (
                    kept / "state-2.safetensors", kept / "state-3.safetensors", folder / "next"))
                self.assertEqual(differences(bits(found), bits(after)), 0)
                self.assertGreater(differences(bits(before), bits(after)), len(after) // 4)
                self.run_to_end(program, "aggregate", *messages, "--model",
                                kept / "state-2.safetensors", "--out", folder / "again",
                                *(["--weights", weights] if weights.exists() else []))
                self.assertEqual((folder / "again").read_bytes(),
                                 (kept / "state-3.safetensors").read_bytes())


if __name__ == "__main__":
    unittest.main()
