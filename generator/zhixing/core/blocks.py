"""Which scores are computed together: blocks that stay in cache, and what of them causality or a window hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from zhixing.core.arrays import Mask
from zhixing.core.masks import UNLIMITED

QUERIES, KEYS = 256, 240
"""The largest block: 240 KB of float32 scores, which a core's own cache holds."""
SMALL, NARROW = 100**3, 32
"""OpenBLAS multiplies in place what takes up to SMALL products, a fifth faster than what it first copies into order.
So a block is multiplied in tiles of that size, unless they would hold fewer than NARROW queries."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of `queries`, in tiles of `tile`, by `keys` of m keys. Query i may attend to keys i + low … i + high."""

    queries: int
    keys: int
    tile: int
    m: int
    low: int
    high: int
    outside: Mask

    def of_queries(self, n: int) -> Iterator[slice]:
        """Yield the blocks of n queries: whole tiles, and what is left."""
        start = 0
        while start < n:
            left = n - start
            stop = start + min(self.queries, left - left % self.tile or left)
            yield slice(start, stop)
            start = stop

    def of_keys(self, rows: slice) -> Iterator[tuple[slice, slice]]:
        """Yield the blocks of keys, each with the tiles of queries that may attend to any of it; the first with all."""
        n = rows.stop - rows.start
        start, stop = max(0, rows.start + self.low), min(self.m, rows.stop + self.high)
        free, narrow = min(stop, rows.start + self.high + 1), min(2 * self.tile, self.keys)
        first, last = 0, n
        while True:
            # Where causality cuts through many tiles, narrow blocks leave more of them out.
            width = narrow if start + self.keys > free and stop - free >= narrow else self.keys
            keys = slice(start, max(start, min(start + width, stop)))
            yield keys, slice(first // self.tile, -(-last // self.tile))
            start = keys.stop
            if start >= stop:
                return
            first, last = max(0, start - self.high - rows.start), min(n, start + width - self.low - rows.start)

    def edges(self, rows: slice, keys: slice) -> Iterator[slice]:
        """Yield the parts of a block of keys that not all of the queries reach: far back, and far ahead."""
        back, ahead = min(keys.stop, rows.stop - 1 + self.low), max(keys.start, rows.start + self.high + 1)
        for first, last in (keys.start, back), (ahead, keys.stop):
            if first < last:
                yield slice(first, last)

    def hidden(self, rows: slice, keys: slice) -> Mask:
        """Return which keys (rows) are out of reach of which queries."""
        shift = rows.start + self.m
        return self.outside[shift - keys.stop : shift - keys.start, : rows.stop - rows.start][::-1]


def blocks_of(n: int, m: int, features: int, low: int, high: int) -> Blocks:
    """Choose the sizes of blocks of n queries and m keys; few queries get small ones, which take less memory."""
    queries, keys = min(QUERIES, max(n // 4, 64)), m if m <= KEYS + KEYS // 15 else KEYS
    fitting = SMALL // (max(features, 1) * max(keys, 1))
    tile = min(queries, 1 << (fitting.bit_length() - 1)) if fitting >= NARROW else queries
    queries -= queries % tile
    return Blocks(queries, keys, tile, m, low, high, _outside(n, m, low, high, queries))


def _outside(n: int, m: int, low: int, high: int, queries: int) -> Mask:
    """Return every piece of the mask that a block can meet, as views of one diagonal: row r is key m - 1 - r."""
    if low == -UNLIMITED and high == UNLIMITED:
        return np.empty((0, 0), np.bool_)
    ahead = np.arange(m - 1, -n - queries, -1)  # key - query
    return np.lib.stride_tricks.sliding_window_view((ahead < low) | (ahead > high), queries)
