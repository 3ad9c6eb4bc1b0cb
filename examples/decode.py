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

METHODS = ("fedavg fedmrn signsgd terngrad qsgd topk drive eden fedpm fedsparsify fedbat fedmud stc"
           " powersgd").split()
FLOAT32, MASK, SPARSE, PACKED, SCALED = 0, 1, 2, 32, 64
f32 = np.float32
CENTROIDS = (
    (0.79788456080286535588,),
    (0.45278003463649200941, 1.5104176084990954024),
    (0.24509417894422166819, 0.75600528120587727482, 1.3439092785049998752, 2.1519457045369872853),
    (0.12839502985114701005, 0.38804829949029019659, 0.65675911853246338086, 0.94234045648696137093,
     1.2562311973471771525, 1.6180463860218826272, 2.0690172265313865796, 2.732589570995163069))


class Bad(Exception):
    """A message that cannot be one, or is of another model."""


def require(holds, reason):
    if not holds:
        raise Bad(reason)


# --- the bytes ------------------------------------------------------------------------------------

def crc32c(data):
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def leb128(table, at):
    value = shift = 0
    while True:
        require(at < len(table) and shift < 49, "a number of the table is cut off or too long")
        byte = table[at]
        value, at = value | (byte & 127) << shift, at + 1
        if byte < 128:
            require(byte != 0 or shift == 0, "a number of the table is overlong")
            return value, at
        shift += 7


def words_of(elements):
    return (elements + 31) // 32


def bits_of(words, elements):
    """The first bits of words, the others of which must be zero."""
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")
    require(not bits[elements:].any(), "bits past the last element are set")
    return bits[:elements]


