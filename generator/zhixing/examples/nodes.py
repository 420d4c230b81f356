"""What YAML holds, as it was typed: scalars, lists and mappings, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

from zhixing.source import Span

_HEX = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as typed. `quoted` tells `"00"` from `00`; `block` marks the `|` and `>` styles,
    `flow` what stands in [ ] or { }, where YAML splits at commas.

    `span` covers the quotes too. `places` holds the offset of each character of `text` where YAML made the text of
    what stands there (folded lines, escapes); it is empty where the text stands as it is.
    """

    text: str
    span: Span
    quoted: bool = False
    block: bool = False
    flow: bool = False
    places: tuple[int, ...] = ()

    @property
    def inner(self) -> Span:
        """The place of the text, without quotes."""
        return Span(self.span.start + self.quoted, self.span.end - self.quoted)

    def offset(self, index: int) -> int:
        """Return where a character of the text stands in the note."""
        if not self.text:
            return self.span.start
        last = min(index, len(self.text) - 1)
        return self.places[last] if self.places else self.inner.start + last

    def part(self, start: int, end: int) -> Span:
        """Return where `text[start:end]` stands in the note."""
        return Span(self.offset(start), self.offset(end - 1) + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their nodes, in the order written."""

    items: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for key, node in self.items if key.text == name), None)


Node = Scalar | Sequence | Mapping


def places_of(typed: str, text: str, start: int, *, quote: str) -> tuple[int, ...]:
    """Return where each character of a scalar's text stands, `typed` being what stands from `start` on.

    YAML folds lines, drops indentation and reads escapes; every other character of the text stands there in order.
    """
    if typed.startswith(text):
        return ()
    places: list[int] = []
    at = 0
    for character in text:
        if not character.isspace():
            at = _skip_space(typed, at, quote)
        places.append(start + min(at, len(typed) - 1))
        if not character.isspace() or typed[at : at + 1] in (character, "\\" if quote == '"' else character):
            at += _width(typed, at, quote)
    return tuple(places)


def _skip_space(typed: str, at: int, quote: str) -> int:
    """Pass over white space, and over the backslash that folds a line in double quotes."""
    while at < len(typed):
        folds = quote == '"' and typed[at] == "\\" and typed[at + 1 : at + 2] in ("\r", "\n")
        if not typed[at].isspace() and not folds:
            break
        at += 1
    return at


def _width(typed: str, at: int, quote: str) -> int:
    """Return how many characters stand for one: two or more in an escape."""
    if quote == "'" and typed.startswith("''", at):
        return 2
    if quote == '"' and typed[at : at + 1] == "\\":
        return 2 + _HEX.get(typed[at + 1 : at + 2], 0)
    return 1
