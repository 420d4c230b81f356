"""Sliding a kernel: convolution, the windows it looks through, and how far a stack of them sees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from zhixing.core.arrays import (
    Array,
    Operand,
    keeps_dtype,
    read_count,
    read_whole,
    require_axes,
    require_equal,
)
from zhixing.core.errors import CoreError, format_shape

Padding: TypeAlias = int | Literal["valid", "same"]
Counts: TypeAlias = tuple[int, ...]


def read_counts(name: str, value: int | Sequence[int], rank: int) -> Counts:
    """Return one number for each axis of the window: those given, or the one given for all."""
    try:
        given = list(value) if isinstance(value, Iterable) else [value] * rank
        found = tuple(read_count(name, one, least=1) for one in given)
    except CoreError:
        found = ()
    if len(found) != rank or not found:
        raise CoreError(f"{name} is {value}; it is a number of at least 1, or {rank} of them")
    return found


def slide_window(x: Array, size: Counts, stride: Counts, dilation: Counts) -> Array:
    """Return every window over the last axes as a read-only view: (…, places, …) + size."""
    rank = len(size)
    reach = tuple((s - 1) * d + 1 for s, d in zip(size, dilation, strict=True))
    if any(r > n for r, n in zip(reach, x.shape[-rank:], strict=True)):
        spaces = format_shape(x.shape[-rank:])
        raise CoreError(f"a window of {format_shape(reach)} does not fit into the last axes of x, {spaces}")
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(-rank, 0)))
    steps = (*(1,) * (view.ndim - 2 * rank), *stride, *dilation)
    return view[tuple(slice(None, None, step) for step in steps)]


def _pad(x: Array, size: Counts, dilation: Counts, padding: Padding) -> Array:
    if isinstance(padding, str):
        if padding not in {"valid", "same"}:
            raise CoreError(f'padding is {padding!r}; it is "valid", "same", or a number of zeros of at least 0')
        total = [(s - 1) * d if padding == "same" else 0 for s, d in zip(size, dilation, strict=True)]
        around = [(one // 2, one - one // 2) for one in total]
    else:
        around = [(read_count("padding", padding),) * 2] * len(size)
    return np.pad(x, [(0, 0)] * (x.ndim - len(size)) + around)


def _convolve(
    x: Array,
    kernel: Array,
    bias: Array | None,
    *,
    rank: int,
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
) -> Array:
    """Return the convolution over the last `rank` axes; the kernel is (size) or (channels out, channels in, size)."""
    if kernel.ndim not in {rank, rank + 2}:
        raise CoreError(
            f"kernel has shape {format_shape(kernel.shape)}; it needs {rank} axes, or {rank + 2} with channels first"
        )
    if kernel.ndim == rank:
        require_axes("x", x, rank, "(…, space)")
        _check_bias(bias, ())
        # One channel in and one out, an axis that the result loses again.
        x, kernel, channels = np.expand_dims(x, -rank - 1), kernel[None, None], False
    else:
        require_axes("x", x, rank + 1, "(…, channels in, space)")
        require_equal("channels of x and of kernel (axis 1)", x=x.shape[-rank - 1], kernel=kernel.shape[1])
        _check_bias(bias, kernel.shape[:1])
        channels = True
    size, gaps = kernel.shape[2:], read_counts("dilation", dilation, rank)
    windows = slide_window(_pad(x, size, gaps, padding), size, read_counts("stride", stride, rank), gaps)
    result = _weigh(windows, kernel) + (0 if bias is None else bias)
    return np.moveaxis(result, -1, -rank - 1) if channels else result[..., 0]


def _weigh(windows: Array, kernel: Array) -> Array:
    """Return (…, places, channels out): each window (…, channels in, places, size) times each kernel, summed up."""
    rank = kernel.ndim - 2
    seen = np.moveaxis(windows, -2 * rank - 1, -rank - 1)  # (…, places, channels in, size)
    return np.tensordot(seen, kernel, axes=(range(-rank - 1, 0), range(1, rank + 2)))


def _check_bias(bias: Array | None, shape: Counts) -> None:
    if bias is not None and bias.shape not in {shape, ()}:
        needed = (
            f"{format_shape(shape)}: one number for each channel out" if shape else "one number: there are no channels"
        )
        raise CoreError(f"bias has shape {format_shape(bias.shape)}; it needs {needed}")


@keeps_dtype
def conv1d(
    x: Operand,
    kernel: Operand,
    bias: Operand | None = None,
    *,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
) -> Array:
    r"""Slide a kernel along a sequence; as everywhere in this field it is not flipped (a cross-correlation).

    Options:
      stride: how far the kernel moves from one place to the next
      padding: "valid" for none, "same" for as many zeros as keep the length (at stride 1), or a number for each side
      dilation: how far the kernel's entries lie apart; 1 is side by side

    Example:
      >>> conv1d([1.0, 2.0, 3.0, 4.0], [1.0, 10.0]).tolist()
      [21.0, 32.0, 43.0]

    Formula: y_t = \sum_k w_k \, x_{t + k}
    Shapes: x (…, t) with kernel (k) → (…, t − k + 1); x (…, c, t) with kernel (o, c, k) and bias (o)
      → (…, o, t − k + 1)
    Raises: CoreError where the kernel or the bias does not fit, channels differ, or dtypes are mixed
    Source: LeCun et al. 1989, "Backpropagation Applied to Handwritten Zip Code Recognition"; Goodfellow et al. 2016,
      "Deep Learning", section 9.1
    Note: 卷积核
    """
    return _convolve(x, kernel, bias, rank=1, stride=stride, padding=padding, dilation=dilation)


@keeps_dtype
def conv2d(
    x: Operand,
    kernel: Operand,
    bias: Operand | None = None,
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = "valid",
    dilation: int | Sequence[int] = 1,
) -> Array:
    r"""Slide a kernel over an image; as everywhere in this field it is not flipped (a cross-correlation).

    Options:
      stride: how far the kernel moves from one place to the next: a number, or (rows, columns)
      padding: "valid" for none, "same" for as many zeros as keep the size (at stride 1), or a number for each side
      dilation: how far the kernel's entries lie apart: a number, or (rows, columns)

    Example:
      >>> conv2d([[0.0, 0.0, 9.0], [0.0, 0.0, 9.0]], [[-1.0, 1.0], [-1.0, 1.0]]).tolist()
      [[0.0, 18.0]]

    Formula: Y_{rc} = \sum_{i,j} W_{ij} \, X_{r + i, \, c + j}
    Shapes: x (…, r, c) with kernel (h, w) → (…, r − h + 1, c − w + 1); x (…, n, r, c) with kernel (o, n, h, w) and
      bias (o) → (…, o, r − h + 1, c − w + 1)
    Raises: CoreError where the kernel or the bias does not fit, channels differ, or dtypes are mixed
    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition"; Goodfellow et al. 2016,
      "Deep Learning", eq. 9.6
    Note: 卷积神经网络
    """
    return _convolve(x, kernel, bias, rank=2, stride=stride, padding=padding, dilation=dilation)


def receptive_field(
    sizes: Sequence[int], *, strides: Sequence[int] | None = None, dilations: Sequence[int] | None = None
) -> int:
    r"""Return how many inputs one output of a stack of convolution or pooling layers can see, first layer first.

    Options:
      strides: one s for each layer, all 1 unless given
      dilations: one d for each layer, all 1 unless given

    Example:
      >>> receptive_field([3, 3, 3]), receptive_field([3, 3, 3], dilations=[1, 2, 4])
      (7, 15)

    Formula: 1 + \sum_l (k_l - 1) \, d_l \prod_{i < l} s_i; \quad 1 + L (k - 1) \text{ for } L \text{ equal layers}
    Shapes: one number for each layer → a number
    Raises: CoreError where the lists differ in length or hold a number below 1
    Source: Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", Distill
    Note: 感受野
    """
    layers = read_whole("sizes", sizes)
    jumps = np.ones_like(layers) if strides is None else read_whole("strides", strides)
    gaps = np.ones_like(layers) if dilations is None else read_whole("dilations", dilations)
    require_equal("numbers of layers", sizes=layers.size, strides=jumps.size, dilations=gaps.size)
    if any(np.any(found < 1) for found in (layers, jumps, gaps)):
        raise CoreError(f"sizes {sizes}, strides {strides} and dilations {dilations} are all at least 1")
    return 1 + sum(
        (int(k) - 1) * int(d) * math.prod(map(int, jumps[:i]))
        for i, (k, d) in enumerate(zip(layers, gaps, strict=True))
    )
