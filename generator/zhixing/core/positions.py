"""Where a token stands: sinusoids added to it, or a rotation of its features."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    common_dtype,
    handed_out,
    positive,
    quiet,
    require_axes,
    require_broadcast,
    whole,
    working,
)
from zhixing.core.errors import CoreError, shown

BASE = 10000.0


def _frequencies(pairs: int, width: int, base: float) -> Array:
    positive(base=base)
    return np.asarray(base ** (-2 * np.arange(pairs) / width))


@quiet
def positions(pos: ArrayLike, features: ArrayLike, *, base: float = BASE) -> Array:
    r"""Return the sinusoidal code of positions: sines in even features, cosines in odd ones, ever slower.

    `features` is their number d, or their indices 0 … d − 1. The norm of a row is √(d/2) for even d.

    Formula: PE_{(p, 2i)} = \sin(p / 10000^{2i/d}), \quad PE_{(p, 2i+1)} = \cos(p / 10000^{2i/d})
    Shapes: pos (…), features a number or (d) → (…, d)
    Raises: CoreError where the features are not 0 … d − 1, or base is not positive
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5
    Note: 位置编码
    """
    dtype = common_dtype(pos=pos)
    indices = whole("features", features)
    if indices.ndim:
        if indices.ndim != 1 or np.any(indices != np.arange(indices.size)):
            raise CoreError(f"features of shape {shown(indices.shape)} must be the indices 0, 1, 2 …, or their number")
        d = indices.size
    else:
        d = int(indices)
    # In float64 whatever the dtype: float32 has no sine of 1e6 worth having.
    angles = np.asarray(pos, dtype=np.float64)[..., None] * _frequencies((d + 1) // 2, d or 1, base)
    code = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return handed_out(code.reshape(*angles.shape[:-1], -1)[..., :d], dtype)


def position_shift(k: float, features: int, *, base: float = BASE) -> Array:
    r"""Return the fixed matrix that moves a position code by k positions, whatever the position.

    Formula: PE_{p + k} = PE_p \, R_k, \quad R_k = \operatorname{diag}_i
      \begin{pmatrix} \cos k\omega_i & -\sin k\omega_i \\ \sin k\omega_i & \cos k\omega_i \end{pmatrix}
    Shapes: → (d, d)
    Raises: CoreError where d is odd or base is not positive
    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5
    Note: 位置编码
    """
    pairs = _pairs("features", features)
    angles = k * _frequencies(pairs, features, base)
    shift = np.zeros((pairs, 2, pairs, 2))
    i = np.arange(pairs)
    shift[i, 0, i, 0] = shift[i, 1, i, 1] = np.cos(angles)
    shift[i, 1, i, 0], shift[i, 0, i, 1] = np.sin(angles), -np.sin(angles)
    return shift.reshape(features, features)


def _pairs(name: str, width: int) -> int:
    if width < 0 or width % 2:
        raise CoreError(f"{name} is {width}; features are turned in pairs, so their number is even")
    return width // 2


@quiet
def rotary(
    x: ArrayLike,
    pos: ArrayLike | None = None,
    *,
    base: float = BASE,
    width: int | None = None,
    interleaved: bool = True,
) -> Array:
    r"""Turn each pair of features by an angle that grows with the position, so that scores see distances alone.

    Pairs are neighbours (0, 1), (2, 3) … as in the paper, or, where not `interleaved`, feature i with i + width/2.
    Only the first `width` features are turned; all of them by default. Positions default to 0, 1, 2 ….

    Formula: \begin{pmatrix} x'_{2i} \\ x'_{2i+1} \end{pmatrix} =
      \begin{pmatrix} \cos p\theta_i & -\sin p\theta_i \\ \sin p\theta_i & \cos p\theta_i \end{pmatrix}
      \begin{pmatrix} x_{2i} \\ x_{2i+1} \end{pmatrix}, \quad \theta_i = 10000^{-2i/d}
    Shapes: x (…, n, d), pos broadcasts to (…, n) → (…, n, d)
    Raises: CoreError where the width is odd or more than d, or the positions do not broadcast
    Source: Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding", eqs. 15, 34
    Note: 位置编码
    """
    dtype = common_dtype(x=x)
    found = working(x, dtype)
    require_axes("x", found, 2, "(…, positions, features)")
    used = found.shape[-1] if width is None else width
    pairs = _pairs("width", used)
    if used > found.shape[-1]:
        raise CoreError(f"width is {used}, but x has shape {shown(found.shape)}: only {found.shape[-1]} features")
    places = np.arange(found.shape[-2]) if pos is None else np.asarray(pos, dtype=np.float64)
    require_broadcast("pos", places.shape, found.shape[:-1], "the positions of x")
    angles = places[..., None] * _frequencies(pairs, used or 1, base)
    cos, sin = np.cos(angles).astype(found.dtype), np.sin(angles).astype(found.dtype)
    return handed_out(turned(found, cos, sin, interleaved), dtype)


def turned(x: Array, cos: Array, sin: Array, interleaved: bool) -> Array:
    """Return x with its first pairs of features turned by angles of these cosines and sines; the rest as it is."""
    pairs = cos.shape[-1]
    first = slice(0, 2 * pairs, 2) if interleaved else slice(0, pairs)
    second = slice(1, 2 * pairs, 2) if interleaved else slice(pairs, 2 * pairs)
    result = x.copy()
    result[..., first] = cos * x[..., first] - sin * x[..., second]
    result[..., second] = sin * x[..., first] + cos * x[..., second]
    return result
