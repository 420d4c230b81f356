"""The words of the language: constants and functions. To add a function, add its entry to one of the families."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from zhixing.language.words.along import ALONG_AXIS, FORM, REDUCTIONS
from zhixing.language.words.attention import ATTENTION
from zhixing.language.words.entrywise import ENTRYWISE
from zhixing.language.words.images import IMAGES
from zhixing.language.words.layers import LAYERS
from zhixing.language.words.sequences import SEQUENCES
from zhixing.language.words.word import Word

__all__ = ["CONSTANTS", "FUNCTIONS", "RESERVED", "WORDS"]

CONSTANTS: Mapping[str, float] = {"inf": np.inf, "nan": np.nan, "pi": np.pi}

FUNCTIONS: Mapping[str, Word] = {
    word.name: word for word in (*ENTRYWISE, *REDUCTIONS, *ALONG_AXIS, *FORM, *ATTENTION, *LAYERS, *SEQUENCES, *IMAGES)
}

RESERVED = frozenset({*CONSTANTS, *(name for name, word in FUNCTIONS.items() if word.reserved)})
"""Words that no quantity may be named."""

WORDS = frozenset({*CONSTANTS, *FUNCTIONS})
"""Every word. A quantity may take the name of another function of the core (`gru`), which then is none."""
