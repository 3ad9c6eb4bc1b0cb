# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""What engine and peers have in common: the two workloads, their data, and how a report is written.

Needs only the standard library, but for load(), which is the peers' and takes NumPy.
"""

import gzip
import json
import os
import random
import struct
import zipfile
from pathlib import Path
from typing import NamedTuple


class Setup(NamedTuple):
    shape: tuple  # of an image: height, width, channels
    samples: int  # of the training set
    clients: int
    cohort: int
    batch: int


SETUPS = {
    # the quick start: Fashion-MNIST, IID, ten steps a client, the last of 24 samples
    "cnn4": Setup((28, 28, 1), 60000, 100, 10, 64),
    # pfl-research's CIFAR-10: fifty samples a client, five steps
    "cnn2": Setup((32, 32, 3), 50000, 1000, 50, 10),
}
CLASSES = 10
TRAIN_NORM, TEST_NORM = (0.2860, 0.3530), (0.2868, 0.3524)  # of Fashion-MNIST
FILES = ("train", "t10k")


def write_json(path, value):
    """Whoever reads path finds the value before or this one, never a part of either."""
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(value, indent=1) + "\n")
    os.replace(partial, path)


def has_idx(folder):
    return folder is not None and all((Path(folder) / f"{stem}-images-idx3-ubyte.gz").exists()
                                      for stem in FILES)


def fashion_mnist():
    """The folder of the files that Debian's dataset-fashion-mnist installs; None without it."""
    places = [os.environ.get("FEDMRN_DATA"), "/usr/share/datasets"]
    found = [Path(p) / "fashion-mnist" for p in places if p]
    return next((folder for folder in found if has_idx(folder)), None)


def synthetic(shape, samples, seed):
    """Pixels and labels as bytes: of each image its class's pattern and as much noise."""
    height, width, channels = shape
    size = height * width * channels
    half = int.from_bytes(b"\x7f" * size, "little")  # so that no sum of two carries
    draw = random.Random(seed)
    fixed = random.Random(0)
    patterns = [int.from_bytes(fixed.randbytes(size), "little") & half for _ in range(CLASSES)]
    pixels, labels = bytearray(), bytearray()
    for i in range(samples):
        noise = int.from_bytes(draw.randbytes(size), "little") & half
        pixels += (patterns[i % CLASSES] + noise).to_bytes(size, "little")
        labels.append(i % CLASSES)
    return bytes(pixels), bytes(labels)


def write_npz(path, shape, train, test):
    """Synthetic images, as numpy.savez would write them."""
    with zipfile.ZipFile(path, "w") as file:
        for suffix, samples, seed in (("train", train, 1), ("test", test, 2)):
            arrays = synthetic(shape, samples, seed)
            for name, dims, data in (("x", (samples, *shape), arrays[0]),
                                     ("y", (samples,), arrays[1])):
                header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {dims}, }}"
                header += " " * (-(len(header) + 11) % 64) + "\n"
                with file.open(f"{name}_{suffix}.npy", "w") as member:
                    member.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
                    member.write(header.encode() + data)


def read_idx(path):
    import numpy as np
    with gzip.open(path, "rb") as file:
        data = file.read()
    dims = data[3]
    shape = np.frombuffer(data, ">u4", dims, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dims).reshape(shape)


class Split(NamedTuple):
    pixels: object  # uint8, samples × height × width × channels
    labels: object  # int32
    mean: object    # of pixels / 255, float32 a channel
    deviation: object


def load(data, setup):
    """Training and test split: a folder of IDX files, an .npz, or None for synthetic images."""
    import numpy as np
    if data is not None and Path(data).is_dir():
        def read(stem, norm):
            x = read_idx(Path(data) / f"{stem}-images-idx3-ubyte.gz")[..., None]
            y = read_idx(Path(data) / f"{stem}-labels-idx1-ubyte.gz").astype(np.int32)
            return Split(x, y, *(np.full(1, value, np.float32) for value in norm))
        return [read(stem, norm) for stem, norm in zip(FILES, (TRAIN_NORM, TEST_NORM))]
    if data is not None:
        stored = np.load(data)
        arrays = [(stored[f"x_{s}"], stored[f"y_{s}"]) for s in ("train", "test")]
    else:
        made = (synthetic(setup.shape, n, seed) for n, seed in ((setup.samples, 1), (1000, 2)))
        arrays = [(np.frombuffer(x, np.uint8).reshape(-1, *setup.shape),
                   np.frombuffer(y, np.uint8)) for x, y in made]
    splits = []
    for x, y in arrays:
        some = x[:5000].astype(np.float32) / 255
        splits.append(Split(x, y.astype(np.int32), some.mean((0, 1, 2)), some.std((0, 1, 2))))
    return splits


def add_arguments(parser):
    """Those of every peer."""
    add = parser.add_argument
    add("--model", choices=SETUPS, default="cnn4")
    add("--method", choices=("fedavg", "fedmrn"), default="fedmrn")
    add("--mask", choices=("binary", "signed"), default="binary")
    add("--magnitude", type=float, help="of the noise (binary 0.01, signed 0.005)")
    add("--rounds", type=int, default=10, help="that are measured (JAX: of a turn)")
    add("--warmup", type=int, default=1, help="rounds before them (JAX: turns)")
    add("--seconds", type=float, default=0, metavar="S",
        help="measure no further once so many have passed; 0: all rounds")
    add("--clients", type=int)
    add("--clients-per-round", type=int)
    add("--epochs", type=int, default=1)
    add("--batch", type=int)
    add("--lr", type=float, help="of the clients (fedavg 0.03, fedmrn 0.1)")
    add("--seed", type=int, default=1)
    add("--data", type=Path, help="folder of Fashion-MNIST's files, or an .npz of x_train, y_train,"
        " x_test, y_test; default: Fashion-MNIST where it is installed, else synthetic images")
    add("--json", type=Path, help="write the result here, anew after every round")


def complete(args):
    """Fills in what the model and the method decide."""
    setup = SETUPS[args.model]
    args.clients = args.clients or setup.clients
    args.clients_per_round = args.clients_per_round or min(setup.cohort, args.clients)
    args.batch = args.batch or setup.batch
    if args.lr is None:
        args.lr = 0.1 if args.method == "fedmrn" else 0.03
    if args.magnitude is None:
        args.magnitude = 0.005 if args.mask == "signed" else 0.01
    if args.data is None and args.model == "cnn4":
        args.data = fashion_mnist()
    return setup
