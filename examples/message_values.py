# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""What an uplink message decodes to, bit for bit (docs/message.md)."""
import copy
import math

import numpy as np

from message_bytes import BUCKET, FLOAT32, METHODS, SPARSE, f32, require, words_of
from message_random import philox, random_words

CENTROIDS = (
    (0.79788456080286535588,),
    (0.45278003463649200941, 1.5104176084990954024),
    (0.24509417894422166819, 0.75600528120587727482, 1.3439092785049998752, 2.1519457045369872853),
    (0.12839502985114701005, 0.38804829949029019659, 0.65675911853246338086, 0.94234045648696137093,
     1.2562311973471771525, 1.6180463860218826272, 2.0690172265313865796, 2.732589570995163069))


class Layout:
    def __init__(self, tensors):
        self.tensors = tensors
        sizes = {"masked": 0, "dense": 0, "statistic": 0}
        for tensor in tensors:
            sizes[tensor["role"]] += math.prod(tensor["shape"])
        self.masked, self.state = sizes["masked"], sum(sizes.values())
        self.trained = self.masked + sizes["dense"]
        self.weights = [t["shape"] for t in tensors if t["role"] == "masked"]


def left_out(message, layout, state, fours):
    """Which masked elements a message leaves out, since the round began with a model, of which
    state is the one before it, that has them pruned; fours: two of four are kept."""
    sizes = [n for _, n, _ in message.tensors[:len(layout.weights)]]
    gone, at = np.zeros(layout.masked, bool), 0
    for kept, (rows, *others) in zip(sizes, layout.weights):
        n = rows * math.prod(others)
        if message.name in ("fedavg", "fedmrn") and kept < n:
            size = state[at:at + n].astype("<f4").view("<u4").astype(np.int64) & 0x7FFFFFFF
            own = [np.arange(n)]
            if fours:
                each = np.arange(n).reshape(rows, -1)
                own = [group for row in each for group in np.split(row, range(4, row.size, 4))]
            for group in own:
                order = np.argsort(-size[group], kind="stable")
                gone[at + group[order[2 if fours else kept:]]] = True
            require(n - int(gone[at:at + n].sum()) == kept,
                    "it leaves out other weights than are pruned")
        at += n
    return gone


def made_whole(message, layout, gone):
    """The message with zeros for what it leaves out."""
    whole, kept = copy.copy(message), int((~gone).sum())
    if message.name == "fedmrn":
        whole.mask = np.zeros(layout.masked, message.mask.dtype)
        whole.mask[~gone] = message.mask
    else:
        front = np.zeros(layout.masked, f32)
        front[~gone] = message.dense[:kept]
        whole.dense = np.concatenate((front, message.dense[kept:]))
    sizes = [math.prod(shape) for shape in layout.weights]
    front = [(e, n, k) for (e, _, k), n in zip(message.tensors, sizes)]
    whole.tensors = front + message.tensors[len(sizes):]
    return whole


def check_table(message, layout):
    """The table must be the one that this method makes of this model."""
    name, entries = message.name, message.tensors
    require(name in METHODS, f"unknown method {name}")
    rest = [(FLOAT32, math.prod(t["shape"]), 0) for t in layout.tensors if t["role"] != "masked"]
    front = entries[:max(0, len(entries) - len(rest))]
    require(front and entries[len(front):] == rest, "wrong model: its dense tensors and statistics")
    sizes = [n for _, n, _ in front]
    wanted = [math.prod(shape) for shape in layout.weights]
    if name in ("drive", "eden"):
        wanted = [1 << b for b in range(64) if layout.masked >> b & 1][::-1]
    elif name in ("topk", "stc", "fedsparsify"):
        kept = front[0][2] if front[0][0] == SPARSE else int(message.mask.sum())
        wanted = [layout.masked, kept]
        if name == "fedsparsify" and front[0][0] == FLOAT32:  # nothing is pruned yet
            wanted = [layout.masked]
    elif name == "powersgd":
        wanted, rank = [], int(message.parameter)
        for rows, *others in layout.weights:
            r, columns = min(rank, rows, math.prod(others)), math.prod(others)
            whole = r * (rows + columns) >= rows * columns
            wanted += [rows * columns] if whole else [r * rows, r * columns]
    elif name == "fedmud":
        wanted = [1] * message.variant + [floats for *_, floats in fedmud_shapes(message, layout)]
    elif name == "frozen_factor":
        sides = [min(rows, math.prod(others)) for rows, *others in layout.weights]
        wanted = [n - n % side for n, side in zip(sizes, sides)] if len(sizes) == len(sides) else []
    pruned = name in ("fedavg", "fedmrn") and len(sizes) == len(wanted) and all(
        n <= whole for n, whole in zip(sizes, wanted)) and sizes != wanted
    require(not pruned, "it leaves out pruned weights: expected --global")
    require(sizes == wanted, "wrong model: its masked tensors")


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


