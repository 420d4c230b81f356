"""Where a token stands: sinusoids added to it, or a rotation of its features."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Operand,
    keeps_dtype,
    read_array,
    read_count,
    read_number,
    read_whole,
    require_axes,
    require_broadcast,
)
from zhixing.core.errors import CoreError, format_shape

BASE = 10000.0


def _frequencies(pairs: int, width: int, base: float) -> Array:
    """Return base^(−2i/width) for each pair i: how far it turns from one position to the next."""
    return read_number("base", base, positive=True) ** (-2 * np.arange(pairs) / max(width, 1))


@keeps_dtype
def positions(pos: Operand, features: ArrayLike, *, base: float = BASE) -> Array:
    r"""Return the sinusoidal code of positions: sines in even features, cosines in odd ones, ever slower.

    `features` is their number d, or their indices 0 … d − 1. The norm of a row is √(d/2) for even d.

    Options:
      base: instead of 10000; the slowest feature turns once in about 2π·base positions

    Example:
      >>> positions([0, 1], 4).round(3).tolist()
      [[0.0, 1.0, 0.0, 1.0], [0.841, 0.54, 0.01, 1.0]]

    Formula: PE_{(p, 2i)} = \sin(p / 10000^{2i/d}), \quad PE_{(p, 2i+1)} = \cos(p / 10000^{2i/d})
    Shapes: pos (…), features a number or (d) → (…, d)
    Raises: CoreError where the features are not 0 … d − 1, or base is not positive
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5
    Note: 位置编码
    """
    indices = read_whole("features", features)
    if indices.ndim and (indices.ndim != 1 or np.any(indices != np.arange(indices.size))):
        raise CoreError(
            f"features of shape {format_shape(indices.shape)} must be the indices 0, 1, 2 …, or their number"
        )
    d = indices.size if indices.ndim else int(indices)
    # In float64 whatever the dtype: float32 has no sine of 1e6 worth having.
    angles = pos.astype(np.float64)[..., None] * _frequencies((d + 1) // 2, d, base)
    code = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return code.reshape(*angles.shape[:-1], -1)[..., :d]


def position_shift(k: float, features: int, *, base: float = BASE) -> Array:
    r"""Return the fixed matrix that moves a position code by k positions, whatever the position.

    Options:
      base: the one of the code

    Example:
      >>> bool(np.allclose(positions(3, 4) @ position_shift(2, 4), positions(5, 4)))
      True

    Formula: PE_{p + k} = PE_p \, R_k, \quad R_k = \operatorname{diag}_i
      \begin{pmatrix} \cos k\omega_i & -\sin k\omega_i \\ \sin k\omega_i & \cos k\omega_i \end{pmatrix}
    Shapes: → (d, d): rows are the features of the code before, columns those of the code k positions on
    Raises: CoreError where d is odd or base is not positive
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5
    Note: 位置编码
    """
    pairs = _count_pairs("features", features)
    angles = read_number("k", k) * _frequencies(pairs, features, base)
    shift = np.zeros((pairs, 2, pairs, 2))
    i = np.arange(pairs)
    shift[i, 0, i, 0] = shift[i, 1, i, 1] = np.cos(angles)
    shift[i, 1, i, 0], shift[i, 0, i, 1] = np.sin(angles), -np.sin(angles)
    return shift.reshape(features, features)


def _count_pairs(name: str, width: int) -> int:
    if read_count(name, width) % 2:
        raise CoreError(f"{name} is {width}; features are turned in pairs, so their number is even")
    return width // 2


@keeps_dtype
def rotary(
    x: Operand,
    pos: ArrayLike | None = None,
    *,
    base: float = BASE,
    width: int | None = None,
    interleaved: bool = True,
) -> Array:
    r"""Turn each pair of features by an angle that grows with the position, so that scores see distances alone.

    Options:
      base: instead of 10000
      width: how many features are turned, the first ones; all unless given
      interleaved: True: pairs are neighbours (0, 1), (2, 3) … as in the paper; False: feature i and i + width/2

    Example:
      >>> rotary([[1.0, 0.0], [1.0, 0.0]]).round(3).tolist()
      [[1.0, 0.0], [0.54, 0.841]]

    Formula: \begin{pmatrix} x'_{2i} \\ x'_{2i+1} \end{pmatrix} =
      \begin{pmatrix} \cos p\theta_i & -\sin p\theta_i \\ \sin p\theta_i & \cos p\theta_i \end{pmatrix}
      \begin{pmatrix} x_{2i} \\ x_{2i+1} \end{pmatrix}, \quad \theta_i = 10000^{-2i/d}
    Shapes: x (…, n, d), pos broadcasts to (…, n), by default 0 … n − 1 → (…, n, d)
    Raises: CoreError where the width is odd or more than d, or the positions do not broadcast
    Source: Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", eqs. 15, 34
    Note: 位置编码
    """
    require_axes("x", x, 2, "(…, positions, features)")
    used = x.shape[-1] if width is None else width
    pairs = _count_pairs("width", used)
    if used > x.shape[-1]:
        raise CoreError(f"width is {used}, but x has shape {format_shape(x.shape)}: only {x.shape[-1]} features")
    places = np.arange(x.shape[-2]) if pos is None else read_array("pos", pos).astype(np.float64)
    require_broadcast("pos", places.shape, x.shape[:-1], "the positions of x")
    angles = places[..., None] * _frequencies(pairs, used, base)
    return turn_pairs(x, np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype), interleaved)


def turn_pairs(x: Array, cos: Array, sin: Array, interleaved: bool) -> Array:
    """Return x with its first pairs of features turned by angles of these cosines and sines; the rest as it is."""
    pairs = cos.shape[-1]
    first = slice(0, 2 * pairs, 2) if interleaved else slice(0, pairs)
    second = slice(1, 2 * pairs, 2) if interleaved else slice(pairs, 2 * pairs)
    result = x.copy()
    result[..., first] = cos * x[..., first] - sin * x[..., second]
    result[..., second] = sin * x[..., first] + cos * x[..., second]
    return result
