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
class Reach:
    """Query i may attend to keys i + low … i + high of m. `hidden` cuts its blocks out of `lines`."""

    m: int
    low: int
    high: int
    lines: Mask

    @property
    def limited(self) -> bool:
        """Whether any key could be out of reach of any query."""
        return self.low != -UNLIMITED or self.high != UNLIMITED

    def keys(self, rows: slice) -> slice:
        """Return the keys that any of the queries may attend to."""
        start = max(0, rows.start + self.low)
        return slice(start, max(start, min(self.m, rows.stop + self.high)))

    def queries(self, rows: slice, keys: slice) -> slice:
        """Return the queries that may attend to any of the keys, counted from the first of the block."""
        first = max(0, keys.start - self.high - rows.start)
        return slice(first, max(first, min(rows.stop - rows.start, keys.stop - self.low - rows.start)))

    def edges(self, rows: slice, keys: slice) -> list[slice]:
        """Return the parts of a block of keys that some of the queries do not reach: far back, and far ahead."""
        back = slice(keys.start, min(keys.stop, rows.stop - 1 + self.low))
        ahead = slice(max(keys.start, rows.start + self.high + 1), keys.stop)
        return [part for part in (back, ahead) if part.start < part.stop]

    def hidden(self, rows: slice, keys: slice) -> Mask:
        """Return which keys (rows) are out of reach of which queries (columns)."""
        first = rows.start - (keys.stop - 1) + self.m  # the place on the line of the first query and the last key
        return self.lines[first : first + keys.stop - keys.start, : rows.stop - rows.start][::-1]


def make_reach(n: int, m: int, low: int, high: int, queries: int) -> Reach:
    """Return the reach of n queries in blocks of at most `queries`.

    Whether a key is out of reach depends on query − key alone, so one line of n + m entries holds the whole mask, and a
    block of it is a view: the window that starts at query 0 − key.
    """
    if low == -UNLIMITED and high == UNLIMITED:
        return Reach(m, low, high, np.empty((0, 0), np.bool_))
    ahead = -np.arange(-m, n + queries)  # key − query, along the line
    line = (ahead < low) | (ahead > high)
    return Reach(m, low, high, np.lib.stride_tricks.sliding_window_view(line, queries))


@dataclass(frozen=True, slots=True)
class Blocks:
    """Sizes: blocks of `queries`, cut into tiles of `tile`, by `keys`."""

    queries: int
    keys: int
    tile: int

    def cut_queries(self, n: int) -> Iterator[slice]:
        """Yield the blocks of n queries: whole tiles, and at last what is left."""
        start = 0
        while start < n:
            left = n - start
            stop = start + min(self.queries, left - left % self.tile or left)
            yield slice(start, stop)
            start = stop

    def cut_keys(self, rows: slice, reach: Reach) -> Iterator[tuple[slice, slice]]:
        """Yield the blocks of keys, each with the tiles of queries that may attend to any of it.

        The first, which may be empty, comes with all tiles, so that every sum is begun.
        """
        reached = reach.keys(rows)
        seen_by_all = min(reached.stop, rows.start + reach.high + 1)
        narrow = min(2 * self.tile, self.keys)
        start, queries = reached.start, slice(0, rows.stop - rows.start)
        while start == reached.start or start < reached.stop:
            # Where causality cuts through many tiles, narrow blocks leave more of them out.
            cuts = start + self.keys > seen_by_all and reached.stop - seen_by_all >= narrow
            keys = slice(start, min(start + (narrow if cuts else self.keys), reached.stop))
            if start > reached.start:
                queries = reach.queries(rows, keys)
            yield keys, slice(queries.start // self.tile, -(-queries.stop // self.tile))
            if keys.stop == start:
                return
            start = keys.stop


def choose_blocks(n: int, m: int, features: int) -> Blocks:
    """Return the sizes of blocks of n queries and m keys; few queries get small ones, which take less memory."""
    queries, keys = min(QUERIES, max(n // 4, 64)), m if m <= KEYS + KEYS // 15 else KEYS
    fitting = SMALL // (max(features, 1) * max(keys, 1))
    tile = min(queries, 1 << (fitting.bit_length() - 1)) if fitting >= NARROW else queries
    return Blocks(queries - queries % tile, keys, tile)
