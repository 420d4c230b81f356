"""How alike two vectors are: the dot product, the cosine, and the length between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import (
    Array,
    Dtype,
    common_dtype,
    handed_out,
    leading,
    quiet,
    require_axes,
    require_equal,
    working,
)


def _pair(a: ArrayLike, b: ArrayLike) -> tuple[Array, Array, Dtype]:
    dtype = common_dtype(a=a, b=b)
    left, right = working(a, dtype), working(b, dtype)
    require_axes("a", left, 1, "(…, features)")
    require_axes("b", right, 1, "(…, features)")
    require_equal("features (the last axis)", a=left.shape[-1], b=right.shape[-1])
    leading(a=left.shape[:-1], b=right.shape[:-1])
    return left, right, dtype


@quiet
def dot(a: ArrayLike, b: ArrayLike) -> Array:
    r"""Return the dot product over the last axis: how far two vectors point the same way, times both lengths.

    Formula: a \cdot b = \sum_i a_i b_i
    Shapes: a (…, d), b (…, d) → (…), leading axes broadcast
    Raises: CoreError where the widths differ, the leading axes do not broadcast, or dtypes are mixed
    Source: any linear algebra text; as a score Luong et al. 2015, "Effective Approaches to Attention-based Neural
      Machine Translation", section 3.1 (dot)
    Note: 点积
    """
    left, right, dtype = _pair(a, b)
    return handed_out(np.einsum("...d,...d->...", left, right), dtype)


@quiet
def cosine_similarity(a: ArrayLike, b: ArrayLike) -> Array:
    r"""Return the cosine of the angle between vectors, over the last axis; nan where one has no length.

    Formula: \cos\theta = \frac{a \cdot b}{\lVert a \rVert \, \lVert b \rVert}
    Shapes: a (…, d), b (…, d) → (…), leading axes broadcast
    Raises: CoreError where the widths differ, the leading axes do not broadcast, or dtypes are mixed
    Source: Graves et al. 2014, "Neural Turing Machines", eq. 6
    Note: 点积
    """
    left, right, dtype = _pair(a, b)
    return handed_out(np.einsum("...d,...d->...", _unit(left), _unit(right)), dtype)


def _unit(x: Array) -> Array:
    """Scale by the largest entry first, so that squares neither overflow nor vanish."""
    largest = np.max(np.abs(x), axis=-1, keepdims=True, initial=0)
    scaled = x / largest
    return np.asarray(scaled / np.sqrt(np.einsum("...d,...d->...", scaled, scaled))[..., None])
