"""When two numbers are the same for a statement, a tie or an expectation."""

from __future__ import annotations

import numpy as np

from zhixing.examples.quantity import Array

RELATIVE, ABSOLUTE = 1e-9, 1e-12


def close(a: Array, b: Array) -> Array:
    """Compare as `==` does in statements: within 1e-9 relative or 1e-12 absolute; infinities equal themselves."""
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= np.maximum(RELATIVE * np.maximum(np.abs(a), np.abs(b)), ABSOLUTE)
    return np.asarray(np.where(np.isinf(a) | np.isinf(b), a == b, near))
