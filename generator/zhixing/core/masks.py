"""Who may attend to whom: True = may attend, rows are queries, columns are keys."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Mask, require_broadcast
from zhixing.core.errors import CoreError

Align: TypeAlias = Literal["start", "end"]
Window: TypeAlias = int | tuple[int | None, int | None]


def as_mask(mask: ArrayLike, target: tuple[int, ...]) -> Mask:
    """Return a boolean mask; raise CoreError for 0/1 integers, which could mean either, and shapes that do not fit."""
    found = np.asarray(mask)
    if found.dtype != np.bool_:
        raise CoreError(f"mask has dtype {found.dtype}; it must be boolean, True = may attend (write mask == 1)")
    require_broadcast("mask", found.shape, target, "the scores'")
    return found


def causal_mask(queries: int, keys: int | None = None, *, align: Align | None = None) -> Mask:
    r"""Return the mask of a left-to-right model: a query attends to its own position and the earlier ones.

    With fewer queries than keys it must be said where the queries stand: at the start of the keys, or at their end
    (the last tokens of a sequence whose keys are cached). True is ■::

        4 queries, 4 keys      2 queries, 4 keys, "start"      2 queries, 4 keys, "end"
             0 1 2 3                 0 1 2 3                         0 1 2 3
        q0   ■ · · ·            q0   ■ · · ·                    q0   ■ ■ ■ ·
        q1   ■ ■ · ·            q1   ■ ■ · ·                    q1   ■ ■ ■ ■
        q2   ■ ■ ■ ·
        q3   ■ ■ ■ ■

    Formula: M_{ij} = [\, j \le i + o \,], \quad o = 0 \text{ (start)}, \; m - n \text{ (end)}
    Shapes: → (queries, keys), boolean
    Raises: CoreError where the lengths differ and no alignment is named, or a length is negative
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.3
    Note: 掩码自注意力
    """
    return window_mask(queries, keys, (None, 0), align=align)


def window_mask(
    queries: int, keys: int | None = None, window: Window = (None, None), *, align: Align | None = None
) -> Mask:
    r"""Return the mask of a local model: a query attends to so many keys before and after its own position.

    `window` is (before, after), None for no limit; one number means both. True is ■::

        window=1               window=(2, 0)
             0 1 2 3                0 1 2 3
        q0   ■ ■ · ·           q0   ■ · · ·
        q1   ■ ■ ■ ·           q1   ■ ■ · ·
        q2   · ■ ■ ■           q2   ■ ■ ■ ·
        q3   · · ■ ■           q3   · ■ ■ ■

    Formula: M_{ij} = [\, -b \le j - (i + o) \le a \,]
    Shapes: → (queries, keys), boolean
    Raises: CoreError where the lengths differ and no alignment is named, or a number is negative
    Source: Luong et al. 2015, "Effective Approaches to Attention-based Neural Machine Translation", section 3.2;
      Beltagy et al. 2020, "Longformer: The Long-Document Transformer", section 3.1
    Note: 掩码自注意力
    """
    m = queries if keys is None else keys
    if queries < 0 or m < 0:
        raise CoreError(f"a mask of {queries} queries and {m} keys has a negative length")
    low, high = limits(window, offset(queries, m, align))
    j, i = np.arange(m), np.arange(queries)[:, None]
    return np.asarray((j >= i + low) & (j <= i + high))


def offset(queries: int, keys: int, align: Align | None) -> int:
    """Return the key position of query 0; raise CoreError where the lengths differ and nobody said how they align."""
    if align not in {None, "start", "end"}:
        raise CoreError(f'align is {align!r}; it is "start", "end" or left out')
    if align is None and queries != keys:
        raise CoreError(
            f'{queries} queries and {keys} keys: say align="start" or align="end" for a causal or window mask'
        )
    return keys - queries if align == "end" else 0


UNLIMITED = 2**62
"""Farther than any key: stands for "no limit" where arithmetic goes on."""


def limits(window: Window, shift: int) -> tuple[int, int]:
    """Return (low, high), so that query i attends to keys i + low … i + high."""
    before, after = (window, window) if isinstance(window, int) else window
    for side in (before, after):
        if side is not None and side < 0:
            raise CoreError(f"window is {window}; it counts keys before and after, so neither is negative")
    low = -UNLIMITED if before is None else shift - before
    high = UNLIMITED if after is None else shift + after
    return low, high
