"""A small reader of the LaTeX that formulas and derivations are printed in: it returns the value of what it reads.

It knows nothing of the printer. It reads as a person does: factors side by side bind tightest, then `\\cdot` and
`\\odot`, then `+` and `-`; matrices side by side are multiplied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Value = NDArray[np.float64]

_MARK = re.compile(r"\\(?:[A-Za-z]+|[,;! \\])|\d+(?:\.\d+)?|[A-Za-z]|[^\s]")
_SPACES = {r"\,", r"\!", r"\;", r"\ "}
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    r"\tanh": np.tanh, r"\sin": np.sin, r"\cos": np.cos, r"\ln": np.log, r"\exp": np.exp,
    r"\max": lambda *xs: np.max(xs), r"\min": lambda *xs: np.min(xs),
    r"\sigma": lambda x: 1 / (1 + np.exp(-x)), "ReLU": lambda x: np.maximum(x, 0),
}  # fmt: skip
_STARTS = (r"\frac", r"\sqrt", r"\left", r"\operatorname", r"\infty", *(f for f in _FUNCTIONS if f[0] == "\\"))


class Reader:
    """Reads one formula."""

    def __init__(self, text: str, names: Mapping[str, Value]) -> None:
        self.marks = [mark for mark in _MARK.findall(text) if mark not in _SPACES]
        self.names = names
        self.place = 0

    def read(self) -> Value:
        """Return the value of the whole formula."""
        value = self.sum()
        assert self.place == len(self.marks), f"left over: {self.marks[self.place :]}"
        return value

    @property
    def next(self) -> str:
        return self.marks[self.place] if self.place < len(self.marks) else ""

    def take(self, *wanted: str) -> str:
        mark = self.next
        assert not wanted or mark in wanted, f"{mark} stands where {wanted} was looked for in {self.marks}"
        self.place += 1
        return mark

    def sum(self) -> Value:
        negative = self.next == "-" and bool(self.take())
        value = self.product()
        value = -value if negative else value
        while self.next in ("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Value:
        value = self.tight()
        while self.next in (r"\cdot", r"\odot", r"\times", "/", r"\bmod"):
            sign = self.take()
            right = self.tight()
            value = value / right if sign == "/" else np.mod(value, right) if sign == r"\bmod" else value * right
        return value

    def tight(self) -> Value:
        value = self.factor()
        while self.starts_factor():
            right = self.factor()
            value = value @ right if value.ndim and right.ndim else value * right
        return value

    def starts_factor(self) -> bool:
        return bool(self.next) and (self.next[0].isalnum() or self.next in _STARTS)

    def factor(self) -> Value:
        if self.next == "e" and "e" not in self.names:
            self.take()
            self.take("^")
            return np.exp(self.group())
        value = self.base()
        while self.next == "^":
            self.take()
            if self.marks[self.place : self.place + 3] == ["{", r"\top", "}"]:
                self.place += 3
                value = value.T
            else:
                value = np.float_power(value, self.group())
        return value

    def group(self) -> Value:
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def base(self) -> Value:
        mark = self.take()  # a mark of LaTeX
        if mark[0].isdigit():
            return np.asarray(float(mark))
        if mark == r"\operatorname":
            return self.call(_FUNCTIONS["".join(iter(self.take, "}"))[1:]])
        if mark in _FUNCTIONS:
            return self.call(_FUNCTIONS[mark])
        special = {r"\infty": self.infinity, r"\frac": self.fraction, r"\sqrt": self.root, r"\left": self.fenced}
        return special[mark]() if mark in special else self.names[mark]

    def infinity(self) -> Value:
        return np.asarray(np.inf)

    def fraction(self) -> Value:
        return self.group() / self.group()

    def root(self) -> Value:
        return np.sqrt(self.group())

    def call(self, function: Callable[..., Value]) -> Value:
        if self.next != r"\left":
            return function(self.base())
        self.take(r"\left")
        self.take("(")
        arguments = [self.sum()]
        while self.next == ",":
            self.take(",")
            arguments.append(self.sum())
        self.take(r"\right")
        self.take(")")
        return np.asarray(function(*arguments))

    def fenced(self) -> Value:
        opening = self.take("(", r"\lvert", r"\lVert", r"\lfloor", r"\lceil")
        value = self.sum()
        self.take(r"\right")
        self.take(")", r"\rvert", r"\rVert", r"\rfloor", r"\rceil")
        function = {r"\lvert": np.abs, r"\lfloor": np.floor, r"\lceil": np.ceil}.get(opening)
        return np.asarray(function(value)) if function else value


def read_latex(text: str, names: Mapping[str, Value] | None = None) -> Value:
    """Return the value of a formula, given those of its names."""
    with np.errstate(all="ignore"):
        return Reader(text, names or {}).read()
