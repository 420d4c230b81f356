"""Running text between tokens: emphasis so that every parser sees it, the rest so that none reads into it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence

from zhixing.markdown.blocks import DEPTH, Region
from zhixing.markdown.emphasis import Emphasis, emphasis
from zhixing.markdown.inline import Token, body_of
from zhixing.source import Span

# What Python-Markdown, or CommonMark, would read in running text where Obsidian reads nothing.
_SPECIAL = re.compile(r"\\([!-/:-@\[-`{-~])|([{}$`*_~\]]|<(?=[A-Za-z/!?])|&(?=#[0-9]{8}))")
# Up to what makes a line the start of a quote or an item.
_MARKER = re.compile(r"[ \t]*+(?:(?=[>+*-])|[0-9]+(?=[.)]))")
# Code to a parser that ends a table there; a line of running text to us.
_CODE = re.compile(r"(?: {4}| {0,3}\t)[ \t]*+")
# The backslash escapes that every Markdown parser knows.
_COMMON = frozenset("\\`*_{}[]()>#+-.!|~$")
_ENTITIES = {"<": "&lt;", "&": "&amp;"}


class Prose:
    """Writes the running text of one note. `enter` a region, then write parts of it.

    `keep` puts a finished piece aside, so that no parser looks into it.
    """

    def __init__(self, text: str, keep: Callable[[str], str]) -> None:
        self.text = text
        self.keep = keep
        self._lines: Sequence[Span] = ()
        self._deep = False
        self._delimiters: dict[int, tuple[int, str]] = {}
        self._places: list[int] = []

    def enter(self, region: Region, tokens: Iterable[Token]) -> None:
        """Read the emphasis of a region, whose `tokens` these are."""
        self._lines = region.lines
        # Containers nested deeper are text to us, so they must be to every parser.
        self._deep = region.depth >= DEPTH
        self._delimiters = self._written(emphasis(*body_of(self.text, region), tokens))
        self._places = sorted(self._delimiters)

    def write(self, start: int, end: int) -> str:
        """Return a part of the region's text that holds no token; the markers of containers stay as they are."""
        parts, at = [], start
        first = max(0, bisect_right(self._lines, start, key=lambda line: line.start) - 1)
        for line in self._lines[first:]:
            if line.start >= end:
                break
            inside = Span(max(start, line.start), min(end, line.end))
            if inside.start < inside.end:
                cut, instead = self._begin(line, inside)
                parts += [self.text[at : inside.start], instead, self._line(Span(cut, inside.end))]
                at = inside.end
        return "".join([*parts, self.text[at:end]])

    def _begin(self, line: Span, inside: Span) -> tuple[int, str]:
        """Return where a line's text begins and what stands before it, so that no parser starts a block there."""
        marker = _MARKER.match(self.text, line.start) if self._deep and inside.start == line.start else None
        if marker:
            return marker.end(), f"{marker[0]}\\"
        code = _CODE.match(self.text, line.start, inside.end) if inside.start == line.start else None
        if not code or line.start == self._lines[0].start:
            return inside.start, ""
        # In front of a bar a mark would be a cell.
        return code.end(), "" if self.text[code.end() : code.end() + 1] == "|" else self.keep("")

    def _line(self, span: Span) -> str:
        parts, at = [], span.start
        for place in self._places[bisect_left(self._places, span.start) : bisect_left(self._places, span.end)]:
            length, written = self._delimiters[place]
            parts += [self._escaped(at, place), written]
            at = place + length
        return "".join([*parts, self._escaped(at, span.end)])

    def _escaped(self, start: int, end: int) -> str:
        return _SPECIAL.sub(lambda found: self._inert(found, start), self.text[start:end])

    def _inert(self, found: re.Match[str], start: int) -> str:
        """Return a character so that no parser reads markup in it, as it is where none would."""
        if found[1]:
            return found[0] if found[1] in _COMMON else f"&#{ord(found[1])};"
        one, at = found[2], start + found.start()
        before, after = self.text[max(at - 1, 0) : at], self.text[at + 1 : at + 2]
        harmless = {
            "*": before == after == " " and bool(self.text[max(at - 2, 0) : at - 1].strip("\n>")),
            "_": _is_word(before) and _is_word(after),
            "~": one not in (before, after),
            "]": after not in ("(", "[", ":"),
        }
        if one == "]" and after == ":":
            return "&#93;"  # Python-Markdown takes `[\\]: a` for a definition
        return one if harmless.get(one) else _ENTITIES.get(one, f"\\{one}")

    def _written(self, pairs: Sequence[Emphasis]) -> dict[int, tuple[int, str]]:
        """Return for each delimiter its length and what is written for it: itself, or a tag where parsers differ."""
        written = {}
        for number, pair in enumerate(pairs, 1):
            holds = number < len(pairs) and pairs[number].opening.start < pair.closing.start
            plain = not holds and self._stands_alone(pair)
            for span, slash in ((pair.opening, ""), (pair.closing, "/")):
                shown = span.of(self.text) if plain else self.keep(f"<{slash}{pair.kind}>")
                written[span.start] = (span.end - span.start, shown)
        return written

    def _stands_alone(self, pair: Emphasis) -> bool:
        """Tell whether both delimiters are of one kind only, with nothing beside them that a parser might mind."""
        outer = (
            self.text[max(pair.opening.start - 1, 0) : pair.opening.start],
            self.text[pair.closing.end : pair.closing.end + 1],
        )
        inner = self.text[pair.opening.end], self.text[pair.closing.start - 1]
        if {*outer, *inner} & {"*", "_", "~", "\\"}:
            return False
        return pair.kind != "del" or not any(map(_is_word, outer))


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
