"""Windows side by side: pooling, and the patches of an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, require_axes, working
from zhixing.core.convolution import counts, windows
from zhixing.core.errors import CoreError


def _pooled(x: ArrayLike, size: int | Sequence[int], stride: int | Sequence[int] | None, rank: int, kind: str) -> Array:
    dtype = common_dtype(x=x)
    found = working(x, dtype)
    require_axes("x", found, rank, "(…, space)")
    cut = counts("size", size, rank)
    view = windows(found, cut, cut if stride is None else counts("stride", stride, rank), (1,) * rank)
    inside = tuple(range(-rank, 0))
    return handed_out(np.max(view, axis=inside) if kind == "max" else np.mean(view, axis=inside), dtype)


@quiet
def avg_pool1d(x: ArrayLike, size: int, *, stride: int | None = None) -> Array:
    r"""Return the mean of each window along the last axis; windows lie side by side unless a stride is given.

    Formula: y_t = \frac{1}{k} \sum_{i < k} x_{t s + i}
    Shapes: x (…, t) → (…, (t − size) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II.B
    Note: 池化层
    """
    return _pooled(x, size, stride, 1, "mean")


@quiet
def max_pool1d(x: ArrayLike, size: int, *, stride: int | None = None) -> Array:
    r"""Return the largest of each window along the last axis; windows lie side by side unless a stride is given.

    Formula: y_t = \max_{i < k} x_{t s + i}
    Shapes: x (…, t) → (…, (t − size) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: Goodfellow et al. 2016, "Deep Learning", section 9.3
    Note: 池化层
    """
    return _pooled(x, size, stride, 1, "max")


@quiet
def avg_pool2d(x: ArrayLike, size: int | Sequence[int], *, stride: int | Sequence[int] | None = None) -> Array:
    r"""Return the mean of each window over the last two axes; windows lie side by side unless a stride is given.

    Formula: Y_{rc} = \frac{1}{h w} \sum_{i < h, \, j < w} X_{r s + i, \, c s + j}
    Shapes: x (…, r, c) → (…, (r − h) // stride + 1, (c − w) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II.B
    Note: 池化层
    """
    return _pooled(x, size, stride, 2, "mean")


@quiet
def max_pool2d(x: ArrayLike, size: int | Sequence[int], *, stride: int | Sequence[int] | None = None) -> Array:
    r"""Return the largest of each window over the last two axes; windows lie side by side unless a stride is given.

    Formula: Y_{rc} = \max_{i < h, \, j < w} X_{r s + i, \, c s + j}
    Shapes: x (…, r, c) → (…, (r − h) // stride + 1, (c − w) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: Goodfellow et al. 2016, "Deep Learning", section 9.3
    Note: 池化层
    """
    return _pooled(x, size, stride, 2, "max")


@quiet
def patches(image: ArrayLike, size: int | Sequence[int]) -> Array:
    r"""Cut an image into squares, row by row, and lay each out as one vector: the tokens of a Vision Transformer.

    Formula: X \in \mathbb{R}^{H \times W \times C} \to X_p \in \mathbb{R}^{N \times (P^2 C)}, \quad N = H W / P^2
    Shapes: image (r, c) or (…, r, c, channels) → (…, patches, size·size·channels)
    Raises: CoreError where the image is no multiple of the patch
    Source: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", section 3.1
    Note: Vision Transformer
    """
    dtype = common_dtype(image=image)
    found = np.asarray(image, dtype=dtype)
    require_axes("image", found, 2, "(rows, columns) or (…, rows, columns, channels)")
    if found.ndim == 2:
        found = found[..., None]
    *lead, r, c, channels = found.shape
    height, width = counts("size", size, 2)
    if r % height or c % width:
        raise CoreError(f"an image of {r}×{c} does not cut into patches of {height}×{width}")
    cut = found.reshape(*lead, r // height, height, c // width, width, channels)
    return np.swapaxes(cut, -4, -3).reshape(*lead, r * c // (height * width), height * width * channels)
