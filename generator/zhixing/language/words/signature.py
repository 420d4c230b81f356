"""Signatures of functions, in axis letters: `… n d, … m d, … m v -> weights: … n m; output: … n v`.

They are written as the core documents its shapes. `…` stands for further leading dimensions, which are matched by
axis name; an argument that begins with `?` may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ANY = "…"


@dataclass(frozen=True, slots=True)
class Shape:
    """The letters of an argument or a result, whether others may stand before them, and whether it may be left out."""

    letters: tuple[str, ...]
    leading: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """The shapes of each argument, of each result (a single one has the name "") and of keyword arguments."""

    arguments: tuple[Shape, ...]
    results: Mapping[str, Shape]
    keywords: Mapping[str, Shape]

    @property
    def least(self) -> int:
        """How many arguments must be given."""
        return sum(not argument.optional for argument in self.arguments)


def read_shape(text: str) -> Shape:
    """Read the shape of an argument or a result, such as `… n d`."""
    text = text.strip()
    letters = text.removeprefix("?").split()
    leading = letters[:1] == [ANY]
    return Shape(tuple(letters[leading:]), leading, text.startswith("?"))


def read_signature(text: str, **keywords: str) -> Signature:
    """Read a signature such as `n d, m d -> n m`; the shapes of keyword arguments are given apart: `mask="… n m"`."""
    left, right = text.split("->")
    results: dict[str, Shape] = {}
    for part in right.split(";"):
        name, _, letters = part.rpartition(":")
        results[name.strip()] = read_shape(letters)
    arguments = tuple(read_shape(part) for part in left.split(","))
    return Signature(arguments, results, {name: read_shape(letters) for name, letters in keywords.items()})
