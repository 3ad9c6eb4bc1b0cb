# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""What `fedmrn export` writes, as onnx.checker and ONNX Runtime read it.

FEDMRN_BINARY names the program. Exits with 77, which is skipped, where onnxruntime, onnx or NumPy
is missing.
"""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
    import onnx
    import onnxruntime
except ImportError as missing:
    print("onnx_test.py: Skipped")
    print(f"{missing}: set FEDMRN_ONNX_PYTHON to a Python with onnxruntime, onnx and numpy")
    sys.exit(77)

IMAGES = pathlib.Path("/usr/share/datasets/fashion-mnist")
SETTING = """
[experiment]
rounds = 3
device = "cpu"
[data]
clients = 40
[client]
cohort = 2
batch = 32
lr = 0.05
[server]
eval_every = 3
[model]
"""
# BatchNorm where nothing is before it to fold it into, and a row of channels innermost.
ODD = ('name = "sequential"\nlayers = "batchnorm, conv(out=8), relu, batchnorm(pool=2), '
       'conv(out=12), avgpool(size=2, bias=true, relu=true), flatten, batchnorm, '
       'linear(out=32)"\n')
MODELS = {name: f'name = "{name}"\n'
          for name in ("cnn4", "cnn8", "cnn2", "lenet5", "mlp", "logistic")}
MODELS["sequential"] = ODD


def fedmrn(folder, *words):
    done = subprocess.run([os.environ["FEDMRN_BINARY"], *words], cwd=folder, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


def tensors_of(path):
    """The float32 tensors of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    return {name: numpy.frombuffer(body[slice(*entry["data_offsets"])],
                                   numpy.float32).reshape(entry["shape"])
            for name, entry in header.items()}


def idx_of(name, skip):
    return numpy.frombuffer(gzip.decompress((IMAGES / name).read_bytes()), numpy.uint8)[skip:]


def read_images(model):
    """All test images as the file's metadata says that the input is made of them."""
    said = {entry.key: entry.value for entry in model.metadata_props}
    scale, shift = (numpy.float32(said["fedmrn.x." + word]) for word in ("scale", "shift"))
    pixels = idx_of("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    return pixels.astype(numpy.float32) * scale + shift


def logits_of(path, x):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return numpy.concatenate([session.run(["logits"], {"x": x[i:i + 500]})[0]
                              for i in range(0, len(x), 500)])


class OnnxRuntime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.labels = idx_of("t10k-labels-idx1-ubyte.gz", 8)
        for name, model in MODELS.items():
            (cls.folder / f"{name}.toml").write_text(SETTING + model)
            fedmrn(cls.folder, "run", f"{name}.toml", "--out", name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_float_models_give_the_engines_logits(self):
        for name in MODELS:
            with self.subTest(name):
                path, outputs = self.folder / f"{name}.onnx", self.folder / f"{name}.outputs"
                fedmrn(self.folder, "export", name, "--onnx", path, "--outputs", outputs)
                model = onnx.load(path)
                onnx.checker.check_model(model, full_check=True)
                self.assertEqual((model.ir_version, model.opset_import[0].version), (8, 17))
                self.assertNotIn("BatchNormalization", {node.op_type for node in model.graph.node})
                x = read_images(model)[:None if name in ("cnn4", "lenet5") else 1000]
                logits = logits_of(path, x)
                said = tensors_of(outputs)
                self.assertEqual(len(said["x"]), 1000)
                numpy.testing.assert_array_equal(said["x"], x[:1000])
                numpy.testing.assert_array_equal(logits[:1000].argmax(1), said["logits"].argmax(1))
                apart = numpy.abs(logits[:1000] - said["logits"]).max()
                self.assertLess(apart, 1e-4 * numpy.abs(said["logits"]).max())
                accuracy = (logits.argmax(1) == self.labels[:len(logits)]).mean()
                self.assertGreater(accuracy, 0.4)
                if len(logits) == 10000:  # the run's own evaluation folds nothing: one may turn
                    summary = json.loads((self.folder / name / "summary.json").read_text())
                    self.assertAlmostEqual(accuracy, summary["final_accuracy"], delta=1.01e-4)


if __name__ == "__main__":
    unittest.main()
