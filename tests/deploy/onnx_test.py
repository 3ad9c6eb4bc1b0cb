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
device = "cpu"
[data]
clients = 40
[client]
cohort = 2
batch = 32
lr = 0.05
[model]
"""
# BatchNorm where nothing is before it to fold it into, and a row of channels innermost.
ODD = ('name = "sequential"\nlayers = "batchnorm, conv(out=8), relu, batchnorm(pool=2), '
       'conv(out=12), avgpool(size=2, bias=true, relu=true), flatten, batchnorm, '
       'linear(out=32)"\n')
MODELS = {name: f'name = "{name}"\n'
          for name in ("cnn4", "cnn8", "cnn2", "lenet5", "mlp", "logistic")}
MODELS["sequential"] = ODD

RANGES = [(), ("--range", "percentile", "--percentile", "99.99"), ("--range", "mse")]


def fedmrn(folder, *words):
    done = subprocess.run([os.environ["FEDMRN_BINARY"], *words], cwd=folder, text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return done.stdout


TYPES = {"F32": "float32", "I32": "int32", "I8": "int8"}


def tensors_of(path):
    """The tensors of a safetensors file."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length:]
    return {name: numpy.frombuffer(body[slice(*entry["data_offsets"])],
                                   TYPES[entry["dtype"]]).reshape(entry["shape"])
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
            rounds = 3 if name in ("cnn2", "cnn4", "cnn8") else 12  # small ones learn slowly
            fedmrn(cls.folder, "run", f"{name}.toml", "--out", name,
                   "--set", f"experiment.rounds={rounds}", "--set", f"server.eval_every={rounds}")

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

    def test_integers_keep_the_accuracy(self):
        for name in MODELS:
            float_path = self.folder / f"{name}.onnx"
            fedmrn(self.folder, "export", name, "--onnx", float_path)
            x = read_images(onnx.load(float_path))[:1000]
            labels = self.labels[:1000]
            wanted = (logits_of(float_path, x).argmax(1) == labels).sum()
            for words in RANGES if name in ("cnn4", "lenet5", "sequential") else RANGES[:1]:
                with self.subTest(name, words=words):
                    path = self.folder / f"{name}-int8.onnx"
                    fedmrn(self.folder, "export", name, "--onnx", path, "--int8", *words)
                    model = onnx.load(path)
                    onnx.checker.check_model(model, full_check=True)
                    self.check_weights(model)
                    right = (logits_of(path, x).argmax(1) == labels).sum()
                    # Half a point; of the odd one, whose features have scales of their own, one.
                    self.assertLessEqual(abs(right - wanted), 10 if name == "sequential" else 5)

    def check_weights(self, model):
        """Every layer reads int8 weights and bytes; half of int8's range at least is used."""
        makers = {node.output[0]: node for node in model.graph.node}
        held = {tensor.name: onnx.numpy_helper.to_array(tensor)
                for tensor in model.graph.initializer}
        layers = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm")]
        self.assertTrue(layers)
        for layer in layers:
            x, weight, bias = (makers[name] for name in layer.input)
            self.assertEqual({x.op_type, weight.op_type, bias.op_type}, {"DequantizeLinear"})
            codes = held[weight.input[0]]
            self.assertEqual((codes.dtype, held[bias.input[0]].dtype), (numpy.int8, numpy.int32))
            self.assertGreater(codes.min(), -128)
            self.assertEqual(numpy.abs(codes.astype(int)).max(), 127)
            self.assertEqual(makers[x.input[0]].op_type, "QuantizeLinear")

    def test_safetensors_hold_what_the_onnx_file_holds(self):
        for name in ("cnn4", "sequential"):
            for words in ((), ("--int8",)):
                path, tensors = self.folder / "held.onnx", self.folder / "held.safetensors"
                fedmrn(self.folder, "export", name, "--onnx", path, "--safetensors", tensors,
                       *words)
                held = {tensor.name: onnx.numpy_helper.to_array(tensor)
                        for tensor in onnx.load(path).graph.initializer}
                found = tensors_of(tensors)
                self.assertGreater(len(found), 8 if words else 4)
                for key, values in found.items():
                    with self.subTest(name, words=words, tensor=key):
                        wanted = held.get(key + "_q", held.get(key))
                        numpy.testing.assert_array_equal(values, wanted.reshape(values.shape))
                        self.assertIn(values.dtype, (wanted.dtype, numpy.int32))  # bytes of a zero

    def test_integers_are_those_of_the_engine(self):
        """The same bits, but for 1 in 100 where a runtime orders its scales in another way."""
        for name in ("cnn4", "lenet5", "mlp"):
            with self.subTest(name):
                path, outputs = self.folder / "a.onnx", self.folder / "a.outputs"
                fedmrn(self.folder, "export", name, "--onnx", path, "--outputs", outputs, "--int8")
                said = tensors_of(outputs)
                logits, own = logits_of(path, said["x"]), said["logits_int8"]
                largest = numpy.abs(own).max()
                self.assertGreaterEqual((logits == own).mean(), 0.99)
                self.assertGreater(numpy.abs(own - said["logits"]).max(), 1e-4 * largest)

    def test_onnxruntime_fuses_the_integers(self):
        path, fused = self.folder / "cnn4-int8.onnx", self.folder / "fused.onnx"
        fedmrn(self.folder, "export", "cnn4", "--onnx", path, "--int8")
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(fused)
        options.log_severity_level = 3  # what it optimises fits this machine alone, it would warn
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        kinds = [node.op_type for node in onnx.load(fused).graph.node]
        self.assertEqual((kinds.count("QLinearConv"), kinds.count("Conv")), (4, 0))
        self.assertEqual((kinds.count("QGemm"), kinds.count("Gemm")), (1, 0))


if __name__ == "__main__":
    unittest.main()