def quantised(code, scales, levels):
    """scales: one, or one for each bucket."""
    scales = np.atleast_1d(np.asarray(scales, f32))
    size = scales[np.arange(code.size) // BUCKET if scales.size > 1 else np.zeros(code.size, int)]
    if levels:
        size = size * np.minimum(code >> 1, levels).astype(f32) / f32(levels)
    return np.where(code & 1, -size, size)


def turned_back(message, masked):
    signs = random_words(message.seed, words_of(masked), 0, 12)
    values, first = np.empty(masked, f32), 0
    for code, scale in zip(message.codes, message.scales):
        book = CENTROIDS[int(message.parameter) - 1]
        v = np.array([c / book[-1] for c in book], f32)[code >> 1]
        x, h = scale[0] * np.where(code & 1, -v, v), 1
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


def kept_bits(message, masked):
    """Which masked elements a message has values for: all, where it has no need to say so."""
    if message.sparse:
        return message.sparse[0]
    return message.mask if message.mask.size else np.ones(masked, np.uint8)


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


def fedmud_shapes(message, layout):
    """Of each masked tensor u, a and how many floats are sent; u = 0: the tensor itself."""
    sizes, target = [math.prod(shape) for shape in layout.weights], float(f32(message.parameter))

    def shapes(ratio):
        found = []
        for t, n in enumerate(sizes):
            u, a = math.ceil(ratio * ratio * n / 4), 1
            while u * a**4 < n:
                a += 1
            whole = 2 * u * a * a >= n or len(sizes) > 2 and t in (0, len(sizes) - 1)
            found.append((0, 0, n) if whole else (u, a, 2 * u * a * a))
        return found

    def share(found):
        return (sum(n for *_, n in found) + layout.trained - layout.masked) / layout.trained
    ratio = target
    while share(shapes(ratio)) - target > 1e-3 and ratio - 1e-3 >= 1e-3:
        ratio -= 1e-3
    return shapes(ratio)


def kronecker(message, layout):
    magnitude = message.dense[0] if message.variant else f32(5)
    w = philox(message.seed, 0, message.round, 17)
    seed, unit = int(w[0]) | int(w[1]) << 32, magnitude * f32(2.0**-24)
    values, at = [], message.variant
    for t, (u, a, floats) in enumerate(fedmud_shapes(message, layout)):
        own, n, at = message.dense[at:at + floats], math.prod(layout.weights[t]), at + floats
        if u == 0:
            values.append(own)
            continue
        l1, r2 = ((2 * (random_words(seed, floats // 2, 2 * t + second, 16) >> 8) + 1 - 2**24)
                  .astype(f32) * unit for second in (0, 1))
        r1, l2 = np.split(own, 2)
        left, right = (x.reshape(u, a, 1, a, 1) for x in (l1, l2)), \
            (x.reshape(u, 1, a, 1, a) for x in (r1, r2))
        first, second = (x * y for x, y in zip(left, right))
        values.append((first + second).reshape(-1)[:n])
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
        kept = kept_bits(message, masked)
        values, ones = np.zeros(masked, f32), int(kept.sum())
        values[kept == 1] = (quantised(message.codes[0], message.scales[0], 0) if name == "stc"
                             else message.dense[:ones])
        return values
    if name == "fedpm":
        return logit(np.where(message.mask, 1 - 0.1, 0.1)).astype(f32)
    if name == "fedmud":
        return kronecker(message, layout)
    return factors(message, layout)


def decode(message, layout):
    """The change of the state that a message alone says, float32."""
    check_table(message, layout)
    rest = layout.state - layout.masked
    return np.concatenate((masked_values(message, layout),
                           message.dense[message.dense.size - rest:]))


def fedpm_weights(seed, round_, state, layout, masks=1):
    """FedPM's model after a round, of its scores; masks: method.eval_masks."""
    chance = np.trunc(sigmoid(state[:layout.masked].astype(np.float64)) * 2.0**24).astype(np.int64)
    i, sizes = np.arange(layout.masked), [math.prod(shape) for shape in layout.weights]
    each = [f32(math.e * math.sqrt(1 / math.prod(shape[1:]))) for shape in layout.weights]
    frozen = np.repeat(each, sizes)
    signs = philox(seed, i // 128, 0, 13)[i // 32 % 4, i] >> i % 32 & 1
    count = sum((random_words(seed, layout.masked, round_ + 1, 1, m * 2**40) >> 8 < chance)
                .astype(np.int64) for m in range(masks)) if masks else chance
    share = count.astype(f32) / f32(masks or 2**24)
    weights = np.where(count, np.where(signs, -frozen, frozen) * share, f32(0)).astype(f32)
    return np.concatenate((weights, state[layout.masked:]))
