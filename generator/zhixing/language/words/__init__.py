"""The words of the language: constants and functions. To add a function, add its entry to one of the families."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zhixing.language.words.along import ALONG_AXIS, FORM, ORDERINGS, REDUCTIONS
from zhixing.language.words.attention import ATTENTION
from zhixing.language.words.entrywise import ENTRYWISE
from zhixing.language.words.images import IMAGES
from zhixing.language.words.layers import LAYERS
from zhixing.language.words.sequences import SEQUENCES
from zhixing.language.words.training import TRAINING
from zhixing.language.words.word import Word

__all__ = ["CONSTANTS", "FAMILIES", "FUNCTIONS", "INSTEAD", "RESERVED", "WORDS"]

CONSTANTS: Mapping[str, float] = {"inf": np.inf, "nan": np.nan, "pi": np.pi}

FAMILIES: Mapping[str, tuple[Word, ...]] = {
    "entrywise": ENTRYWISE, "reductions": REDUCTIONS, "along": ALONG_AXIS, "orderings": ORDERINGS, "form": FORM,
    "attention": ATTENTION, "layers": LAYERS, "sequences": SEQUENCES, "images": IMAGES, "training": TRAINING,
}  # fmt: skip
"""The words by family."""

FUNCTIONS: Mapping[str, Word] = {word.name: word for family in FAMILIES.values() for word in family}

RESERVED = frozenset({*CONSTANTS, *(name for name, word in FUNCTIONS.items() if word.reserved)})
"""Words that no quantity may be named."""

INSTEAD: Mapping[str, str] = {
    "lg": "The logarithm to base 10 is log10(x)",
    "ln": "The natural logarithm is log(x)",
    "len": "The number of entries is size(x)",
    "e": "The number e is exp(1), its powers are exp(x)",
    "pow": "A power is written a ** b",
    "average": "The mean is mean(x)",
    "identity": "The identity matrix along an axis is eye(axis)",
    "transpose": "A transpose is x.T",
    "clip": "Write maximum(minimum(x, high), low)",
    "topk": "Write top_k(x, 2)",
    "matmul": "Write a @ b",
    "positional_encoding": "The position code is positions(position, feature)",
    "sinusoidal": "The position code is positions(position, feature)",
    "dropout": "Multiply by what is kept and divide by its share: x * keep / (1 - rate)",
}
"""What to write for words that other languages have."""

WORDS = frozenset({*CONSTANTS, *FUNCTIONS})
"""Every word. A quantity may take the name of another function of the core (`gru`), which then is none."""