def positions(words, elements, ones):
    """A sparse tensor's bits from its stream."""
    bits = np.unpackbits(words.view(np.uint8), bitorder="little")
    found = np.zeros(elements, np.uint8)
    low = min(31, (77 * (2 * elements - ones) // (320 * ones)).bit_length()) if ones else 0
    at, element = 0, -1
    for _ in range(ones):
        gap = 0
        while at < len(bits) and not bits[at]:
            gap, at = gap + 1, at + 1
        require(at + 1 + low <= len(bits), "the positions end too early")
        gap <<= low
        gap |= sum(int(bits[at + 1 + b]) << b for b in range(low))
        at, element = at + 1 + low, element + 1 + gap
        require(element < elements, "a position is past the last element")
        found[element] = 1
    require(len(bits) - at < 32 and not bits[at:].any(), "something follows the last position")
    return found


class Message:
    def __init__(self, data):
        require(len(data) >= 48 and data[:4] == b"FMRN", "not a message")
        (version, self.method, self.variant, self.round, self.parameter, self.client, self.seed,
         self.samples, count, table_bytes) = struct.unpack("<HBBIfQQQII", data[4:48])
        require(version == 1, f"version {version}, expected 1")
        require(len(data) >= 48 + table_bytes, "truncated")
        table, at, self.tensors, streams = data[48:48 + table_bytes], 0, [], []
        for _ in range(count):
            require(at < len(table), "the table ends too early")
            encoding, ones = table[at], 0
            elements, at = leb128(table, at + 1)
            if encoding == SPARSE:
                ones, at = leb128(table, at)
                stream, at = leb128(table, at)
                streams.append(stream)
            require(encoding <= SPARSE or encoding // 32 in (1, 2) and 1 <= encoding % 32 <= 16,
                    f"unknown encoding {encoding}")
            require(ones <= elements, "more ones than elements")
            self.tensors.append((encoding, elements, ones))
        require(at == len(table), "bytes are left in the table")
        masked = sum(n for e, n, _ in self.tensors if e == MASK)
        dense = sum(n for e, n, _ in self.tensors if e == FLOAT32)
        codes = [(e % 32, n) for e, n, _ in self.tensors if e > PACKED]
        scales = sum(e > SCALED for e, _, _ in self.tensors)
        sizes = [words_of(masked), *streams, *(b * words_of(n) for b, n in codes), scales, dense]
        begin = (48 + table_bytes + 3) // 4 * 4
        length = begin + 4 * sum(sizes) + 4
        require(len(data) == length, f"{len(data)} bytes, the table needs {length}")
        require(crc32c(data[:-4]) == struct.unpack("<I", data[-4:])[0], "wrong CRC32C")
        require(not any(data[48 + table_bytes:begin]), "padding is not zero")
        require(math.isfinite(self.parameter) and 1 <= self.samples <= 2**40, "impossible header")
        words = np.frombuffer(data, "<u4", sum(sizes), begin)
        parts = iter(np.split(words, np.cumsum(sizes)[:-1]))
        self.mask = bits_of(next(parts), masked)
        self.sparse = [positions(next(parts), n, k) for e, n, k in self.tensors if e == SPARSE]
        self.codes = []
        for bits, elements in codes:
            planes = next(parts).reshape(-1, bits)
            self.codes.append(sum(bits_of(np.ascontiguousarray(planes[:, p]), elements)
                                  .astype(np.int64) << p for p in range(bits)))
        self.scales, self.dense = next(parts).view(f32), next(parts).view(f32)
        require(np.isfinite(self.scales).all() and np.isfinite(self.dense).all(), "not finite")
        self.name = METHODS[self.method] if self.method < len(METHODS) else str(self.method)


class Layout:
    def __init__(self, tensors):
        self.tensors = tensors
        sizes = {"masked": 0, "dense": 0, "statistic": 0}
        for tensor in tensors:
            sizes[tensor["role"]] += math.prod(tensor["shape"])
        self.masked, self.state = sizes["masked"], sum(sizes.values())
        self.trained = self.masked + sizes["dense"]
        self.weights = [t["shape"] for t in tensors if t["role"] == "masked"]


def check_table(message, layout):
    """The table must be the one that this method makes of this model."""
    name, entries = message.name, message.tensors
    rest = [(FLOAT32, math.prod(t["shape"]), 0) for t in layout.tensors if t["role"] != "masked"]
    front = entries[:len(entries) - len(rest)]
    require(entries[len(front):] == rest, "wrong model: its dense tensors and statistics")
    sizes = [n for _, n, _ in front]
    wanted = [math.prod(shape) for shape in layout.weights]
    if name in ("drive", "eden"):
        wanted = [1 << b for b in range(64) if layout.masked >> b & 1][::-1]
    elif name in ("topk", "stc", "fedsparsify"):
        kept = front[0][2] if front[0][0] == SPARSE else int(message.mask.sum())
        wanted = [layout.masked, kept]
    elif name == "powersgd":
        wanted, rank = [], int(message.parameter)
        for rows, *others in layout.weights:
            r, columns = min(rank, rows, math.prod(others)), math.prod(others)
            whole = r * (rows + columns) >= rows * columns
            wanted += [rows * columns] if whole else [r * rows, r * columns]
    elif name == "fedmud":
        sides = [min(rows, math.prod(others)) for rows, *others in layout.weights]
        wanted = [n - n % side for n, side in zip(sizes, sides)] if len(sizes) == len(sides) else []
    require(sizes == wanted, "wrong model: its masked tensors")


# --- random words ---------------------------------------------------------------------------------

def philox(key, index, step, purpose):
    """The four words of each block; index is an array."""
    low = np.uint64(0xFFFFFFFF)
    half = np.uint64(32)
    index = np.asarray(index, np.uint64)
    c = [index & low, index >> half, np.full_like(index, step), np.full_like(index, purpose)]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [q >> half ^ c[1] ^ np.uint64(k0), q & low, p >> half ^ c[3] ^ np.uint64(k1), p & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack(c).astype(np.int64)


def random_words(seed, count, step, purpose):
    i = np.arange(count)
    return philox(seed, 32 * (i // 128) + i % 32, step, purpose)[i // 32 % 4, i]


# --- formulas -------------------------------------------------------------------------------------

def horner(x, coefficients):
    p = x.dtype.type(coefficients[0])
    for c in coefficients[1:]:
        p = p * x + x.dtype.type(c)
    return p


def normal_quantile(words):
    x = (2 * (words >> 8) + 1 - 2**24).astype(f32) * f32(2.0**-24)
    y = (f32(1) - x) * (f32(1) + x)
    j = y.view(np.int32) - np.int32(0x3F3504F3)
    e = (j >> 23).astype(f32)
    f = ((j & 0x7FFFFF) + np.int32(0x3F3504F3)).view(f32) - f32(1)
    s = f * f
    p = horner(f, (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                   1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                   3.3333331174e-1))
    u = -(e * f32(0.693147181) + (f * s * p - f32(0.5) * s + f))
    centre = horner(u - f32(2.5), (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06,
                                   2.1858087e-04, -1.25372503e-03, -4.17768164e-03, 2.46640727e-01,
                                   1.50140941))
    tail = horner(np.sqrt(np.maximum(u, f32(0))) - f32(3),
                  (-2.00214257e-04, 1.00950558e-04, 1.34934322e-03, -3.67342844e-03, 5.73950773e-03,
                   -7.6224613e-03, 9.43887047e-03, 1.00167406, 2.83297682))
    return f32(1.41421356) * (np.where(u < f32(5), centre, tail) * x)


def logit(p):
    high, low = float.fromhex("0x1.62e42fefa38p-1"), float.fromhex("0x1.ef35793c7673p-45")
    root_half, fraction = np.int64(0x3FE6A09E667F3BCD), np.int64(2**52 - 1)
    p = np.asarray(p, np.float64)
    j = (p / (1 - p)).view(np.int64) - root_half
    e = (j >> 52).astype(np.float64)
    f = ((j & fraction) + root_half).view(np.float64) - 1
    s = f / (2 + f)
    z = s * s
    series = horner(z, [1 / n for n in range(19, 2, -2)])
    return e * high + (2 * s + (e * low + 2 * s * (z * series)))


def sigmoid(x):
    high, low = float.fromhex("0x1.62e42fefa38p-1"), float.fromhex("0x1.ef35793c7673p-45")
    y, whole = np.maximum(-np.abs(x), -700.0), float.fromhex("0x1.8p52")
    t = y * float.fromhex("0x1.71547652b82fep0") + whole
    k = t - whole
    p = horner((y - k * high) - k * low, [1 / math.factorial(n) for n in range(12, -1, -1)])
    power = t.view(np.uint64) + np.uint64(1023) << np.uint64(52)
    e = p * power.view(np.float64)
    return np.where(x >= 0, 1.0, e) / (1 + e)


def fixed(values):
    scaled = values.astype(np.float64) * 2.0**40
    return (scaled + np.where(scaled < 0, -0.5, 0.5)).astype(np.int64)


def on_grid(values):
    return (fixed(values).astype(np.float64) * 2.0**-40).astype(f32)


def mean(sums, weight):
    """D(S, w) of integers without an end; weight: one number, or one for each."""
    weights = np.broadcast_to(np.asarray(weight, object), sums.shape)
    rounded = [(abs(s) + w // 2) // w * (-1 if s < 0 else 1) for s, w in zip(sums, weights)]
    return np.array([float(r) for r in rounded]) * 2.0**-40


# --- what a message decodes to --------------------------------------------------------------------

def noise_unit(message):
    return f32(message.parameter) * f32(2.0**-21 if message.variant >> 1 == 1 else 2.0**-24)


def masked_noise(message, masked):
    """The integer that each element's bit and noise make."""
    kind = message.variant >> 1
    words = random_words(message.seed, masked, 0, 0)
    if kind == 0:
        noise = 2 * (words >> 8) + 1 - 2**24
    elif kind == 1:
        steps = normal_quantile(words) * f32(2.0**21)
        noise = (steps + np.where(steps < 0, f32(-0.5), f32(0.5))).astype(np.int64)
    else:
        noise = np.where(words >> 31, 2**24, -2**24)
    floor = max(1, math.ceil(1e-8 / float(noise_unit(message))))
    noise = np.where(np.abs(noise) < floor, floor, noise)
    return noise * (2 * message.mask.astype(np.int64) - 1 if message.variant & 1 else message.mask)


def quantised(code, scale, levels):
    size = np.full(code.shape, scale, f32)
    if levels:
        size = f32(scale) * np.minimum(code >> 1, levels).astype(f32) / f32(levels)
    return np.where(code & 1, -size, size)


def turned_back(message, masked):
    signs = random_words(message.seed, words_of(masked), 0, 12)
    values, first = np.empty(masked, f32), 0
    for code, scale in zip(message.codes, message.scales):
        book = CENTROIDS[int(message.parameter) - 1]
        v = np.array([c / book[-1] for c in book], f32)[code >> 1]
        x, h = f32(scale) * np.where(code & 1, -v, v), 1
        while h < len(x):
            pairs = x.reshape(-1, 2, h)
            x = np.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), 1).reshape(-1)
            h *= 2
        x = x * f32(1 / math.sqrt(len(x)))
        i = first + np.arange(len(x))
        values[i] = np.where(signs[i // 32] >> i % 32 & 1, -x, x)
        first += len(x)
    return values


def products(p, q):
    """Σ_k p[k, i] q[k, j] in the order of k."""
    total = np.zeros((p.shape[1], q.shape[1]), f32)
    for row, column in zip(p, q):
        total = total + row[:, None] * column[None, :]
    return total.reshape(-1)


def factors(message, layout):
    entries, at, values = iter(message.tensors), 0, []
    def take():
        nonlocal at
        at += (size := next(entries)[1])
        return message.dense[at - size:at]
    for tensor, (m, *others) in enumerate(layout.weights):
        n, front = math.prod(others), take()
        if message.name == "powersgd":
            whole = front.size == m * n  # r (m + n) would not be less
            values.append(front if whole else products(front.reshape(-1, m), take().reshape(-1, n)))
            continue
        b = front.reshape(-1, min(m, n))
        index, signs = np.arange(max(m, n)), []
        for k in range(len(b)):
            block = philox(message.seed, index + (k // 128 << 40), tensor, 14)
            signs.append(1 - 2 * (block[k // 32 % 4] >> k % 32 & 1))
        signs = np.array(signs).astype(f32)
        total = products(b, signs) if n >= m else products(signs, b)
        values.append(f32(1 / math.sqrt(len(b))) * total)
    return np.concatenate(values)


def masked_values(message, layout):
    name, masked = message.name, layout.masked
    if name == "fedavg":
        return message.dense[:masked]
    if name == "fedmrn":
        return (masked_noise(message, masked) * float(noise_unit(message))).astype(f32)
    if name == "signsgd" and message.variant != 0:
        return quantised(np.concatenate(message.codes), message.parameter, 0)
    if name in ("signsgd", "fedbat", "terngrad", "qsgd"):
        levels = {"terngrad": 1, "qsgd": int(message.parameter)}.get(name, 0)
        parts = zip(message.codes, message.scales)
        return on_grid(np.concatenate([quantised(code, scale, levels) for code, scale in parts]))
    if name in ("drive", "eden"):
        return turned_back(message, masked)
    if name in ("topk", "stc", "fedsparsify"):
        kept = message.sparse[0] if message.sparse else message.mask
        values, ones = np.zeros(masked, f32), int(kept.sum())
        values[kept == 1] = (quantised(message.codes[0], message.scales[0], 0) if name == "stc"
                             else message.dense[:ones])
        return values
    if name == "fedpm":
        return logit(np.where(message.mask, 1 - 0.1, 0.1)).astype(f32)
    require(name in ("powersgd", "fedmud"), f"unknown method {name}")
    return factors(message, layout)


def decode(message, layout):
    """The change of the state that a message alone says, float32."""
    check_table(message, layout)
    rest = layout.state - layout.masked
    return np.concatenate((masked_values(message, layout), message.dense[message.dense.size - rest:]))


# --- what the server makes of a round -------------------------------------------------------------

def total(weights, arrays):
    return sum(array.astype(object) * weight for weight, array in zip(weights, arrays))


def next_state(messages, layout, state, lr=1.0, merge="average", magnitude=None, weights=None):
    first, masked = messages[0], layout.masked
    for what in ("method", "variant", "parameter", "round"):
        require(len({getattr(m, what) for m in messages}) == 1, f"messages of more than one {what}")
    require(len({m.client for m in messages}) == len(messages), "a client's message twice")
    weights = [m.samples for m in messages] if weights is None else weights
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
        bits = [m.sparse[0] if m.sparse else m.mask for m in messages]
        kept, sums = total(weights, bits), total(weights, [fixed(v[:masked]) for v in values])
        merged = mean(sums, np.maximum(kept, 1) if merge == "nonzero" else weight).astype(f32)
        gone = (kept == 0) | ((2 * kept < weight) if merge == "majority" else False)
        change[:masked] = np.where(gone, f32(0), merged).astype(np.float64) - old[:masked]
    rates = np.where(np.arange(layout.state) < layout.trained, lr, 1.0)
    return (old + rates * change).astype(f32)


def fedpm_weights(seed, round_, state, layout):
    """FedPM's model after a round, of its scores."""
    chance = np.trunc(sigmoid(state[:layout.masked].astype(np.float64)) * 2.0**24).astype(np.int64)
    i, sizes = np.arange(layout.masked), [math.prod(shape) for shape in layout.weights]
    frozen = np.repeat([f32(math.e * math.sqrt(1 / math.prod(s[1:]))) for s in layout.weights], sizes)
    signs = philox(seed, i // 128, 0, 13)[i // 32 % 4, i] >> i % 32 & 1
    there = random_words(seed, layout.masked, round_ + 1, 1) >> 8 < chance
    weights = np.where(there, np.where(signs, -frozen, frozen), f32(0)).astype(f32)
    return np.concatenate((weights, state[layout.masked:]))


# --- files ----------------------------------------------------------------------------------------

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
    options.add_argument("--magnitude", type=float, help="SignSGD's step, where float32 is not it")
    options.add_argument("--weights", help="a kept round's weights, JSON")
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
    following = next_state(messages, layout, state, given.lr, given.merge, given.magnitude, weights)
    following.astype("<f4").tofile(given.out)


if __name__ == "__main__":
    try:
        main()
    except (Bad, OSError) as error:
        sys.exit(f"decode.py: {error}")
