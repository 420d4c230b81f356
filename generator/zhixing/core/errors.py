"""The one exception of the core; its messages give shapes and name axes."""

from __future__ import annotations


class CoreError(ValueError):
    """Arguments that do not fit together: a shape, a dtype, a mask or a number out of range."""


def format_shape(shape: tuple[int, ...]) -> str:
    """Return a shape as messages print it: `3×4`, or `()` for a scalar."""
    return "×".join(map(str, shape)) if shape else "()"
