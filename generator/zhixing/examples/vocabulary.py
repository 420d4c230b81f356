"""Every word that an expression may use beside the names it declares: constants and functions, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zhixing import core
from zhixing.examples.core_words import CORE
from zhixing.examples.model import Array
from zhixing.examples.reductions import KEEPERS, REDUCTIONS

CONSTANTS = {"inf": np.inf, "nan": np.nan, "pi": np.pi}


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A function of one or more quantities, entry by entry. `weight` is its work for an entry, about a nanosecond."""

    function: Callable[..., Array]
    least: int = 1
    most: int = 1
    weight: int = 2


def _truth(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: np.asarray(function(*arrays), np.float64)


ELEMENTWISE: dict[str, Elementwise] = {
    "abs": Elementwise(np.abs),
    "sign": Elementwise(np.sign),
    "floor": Elementwise(np.floor),
    "ceil": Elementwise(np.ceil),
    "round": Elementwise(np.rint),
    "sqrt": Elementwise(np.sqrt),
    "exp": Elementwise(np.exp, weight=10),
    "log": Elementwise(np.log, weight=10),
    "log2": Elementwise(np.log2, weight=10),
    "log10": Elementwise(np.log10, weight=10),
    "sin": Elementwise(np.sin, weight=40),
    "cos": Elementwise(np.cos, weight=40),
    "tan": Elementwise(np.tan, weight=40),
    "tanh": Elementwise(core.tanh, weight=10),
    "relu": Elementwise(core.relu, weight=4),
    "sigmoid": Elementwise(core.sigmoid, weight=30),
    "gelu": Elementwise(core.gelu, weight=200),
    "silu": Elementwise(core.silu, weight=30),
    "isnan": Elementwise(_truth(np.isnan)),
    "isinf": Elementwise(_truth(np.isinf)),
    "float16": Elementwise(lambda x: np.asarray(x, np.float16), weight=10),
    "float32": Elementwise(lambda x: np.asarray(x, np.float32)),
    "maximum": Elementwise(np.maximum, 2, 2),
    "minimum": Elementwise(np.minimum, 2, 2),
    "where": Elementwise(lambda c, a, b: np.asarray(np.where(c != 0, a, b)), 3, 3, weight=4),
}


SPECIAL = ("size", "merge", "argmax", "argmin")

RESERVED = frozenset({*CONSTANTS, *ELEMENTWISE, *REDUCTIONS, *KEEPERS, *SPECIAL, "attention"})
"""Words that no quantity may be named."""

WORDS = RESERVED | CORE.keys()
"""Every word. A quantity may take the name of another function of the core (`gru`), which then is none."""
