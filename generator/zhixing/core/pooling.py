"""Windows side by side: pooling, and the patches of an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zhixing.core.arrays import Array, Operand, keeps_dtype, require_axes
from zhixing.core.convolution import read_counts, slide_window
from zhixing.core.errors import CoreError


def _slide(x: Array, size: int | Sequence[int], stride: int | Sequence[int] | None) -> tuple[Array, tuple[int, ...]]:
    """Return the windows over the last axes, of which `size` gives the number, and the axes inside a window."""
    rank = 1 if np.ndim(size) == 0 else np.size(size)
    require_axes("x", x, rank, "(…, space)")
    cut = read_counts("size", size, rank)
    step = cut if stride is None else read_counts("stride", stride, rank)
    return slide_window(x, cut, step, (1,) * rank), tuple(range(-rank, 0))


@keeps_dtype
def avg_pool(x: Operand, size: int | Sequence[int], *, stride: int | Sequence[int] | None = None) -> Array:
    r"""Return the mean of each window over the last axes: one axis where size is a number, else as many as it has.

    Options:
      stride: how far the window moves; unless given, windows lie side by side

    Example:
      >>> avg_pool([3.0, 1.0, 2.0, 5.0], 2).tolist()
      [2.0, 3.5]
      >>> avg_pool([[1.0, 2.0], [3.0, 4.0]], (2, 2)).tolist()
      [[2.5]]

    Formula: y_t = \frac{1}{k} \sum_{i < k} x_{t s + i}, \quad
      Y_{rc} = \frac{1}{h w} \sum_{i < h, \, j < w} X_{r s + i, \, c s + j}
    Shapes: x (…, t), size k → (…, (t − k) // stride + 1); x (…, r, c), size (h, w)
      → (…, (r − h) // stride + 1, (c − w) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II.B
    Note: 池化层
    """
    windows, inside = _slide(x, size, stride)
    return np.mean(windows, axis=inside)


@keeps_dtype
def max_pool(x: Operand, size: int | Sequence[int], *, stride: int | Sequence[int] | None = None) -> Array:
    r"""Return the largest of each window over the last axes: one axis where size is a number, else as many as it has.

    Options:
      stride: how far the window moves; unless given, windows lie side by side

    Example:
      >>> max_pool([3.0, 1.0, 2.0, 5.0], 2, stride=1).tolist()
      [3.0, 2.0, 5.0]
      >>> max_pool([[1.0, 2.0], [3.0, 4.0]], (2, 2)).tolist()
      [[4.0]]

    Formula: y_t = \max_{i < k} x_{t s + i}, \quad Y_{rc} = \max_{i < h, \, j < w} X_{r s + i, \, c s + j}
    Shapes: x (…, t), size k → (…, (t − k) // stride + 1); x (…, r, c), size (h, w)
      → (…, (r − h) // stride + 1, (c − w) // stride + 1)
    Raises: CoreError where the window does not fit
    Source: Goodfellow et al. 2016, "Deep Learning", section 9.3
    Note: 池化层
    """
    windows, inside = _slide(x, size, stride)
    return np.max(windows, axis=inside)


@keeps_dtype
def patches(image: Operand, size: int | Sequence[int]) -> Array:
    r"""Cut an image into rectangles, row by row, and lay each out as one vector: the tokens of a Vision Transformer.

    `size` is (h, w), or one number P for squares, as in the paper.

    Example:
      >>> patches([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]], 2).tolist()
      [[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]

    Formula: X \in \mathbb{R}^{H \times W \times C} \to X_p \in \mathbb{R}^{N \times (h w C)}, \quad
      N = \frac{H W}{h w} \; (h = w = P)
    Shapes: image (r, c) or (…, r, c, channels) → (…, patches, h·w·channels)
    Raises: CoreError where the image is no multiple of the patch
    Source: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", section 3.1
    Note: Vision Transformer
    """
    require_axes("image", image, 2, "(rows, columns) or (…, rows, columns, channels)")
    *lead, r, c, channels = image.shape if image.ndim > 2 else (*image.shape, 1)
    h, w = read_counts("size", size, 2)
    if r % h or c % w:
        raise CoreError(f"an image of {r}×{c} does not cut into patches of {h}×{w}")
    cut = np.swapaxes(image.reshape(*lead, r // h, h, c // w, w, channels), -4, -3)
    return cut.reshape(*lead, r * c // (h * w), h * w * channels)
