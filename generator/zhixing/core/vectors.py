"""How alike two vectors are: the dot product, and the cosine of the angle between them."""

from __future__ import annotations

import numpy as np

from zhixing.core.arrays import Array, Operand, broadcast_leading, keeps_dtype, require_axes, require_equal


def _check(a: Array, b: Array) -> None:
    require_axes("a", a, 1, "(…, features)")
    require_axes("b", b, 1, "(…, features)")
    require_equal("features (the last axis)", a=a.shape[-1], b=b.shape[-1])
    broadcast_leading(a=a.shape[:-1], b=b.shape[:-1])


@keeps_dtype
def dot(a: Operand, b: Operand) -> Array:
    r"""Return the dot product over the last axis: how far two vectors point the same way, times both lengths.

    Example:
      >>> dot([3.0, 4.0], [[6.0, 8.0], [-4.0, 3.0]]).tolist()
      [50.0, 0.0]

    Formula: a \cdot b = \sum_i a_i b_i
    Shapes: a (…, d), b (…, d) → (…), leading axes broadcast
    Raises: CoreError where the widths differ, the leading axes do not broadcast, or dtypes are mixed
    Source: any linear algebra text; as a score Luong et al. 2015, "Effective Approaches to Attention-based Neural
      Machine Translation", section 3.1 (dot)
    Note: 点积
    """
    _check(a, b)
    return np.einsum("...d,...d->...", a, b)


@keeps_dtype
def cosine_similarity(a: Operand, b: Operand) -> Array:
    r"""Return the cosine of the angle between vectors, over the last axis; nan where one has no length.

    Example:
      >>> cosine_similarity([3.0, 4.0], [[6.0, 8.0], [-4.0, 3.0], [-3.0, -4.0]]).round(3).tolist()
      [1.0, 0.0, -1.0]

    Formula: \cos\theta = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}
    Shapes: a (…, d), b (…, d) → (…), leading axes broadcast
    Raises: CoreError where the widths differ, the leading axes do not broadcast, or dtypes are mixed
    Source: Graves et al. 2014, "Neural Turing Machines", eq. 6
    Note: 点积
    """
    _check(a, b)
    return np.einsum("...d,...d->...", _unit(a), _unit(b))


def _unit(x: Array) -> Array:
    """Return vectors of length 1; scaled by the largest entry first, so that squares neither overflow nor vanish."""
    scaled = x / np.max(np.abs(x), axis=-1, keepdims=True, initial=0)
    return scaled / np.sqrt(np.einsum("...d,...d->...", scaled, scaled))[..., None]
