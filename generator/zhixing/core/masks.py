"""Who may attend to whom: True = may attend, rows are queries, columns are keys."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhixing.core.arrays import Mask, read_count, read_whole, require_broadcast
from zhixing.core.errors import CoreError

Align: TypeAlias = Literal["start", "end"] | int | NDArray[np.integer]
Window: TypeAlias = int | tuple[int | None, int | None]

UNLIMITED = 2**61
"""Farther than any key: stands for "no limit" where arithmetic goes on."""


def read_mask(mask: ArrayLike, target: tuple[int, ...]) -> Mask:
    """Return a boolean mask; raise CoreError for 0/1 integers, which could mean either, and shapes that do not fit."""
    found = np.asarray(mask)
    if found.dtype != np.bool_:
        raise CoreError(f"mask has dtype {found.dtype}; it must be boolean, True = may attend (write mask == 1)")
    require_broadcast("mask", found.shape, target, "the scores'")
    return found


def causal_mask(queries: int, keys: int | None = None, *, align: Align | None = None) -> Mask:
    r"""Return the mask of a left-to-right model: a query attends to its own position and the earlier ones.

    Where the numbers of queries and keys differ, it must be said where the queries stand: at the start of the keys, at
    their end (the last tokens of a sequence whose keys are cached), or from which key on. True is ■::

        4 queries, 4 keys      2 queries, 4 keys, "start"      2 queries, 4 keys, "end"
             0 1 2 3                 0 1 2 3                         0 1 2 3
        q0   ■ · · ·            q0   ■ · · ·                    q0   ■ ■ ■ ·
        q1   ■ ■ · ·            q1   ■ ■ · ·                    q1   ■ ■ ■ ■
        q2   ■ ■ ■ ·
        q3   ■ ■ ■ ■

    Options:
      align: "start" (o = 0), "end" (o = m − n), or o itself, the key at whose position query 0 stands; an array of
        such numbers gives one mask for each. May be left out where n = m

    Example:
      >>> print(causal_mask(2, 3, align=1).astype(int))
      [[1 1 0]
       [1 1 1]]

    Formula: M_{ij} = [\, j \le i + o \,], \quad o = 0 \text{ (start)}, \; m - n \text{ (end)}
    Shapes: → (queries, keys), boolean; with an array of offsets (…) → (…, queries, keys)
    Raises: CoreError where the lengths differ and no alignment is given, or a length is negative
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.3
    Note: 掩码自注意力
    """
    return window_mask(queries, keys, (None, 0), align=align)


def window_mask(
    queries: int, keys: int | None = None, window: Window = (None, None), *, align: Align | None = None
) -> Mask:
    r"""Return the mask of a local model: a query attends to so many keys before and after its own position.

    True is ■::

        window=1               window=(2, 0)
             0 1 2 3                0 1 2 3
        q0   ■ ■ · ·           q0   ■ · · ·
        q1   ■ ■ ■ ·           q1   ■ ■ · ·
        q2   · ■ ■ ■           q2   ■ ■ ■ ·
        q3   · · ■ ■           q3   · ■ ■ ■

    Options:
      window: (b, a), how many keys before and after; None for no limit. One number means both
      align: as in `causal_mask`, which pictures the offset o

    Example:
      >>> print(window_mask(3, window=(1, 0)).astype(int))
      [[1 0 0]
       [1 1 0]
       [0 1 1]]

    Formula: M_{ij} = [\, -b \le j - (i + o) \le a \,], \quad o = 0 \text{ (start)}, \; m - n \text{ (end)}
    Shapes: → (queries, keys), boolean; with an array of offsets (…) → (…, queries, keys)
    Raises: CoreError where the lengths differ and no alignment is given, or a number is negative
    Source: Luong et al. 2015, "Effective Approaches to Attention-based Neural Machine Translation", section 3.2;
      Beltagy et al. 2020, "Longformer: The Long-Document Transformer", section 3.1
    Note: 掩码自注意力
    """
    n = read_count("queries", queries)
    m = n if keys is None else read_count("keys", keys)
    low, high = find_reach(n, m, window, align)
    j, i = np.arange(m), np.arange(n)[:, None]
    return (j >= i + low[..., None, None]) & (j <= i + high[..., None, None])


def find_reach(
    queries: int, keys: int, window: Window, align: Align | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (low, high), so that query i may attend to keys i + low … i + high; arrays of the offsets' shape."""
    before, after = read_window(window)
    limited = before is not None or after is not None
    shift = find_offset(queries, keys, align, needed=limited)
    low = np.full_like(shift, -UNLIMITED) if before is None else shift - before
    high = np.full_like(shift, UNLIMITED) if after is None else shift + after
    return low, high


def find_offset(queries: int, keys: int, align: Align | None, *, needed: bool) -> NDArray[np.int64]:
    """Return the position of query 0 among the keys, or an array of such positions, one for each of a batch.

    Raises:
        CoreError: there is no such alignment; or it is `needed`, since the lengths differ, and left out.
    """
    if isinstance(align, str):
        if align not in {"start", "end"}:
            raise CoreError(f'align is {align!r}; it is "start", "end", a whole number, or left out')
        return np.asarray(keys - queries if align == "end" else 0, np.int64)
    if align is not None:
        return read_whole("align", align, least=None).astype(np.int64)
    if needed and queries != keys:
        raise CoreError(
            f'{queries} queries and {keys} keys: say align="start" or align="end" for a causal or window mask'
        )
    return np.asarray(0, np.int64)


def read_window(window: Window) -> tuple[int | None, int | None]:
    """Return (before, after), None where there is no limit; raise CoreError unless they are counts of keys."""
    before, after = window if isinstance(window, tuple) and len(window) == 2 else (window, window)
    try:
        sides = [None if side is None else read_count("window", side) for side in (before, after)]
    except CoreError:
        raise CoreError(f"window is {window}; it counts keys, before and after: whole numbers of at least 0") from None
    first, last = (None if side is None else min(side, UNLIMITED) for side in sides)
    return first, last
