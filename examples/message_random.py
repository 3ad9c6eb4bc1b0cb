# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The random words of a message's seed (docs/message.md): Philox4x32-10, in tiles of 128."""
import numpy as np


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


def random_words(seed, count, step, purpose, past=0):
    """past: blocks between the first one and block 0."""
    i = np.arange(count)
    return philox(seed, 32 * (i // 128) + i % 32 + past, step, purpose)[i // 32 % 4, i]
