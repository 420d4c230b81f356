"""Reading data files: numbers as text in a file of the vault, which an example is given under a name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from pathlib import PurePosixPath

import numpy as np

from zhixing.language.errors import ExampleError
from zhixing.language.model import Array
from zhixing.problems import Code, did_you_mean
from zhixing.vault.load import read_inside
from zhixing.vault.vault import Vault

SUFFIX = ".csv"
MAX_CHARACTERS = 1_000_000
"""Characters of a data file."""
MAX_TOTAL = 10_000_000
"""Characters of all data files that the examples of a vault read."""
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?", re.ASCII)
_FORMAT = "Write a line for each row, numbers parted by commas"


@dataclass
class DataFiles:
    """The data files of a vault, each read once. Without a vault there is none. `asked` counts who asked for one.

    Only the vault's own files are there: none that is hidden, and none that a symbolic link finds outside.
    """

    vault: Vault | None = None
    asked: int = 0
    _texts: dict[str, str] = field(default_factory=dict)
    _tables: dict[str, Array] = field(default_factory=dict)

    @cached_property
    def names(self) -> dict[str, PurePosixPath]:
        """The data files by their path from the vault's folder on."""
        files = self.vault.files if self.vault else ()
        return {str(path): path for path in files if path.suffix == SUFFIX}

    def text(self, path: str) -> str:
        """Return the text of a data file.

        Raises:
            ExampleError: there is none at this path, it is no UTF-8, or it is too long.
        """
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str:
        if self.vault is None or path not in self.names:
            fix = did_you_mean(path, self.names) or f"Write the path of a {SUFFIX} file from the vault's folder on"
            raise ExampleError(Code.EXAMPLE_VALUE, f"The vault has no data file {path!r}", fix)
        text = read_inside(self.vault.root, self.names[path])
        if text is None or len(text) > MAX_CHARACTERS:
            what = f"{path} is no UTF-8 text of at most {MAX_CHARACTERS:,} characters"
            raise ExampleError(Code.EXAMPLE_COST, what, "Write fewer numbers, or fewer digits")
        if len(text) + sum(map(len, self._texts.values())) > MAX_TOTAL:
            what = f"The data files of this vault have more than {MAX_TOTAL:,} characters"
            raise ExampleError(Code.EXAMPLE_COST, what, "Write fewer numbers, or fewer digits")
        return text

    def array(self, path: str, shape: tuple[int, ...]) -> Array:
        """Return the numbers of a data file in a shape, to be read only: a line for each row along the last axis.

        Raises:
            ExampleError: the file cannot be read, holds what is no number, or numbers of another shape.
        """
        self.asked += 1
        if path not in self._tables:
            self._tables[path] = _read_table(path, self.text(path))
        table = self._tables[path]
        column = len(shape) == 1 and table.shape == (*shape, 1)
        if not shape or not (column or table.shape == (prod(shape[:-1]), shape[-1])):
            found = f"{len(table)} lines of {table.shape[1]} numbers"
            sizes = "×".join(map(str, shape)) or "a single number"
            raise ExampleError(Code.EXAMPLE_VALUE, f"{path} has {found}; {sizes} is declared", _FORMAT)
        return table.reshape(shape)


def _read_table(path: str, text: str) -> Array:
    lines = [(number, line.split(",")) for number, line in enumerate(text.splitlines(), 1)]
    for number, words in lines:
        if len(words) != len(lines[0][1]):
            what = f"{path}:{number}: a line of {len(words)} numbers below one of {len(lines[0][1])}"
            raise ExampleError(Code.EXAMPLE_VALUE, what, _FORMAT)
    rows = [[_read_number(path, number, word.strip()) for word in words] for number, words in lines]
    table = np.array(rows, np.float64).reshape(len(rows), -1 if rows else 0)
    table.flags.writeable = False
    return table


def _read_number(path: str, line: int, word: str) -> float:
    if not _NUMBER.fullmatch(word):
        raise ExampleError(Code.EXAMPLE_VALUE, f"{path}:{line}: {word[:20]!r} is no number", _FORMAT)
    return float(word)
