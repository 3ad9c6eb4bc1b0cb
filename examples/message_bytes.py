# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of an uplink message: header, table and arrays, checked (docs/message.md)."""
import math
import struct
import zlib

import numpy as np

import message_rans

METHODS = ("fedavg fedmrn signsgd terngrad qsgd topk drive eden fedpm fedsparsify fedbat"
           " frozen_factor stc powersgd fedmud").split()
FLOAT32, MASK, SPARSE, PACKED, SCALED, BUCKETED = 0, 1, 2, 32, 64, 96
BUCKET = 512
f32 = np.float32


class Bad(Exception):
    """A message that cannot be one, or is of another model."""


def require(holds, reason):
    if not holds:
        raise Bad(reason)


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


def sections(table, count):
    """A table's tensors as (encoding, elements, ones), and words of the sparse ones' streams."""
    at, tensors, streams = 0, [], []
    for _ in range(count):
        require(at < len(table), "the table ends too early")
        encoding, ones = table[at], 0
        elements, at = leb128(table, at + 1)
        if encoding == SPARSE:
            ones, at = leb128(table, at)
            stream, at = leb128(table, at)
            streams.append(stream)
        require(encoding <= SPARSE or encoding // 32 in (1, 2, 3) and 1 <= encoding % 32 <= 16,
                f"unknown encoding {encoding}")
        require(ones <= elements, "more ones than elements")
        tensors.append((encoding, elements, ones))
    require(at == len(table), "bytes are left in the table")
    return tensors, streams


class Front:
    """Header and table, and the words of each array that they make a message have."""

    def __init__(self, data):
        require(len(data) >= 48 and data[:4] == b"FMRN", "not a message")
        (version, self.method, self.variant, self.round, self.parameter, self.client, self.seed,
         self.samples, count, table_bytes) = struct.unpack("<HBBIfQQQII", data[4:48])
        require(version == 1, f"version {version}, expected 1")
        require(len(data) >= 48 + table_bytes, "truncated")
        self.tensors, self.streams = sections(data[48:48 + table_bytes], count)
        self.masked = sum(n for e, n, _ in self.tensors if e == MASK)
        self.packed = [(e % 32, n) for e, n, _ in self.tensors if e > PACKED]
        self.scales = [-(-n // BUCKET) if e > BUCKETED else int(e > SCALED)
                       for e, n, _ in self.tensors if e > PACKED]
        dense = sum(n for e, n, _ in self.tensors if e == FLOAT32)
        self.sizes = [words_of(self.masked), *self.streams,
                      *(b * words_of(n) for b, n in self.packed), sum(self.scales), dense]
        self.table_end = 48 + table_bytes
        self.begin = (self.table_end + 3) // 4 * 4
        self.length = self.begin + 4 * sum(self.sizes) + 4


def inflated(data, size):
    require(size <= 1032 * len(data), "packed: more bytes than it can hold")
    stream = zlib.decompressobj(-15)
    try:
        message = stream.decompress(data, size + 1)
    except zlib.error as reason:
        raise Bad(f"packed: {reason}") from None
    require(stream.eof and not stream.unused_data, "packed: cut or longer")
    return message


def unpacked(data):
    """The message in a packed one; any other as it is."""
    if data[:4] != b"FMRP":
        return data
    require(len(data) >= 20, "truncated")
    version, packing, zero, size = struct.unpack("<HBBQ", data[4:16])
    require(version == 1 and packing in (1, 2) and zero == 0, "packed in a way that is not known")
    require(crc32c(data[:-4]) == struct.unpack("<I", data[-4:])[0], "packed: wrong CRC32C")
    if packing == 1:
        message = inflated(data[16:-4], size)
    else:
        try:
            message = message_rans.unpacked(data[16:-4], size, Front)
        except message_rans.Malformed as reason:
            raise Bad(f"packed: {reason}") from None
    require(len(message) == size, "packed: not the bytes that were claimed")
    return message


class Message(Front):
    def __init__(self, data):
        data = unpacked(data)
        super().__init__(data)
        require(len(data) == self.length, f"{len(data)} bytes, the table needs {self.length}")
        require(crc32c(data[:-4]) == struct.unpack("<I", data[-4:])[0], "wrong CRC32C")
        require(not any(data[self.table_end:self.begin]), "padding is not zero")
        require(math.isfinite(self.parameter) and 1 <= self.samples <= 2**40, "impossible header")
        words = np.frombuffer(data, "<u4", sum(self.sizes), self.begin)
        parts = iter(np.split(words, np.cumsum(self.sizes)[:-1]))
        self.mask = bits_of(next(parts), self.masked)
        self.sparse = [positions(next(parts), n, k) for e, n, k in self.tensors if e == SPARSE]
        self.codes = []
        for bits, elements in self.packed:
            planes = next(parts).reshape(-1, bits)
            self.codes.append(sum(bits_of(np.ascontiguousarray(planes[:, p]), elements)
                                  .astype(np.int64) << p for p in range(bits)))
        all_scales, self.dense = next(parts).view(f32), next(parts).view(f32)
        ends = np.cumsum(self.scales)[:-1]
        require(np.isfinite(all_scales).all() and np.isfinite(self.dense).all(), "not finite")
        self.scales = np.split(all_scales, ends)  # of each packed tensor
        self.name = METHODS[self.method] if self.method < len(METHODS) else str(self.method)
