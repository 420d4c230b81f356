"""Formulas as a line of text, for search results: `softmax((QK^⊤)/(√(d_k)))V`."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from zhixing.show.mathml import FormulaError, mathml

_TOKEN = re.compile(r"<(/?)([a-z]+)[^>]*?(/?)>|([^<]+)")
# These have no reading in one line: what uses them is left out of results.
_GRIDS = frozenset({"mtable", "mmultiscripts"})


@lru_cache(maxsize=20_000)
def formula_text(latex: str) -> str:
    """Return a formula as a line of text; "" where it cannot be read, or is a matrix or several lines."""
    try:
        written = mathml(latex.strip(), display=False)
    except FormulaError:
        return ""
    if any(f"<{name}" in written for name in _GRIDS):
        return ""
    return _linear(written)


@dataclass(slots=True)
class _Element:
    name: str
    children: list[str] = field(default_factory=list)


def _linear(written: str) -> str:
    """Return MathML as text. An element's children are texts by the time it ends."""
    stack = [_Element("")]
    for closing, name, empty, text in _TOKEN.findall(written):
        if text:
            stack[-1].children.append(html.unescape(text).replace("\u2061", ""))
        elif closing:
            done = stack.pop()
            stack[-1].children.append(_WRITERS.get(done.name, "".join)(done.children))
        elif not empty:
            stack.append(_Element(name))
    return " ".join("".join(stack[0].children).split())


def _group(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _pair(mark: str) -> Callable[[list[str]], str]:
    """Return a writer of two children with a mark between them, the second one grouped."""
    return lambda children: f"{children[0]}{mark}{_group(children[1])}"


def _fraction(children: list[str]) -> str:
    return f"{_group(children[0])}/{_group(children[1])}"


def _both(children: list[str]) -> str:
    return f"{children[0]}_{_group(children[1])}^{_group(children[2])}"


_WRITERS: dict[str, Callable[[list[str]], str]] = {
    "mfrac": _fraction,
    "msqrt": lambda children: f"√{_group(''.join(children))}",
    "mroot": lambda children: f"{_group(children[1])}√{_group(children[0])}",
    "msub": _pair("_"),
    "munder": _pair("_"),
    "msup": _pair("^"),
    "msubsup": _both,
    "munderover": _both,
    "mover": lambda children: children[0],
}
