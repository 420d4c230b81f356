"""Sliding a kernel: convolution, the windows it looks through, and how far a stack of them sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from zhixing.core.arrays import Array, common_dtype, handed_out, quiet, require_axes, require_equal, whole, working
from zhixing.core.errors import CoreError, shown

Padding: TypeAlias = int | Literal["valid", "same"]


def counts(name: str, value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """Return one number for each axis of the window: those given, or the one given for all."""
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or any(one < 1 for one in found):
        raise CoreError(f"{name} is {value}; it is a number of at least 1, or {rank} of them")
    return found


def windows(x: Array, size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> Array:
    """Return every window over the last axes as a read-only view: (…, places, …) + size."""
    rank = len(size)
    reach = tuple((s - 1) * d + 1 for s, d in zip(size, dilation, strict=True))
    if any(r > n for r, n in zip(reach, x.shape[-rank:], strict=True)):
        raise CoreError(f"a window of {shown(reach)} does not fit into the last axes of x, {shown(x.shape[-rank:])}")
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(-rank, 0)))
    steps = (*(1,) * (view.ndim - 2 * rank), *stride, *dilation)
    return view[tuple(slice(None, None, step) for step in steps)]


def _padded(x: Array, size: tuple[int, ...], dilation: tuple[int, ...], padding: Padding) -> Array:
    if padding == "valid":
        return x
    if padding == "same":
        around = [((s - 1) * d // 2, (s - 1) * d - (s - 1) * d // 2) for s, d in zip(size, dilation, strict=True)]
    elif isinstance(padding, int) and padding >= 0:
        around = [(padding, padding)] * len(size)
    else:
        raise CoreError(f'padding is {padding!r}; it is "valid", "same", or a number of zeros of at least 0')
    return np.pad(x, [(0, 0)] * (x.ndim - len(size)) + around)


def _convolved(
    x: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None,
    rank: int,
    steps: tuple[int | Sequence[int], Padding, int | Sequence[int]],
) -> Array:
    dtype = common_dtype(x=x, kernel=kernel, bias=bias)
    found, weights = working(x, dtype), working(kernel, dtype)
    if weights.ndim not in {rank, rank + 2}:
        raise CoreError(
            f"kernel has shape {shown(weights.shape)}; it needs {rank} axes, or {rank + 2} with channels first"
        )
    channels = weights.ndim > rank
    require_axes("x", found, rank + channels, "(…, channels in, space)" if channels else "(…, space)")
    size, stride, dilation = (
        weights.shape[-rank:],
        counts("stride", steps[0], rank),
        counts("dilation", steps[2], rank),
    )
    view = windows(_padded(found, size, dilation, steps[1]), size, stride, dilation)
    if not channels:
        flat = np.asarray(np.tensordot(view, weights, axes=rank))
        return handed_out(flat if bias is None else flat + working(bias, dtype), dtype)
    require_equal("channels of x and of kernel (axis 1)", x=found.shape[-rank - 1], kernel=weights.shape[1])
    # (…, channels, places, size) to (…, places, channels, size): one product sums over channels and window.
    view = np.moveaxis(view, -2 * rank - 1, -rank - 1)
    result: Array = np.tensordot(view, weights, axes=(range(-rank - 1, 0), range(1, rank + 2)))
    if bias is not None:
        require_equal("bias and channels out", bias=np.size(bias), kernel=weights.shape[0])
        result = result + working(bias, dtype)
    return handed_out(np.moveaxis(result, -1, -rank - 1), dtype)


@quiet
def conv1d(
    x: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> Array:
    r"""Slide a kernel along a sequence; as everywhere in this field it is not flipped (a cross-correlation).

    Formula: y_t = \sum_k w_k \, x_{t + k}
    Shapes: x (…, t) with kernel (k) → (…, t − k + 1); x (…, c, t) with kernel (o, c, k) and bias (o)
      → (…, o, t − k + 1)
    Raises: CoreError where the kernel does not fit, channels differ, or dtypes are mixed
    Source: LeCun et al. 1989, "Backpropagation Applied to Handwritten Zip Code Recognition"; Goodfellow et al. 2016,
      "Deep Learning", section 9.1
    Note: 卷积核
    """
    return _convolved(x, kernel, bias, 1, (stride, padding, dilation))


@quiet
def conv2d(
    x: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> Array:
    r"""Slide a kernel over an image; as everywhere in this field it is not flipped (a cross-correlation).

    Formula: Y_{rc} = \sum_{i,j} W_{ij} \, X_{r + i, \, c + j}
    Shapes: x (…, r, c) with kernel (h, w) → (…, r − h + 1, c − w + 1); x (…, n, r, c) with kernel (o, n, h, w) and
      bias (o) → (…, o, r − h + 1, c − w + 1)
    Raises: CoreError where the kernel does not fit, channels differ, or dtypes are mixed
    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition"; Goodfellow et al. 2016,
      "Deep Learning", eq. 9.6
    Note: 卷积神经网络
    """
    return _convolved(x, kernel, bias, 2, (stride, padding, dilation))


def receptive_field(
    sizes: Sequence[int], *, strides: Sequence[int] | None = None, dilations: Sequence[int] | None = None
) -> int:
    r"""Return how many inputs one output of a stack of convolution or pooling layers can see, first layer first.

    Formula: 1 + \sum_l (k_l - 1) \, d_l \prod_{i < l} s_i; \quad 1 + L (k - 1) \text{ for } L \text{ equal layers}
    Shapes: one number for each layer → a number
    Raises: CoreError where the lists differ in length or hold a number below 1
    Source: Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill
    Note: 感受野
    """
    layers = whole("sizes", sizes)
    jumps, gaps = (np.ones_like(layers) if found is None else whole("strides", found) for found in (strides, dilations))
    require_equal("numbers of layers", sizes=layers.size, strides=jumps.size, dilations=gaps.size)
    if any(np.any(found < 1) for found in (layers, jumps, gaps)):
        raise CoreError(f"sizes {sizes}, strides {strides} and dilations {dilations} are all at least 1")
    return 1 + sum(
        (int(k) - 1) * int(d) * math.prod(map(int, jumps[:i]))
        for i, (k, d) in enumerate(zip(layers, gaps, strict=True))
    )
