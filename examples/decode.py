#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""Reads uplink messages, as docs/message.md describes them and with nothing else.

    decode.py MESSAGE… --layout layout.json [--json]
        what each message says: its header, and the change of every tensor
    decode.py MESSAGE… --layout layout.json --global STATE --out NEXT
        what the server makes of a round: the next global state as raw float32. STATE is a
        safetensors file with a tensor "global", or raw float32 as well.

Needs NumPy (Debian: python3-numpy).
"""
import argparse
import json
import math
import struct
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("decode.py: needs NumPy (Debian: python3-numpy)")

from message_bytes import Bad, Message, f32, require
from message_values import (Layout, decode, fixed, kept_bits, left_out, logit, made_whole,
                            masked_noise, mean, noise_unit)


def total(weights, arrays):
    return sum(array.astype(object) * weight for weight, array in zip(weights, arrays))


def next_state(messages, layout, state, lr=1.0, merge="average", magnitude=None, weights=None,
               fours=False):
    first, masked = messages[0], layout.masked
    for what in ("method", "variant", "parameter", "round"):
        require(len({getattr(m, what) for m in messages}) == 1, f"messages of more than one {what}")
    require(len({m.client for m in messages}) == len(messages), "a client's message twice")
    weights = [m.samples for m in messages] if weights is None else weights
    gone = left_out(first, layout, state, fours)
    if gone.any():
        require(len({tuple(m.tensors) for m in messages}) == 1, "messages of more than one table")
        messages = [made_whole(m, layout, gone) for m in messages]
    weight, old = sum(weights), state.astype(np.float64)
    values = [decode(m, layout) for m in messages]
    change = mean(total(weights, map(fixed, values)), weight)
    if first.name == "fedmrn":
        sums = total(weights, [masked_noise(m, masked) for m in messages]).astype(np.int64)
        change[:masked] = sums.astype(np.float64) * (float(noise_unit(first)) / float(weight))
    elif first.name == "signsgd" and first.variant != 0:
        step = first.parameter if magnitude is None else magnitude
        signs = [1 - 2 * (np.concatenate(m.codes) & 1) for m in messages]
        share = mean(total(weights, signs) * 2**40, weight)
        change[:masked] = step * (np.sign(share) if first.variant == 1 else share)
    elif first.name == "fedpm":
        count, ones = len(messages), sum(m.mask.astype(np.float64) for m in messages)
        share = np.minimum(np.maximum(ones / count, 0.1 / count), 1 - 0.1 / count)
        change[:masked] = logit(share) - old[:masked]
    elif first.name == "fedsparsify":
        bits = [kept_bits(m, masked) for m in messages]
        kept, sums = total(weights, bits), total(weights, [fixed(v[:masked]) for v in values])
        merged = mean(sums, np.maximum(kept, 1) if merge == "nonzero" else weight).astype(f32)
        gone = (kept == 0) | ((2 * kept < weight) if merge == "majority" else False)
        change[:masked] = np.where(gone, f32(0), merged).astype(np.float64) - old[:masked]
    rates = np.where(np.arange(layout.state) < layout.trained, lr, 1.0)
    following = (old + rates * change).astype(f32)
    following[:masked][gone] = 0
    return following


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_layout(path):
    return Layout(json.loads(read(path))["tensors"])


def read_state(path):
    data = read(path)
    if data[8:9] != b"{":
        return np.frombuffer(data, "<f4")
    size = struct.unpack("<Q", data[:8])[0]
    begin, end = json.loads(data[8:8 + size])["global"]["data_offsets"]
    return np.frombuffer(data[8 + size + begin:8 + size + end], "<f4")


def read_message(path):
    try:
        return Message(read(path))
    except Bad as reason:
        raise Bad(f"{path}: {reason}") from None


def show(path, layout, as_json):
    message = read_message(path)
    values = decode(message, layout)
    about = {key: getattr(message, key) for key in
             ("name", "variant", "parameter", "round", "client", "seed", "samples")}
    if as_json:
        print(json.dumps({**about, "values": [float(v) for v in values]}))
        return
    print(path, *(f"{key} {value}" for key, value in about.items()), sep="  ")
    at = 0
    for tensor in layout.tensors:
        part = values[at:(at := at + math.prod(tensor["shape"]))].astype(np.float64)
        print(f"  {tensor['name']:24} {tensor['role']:9} {str(tensor['shape']):18}"
              f" norm {np.sqrt((part * part).sum()):.6g}, {part.min():.6g} to {part.max():.6g}")


def main():
    options = argparse.ArgumentParser(description="reads uplink messages (docs/message.md)")
    options.add_argument("messages", nargs="+", metavar="MESSAGE")
    options.add_argument("--layout", required=True, help="the model's tensors, JSON")
    options.add_argument("--json", action="store_true", help="header and values for programs")
    options.add_argument("--global", dest="state", help="what the server has before the round")
    options.add_argument("--out", help="receives what it has then, raw float32")
    options.add_argument("--lr", type=float, default=1.0, help="server.lr")
    options.add_argument("--merge", default="average", choices=("average", "nonzero", "majority"))
    options.add_argument("--magnitude", type=float, help="SignSGD's step, else the message's"
                         " float32")
    options.add_argument("--weights", help="a kept round's weights, JSON")
    options.add_argument("--pattern", default="unstructured", choices=("unstructured", "2:4"),
                         help="of a run that prunes, stage.prune.pattern")
    given = options.parse_args()
    layout = read_layout(given.layout)
    if given.state is None:
        for path in given.messages:
            show(path, layout, given.json)
        return
    require(given.out is not None, "--global: expected --out as well")
    messages = [read_message(path) for path in given.messages]
    said = json.loads(read(given.weights)) if given.weights else None
    weights = None if said is None else [said[str(m.client)] for m in messages]
    state = read_state(given.state)
    require(len(state) == layout.state, f"{given.state}: {len(state)} values, not the layout's")
    following = next_state(messages, layout, state, given.lr, given.merge, given.magnitude, weights,
                           given.pattern == "2:4")
    following.astype("<f4").tofile(given.out)


if __name__ == "__main__":
    try:
        main()
    except (Bad, OSError, ValueError, KeyError) as error:
        sys.exit(f"decode.py: {error}")
