# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""A message packed by packing 2, rANS (docs/message.md)."""
import struct

import numpy as np

from message_random import random_words

LANES, STREAM = 32, 262144
BOUNDS = np.array([1, 2, 3, 5, 7, 9, 12, 15, 18, 22, 26, 31, 37, 44, 52])
FEDMRN = 1


class Malformed(Exception):
    """Bytes that packing 2 makes of no message."""


def require(holds):
    if not holds:
        raise Malformed("not what rANS makes of a message")


class Reader:
    """Bytes from the front."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(count <= len(self.data) - self.at)
        self.at += count
        return self.data[self.at - count:self.at]

    def byte(self):
        return self.take(1)[0]


class Stream:
    """32 states and their words."""

    def __init__(self, data):
        require(len(data) >= 4 * LANES and len(data) % 2 == 0)
        self.states = np.frombuffer(data, "<u4", LANES).astype(np.int64)
        self.words = np.frombuffer(data, "<u2", -1, 4 * LANES).astype(np.int64)
        self.at = 0
        require(((self.states >= 2**15) & (self.states < 2**31)).all())

    def take(self, chances):
        """A bit of each lane; a chance of 0: none."""
        slot, rest = self.states % 256, self.states // 256
        bits = slot < chances
        states = np.where(bits, chances * rest + slot, (256 - chances) * rest + slot - chances)
        low = np.flatnonzero(states < 2**15)
        require(self.at + len(low) <= len(self.words))
        states[low] = states[low] << 16 | self.words[self.at:self.at + len(low)]
        self.at += len(low)
        self.states = states
        return bits.astype(np.int64)

    def end(self):
        require(self.at == len(self.words) and (self.states == 2**15).all())


def streams(reader, elements):
    """(stream, first element, elements that a step has) of every step, in order."""
    count = -(-elements // STREAM)
    lengths = struct.unpack(f"<{count}I", reader.take(4 * count))
    for number, length in enumerate(lengths):
        stream = Stream(reader.take(length))
        for first in range(number * STREAM, min(elements, (number + 1) * STREAM), LANES):
            yield stream, first, min(LANES, elements - first)
        stream.end()


def chances_of(table, contexts, used):
    return np.where(np.arange(LANES) < used, table[contexts], 0)


def table_of(reader, contexts):
    table = np.frombuffer(reader.take(contexts), np.uint8).astype(np.int64)
    require(table.all())
    return table


def word_of(bits):
    return int((bits << np.arange(LANES)).sum())


class Activity:
    """How many of the bits that came lately were set."""

    def __init__(self):
        self.set, self.all = 256, 1024

    def add(self, bits):
        self.set = self.set // 2 + 256 * int(bits.sum())
        self.all = self.all // 2 + 256 * len(bits)

    def level(self):
        return int((64 * self.set >= BOUNDS * (self.all + 1)).sum())


def mask(reader, elements, seed):
    """seed: of the noise, None without any."""
    magnitudes = 1 if seed is None else 8
    sign = magnitude = np.zeros(-(-elements // LANES) * LANES, np.int64)
    if seed is not None:
        word = random_words(seed, len(sign), 0, 0)
        sign = word >> 31
        magnitude = np.where(sign == 1, word, ~word) >> 28 & 7
    table, words = table_of(reader, 16 * magnitudes), []
    for stream, first, used in streams(reader, elements):
        if first % STREAM == 0:
            lately = Activity(), Activity()
        above = sign[first:first + LANES]
        level = np.array([a.level() for a in lately])[above]
        contexts = magnitudes * level + magnitude[first:first + LANES]
        bits = stream.take(chances_of(table, contexts, used))
        for which, activity in enumerate(lately):
            activity.add(bits[:used][above[:used] == which])
        words.append(word_of(bits))
    return words


def planes(reader, bits, elements):
    require(bits <= 8)
    last = 2 ** (bits - 1)
    table, words = table_of(reader, last + 1), []
    for stream, _, used in streams(reader, elements):
        node, step = np.ones(LANES, np.int64), []
        for _ in range(bits - 1):
            step.append(stream.take(chances_of(table, node, used)))
            node = 2 * node + step[-1]
        step.append(stream.take(chances_of(table, np.where(node == last, 0, last), used)))
        words += map(word_of, reversed(step))
    return words


def unpacked(data, size, Front):
    """Front reads a message's header and table."""
    require(size <= 1421 * len(data) // 8 + len(data))
    reader = Reader(data)
    whole = reader.byte()
    require(whole <= 1)
    if whole == 0:
        return data[1:]
    front = Front(data[1:])
    require(front.length == size)
    message = bytearray(reader.take(front.begin))

    def part(words, coded):
        how = reader.byte()
        require(how <= 1)
        message.extend(struct.pack(f"<{words}I", *coded()) if how else reader.take(4 * words))

    if front.masked:
        seed = front.seed if front.method == FEDMRN else None
        part(front.sizes[0], lambda: mask(reader, front.masked, seed))
    message += reader.take(4 * sum(front.streams))
    for bits, elements in front.packed:
        if elements:
            part(bits * (-(-elements // LANES)), lambda: planes(reader, bits, elements))
    message += reader.take(4 * sum(front.sizes[-2:]) + 4)
    require(reader.at == len(data))
    return bytes(message)
