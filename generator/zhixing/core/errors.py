"""What goes wrong in the core: one exception, whose message shows the shapes and names the axis."""

from __future__ import annotations


class CoreError(ValueError):
    """Arguments that do not fit together: a shape, a dtype, a mask or a number out of range."""


def shown(shape: tuple[int, ...]) -> str:
    """Return a shape as messages print it: `3×4`, or `()` for a scalar."""
    return "×".join(map(str, shape)) if shape else "()"
