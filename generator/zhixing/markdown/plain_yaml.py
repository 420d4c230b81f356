"""YAML as most frontmatter has it: keys with a text or a list of texts in their line, or with such a list below.

The YAML parser takes eight times as long for these as patterns do. What is read here has one meaning to every reader of
YAML; anything else (`#`, escapes, brackets in brackets, anchors, blank lines) is left to `yaml.read_yaml`.
"""

from __future__ import annotations

import re

from zhixing.markdown.yaml import FRONTMATTER, Mapping, Node, Scalar, Sequence
from zhixing.source import Span

# Characters beyond ASCII that mean something to YAML, or that a reader may take for the end of a line. A text with one
# of them is left to the parser, so that the patterns name ASCII alone: Python takes long to compile large ranges.
_STRANGE = re.compile(r"[\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_IN_QUOTES = r"[^\x00-\x1f\"\\]"
_IN_APOSTROPHES = r"[^\x00-\x1f']"
_IN_PLAIN = r"[^\x00-\x1f#:]"
_IN_BRACKETS = r"[^\x00-\x1f#:,\[\]{}]"
_FIRST = r"[^\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"
_QUOTED = rf"\"{_IN_QUOTES}*\"|'{_IN_APOSTROPHES}*'"
_TEXT = rf"(?:{_QUOTED}|{_FIRST}(?:(?>{_IN_PLAIN}|:(?=[\w/])))*+(?<! ))"
_LISTED = rf"(?:{_QUOTED}|{_FIRST}{_IN_BRACKETS}*+(?<! ))"
_END = r"\r?\n"
_ENTRY = re.compile(
    rf"([^\W\d_][\w-]{{0,60}}):"
    rf"(?: ({_TEXT}){_END}| (\[(?:{_LISTED}(?:(?>, ?{_LISTED}))*+)?\]){_END}"
    rf"|{_END}(?:( +)- {_TEXT}{_END}(?:(?>\4- {_TEXT}{_END}))*+)?)"
)
_ITEM = re.compile(rf" +- ({_TEXT}){_END}")
_IN_LIST = re.compile(rf"({_LISTED})")


def read_plain_yaml(text: str, content: Span) -> Mapping | None:
    """Return the tree that `yaml.read_yaml` reads in a part of a note; None where it is empty or not that plain."""
    if _STRANGE.search(text, content.start, content.end):
        return None
    items: dict[str, tuple[Scalar, Node]] = {}
    at = content.start
    while at < content.end:
        found = _ENTRY.match(text, at, content.end)
        if found is None or found[1] in items:
            return None
        items[found[1]] = Scalar(found[1], Span(at, found.end(1))), _read_value(found)
        at = found.end()
    if not items or at - content.start > FRONTMATTER.length:
        return None
    return Mapping(tuple(items.values()), content)


def _read_value(found: re.Match[str]) -> Node:
    """Return what stands behind a key."""
    text, (begin, end) = found.string, found.span(3)
    if found[2] is not None:
        return _read_text(found, 2)
    if begin >= 0:
        listed = _IN_LIST.finditer(text, begin + 1, end - 1)
        return Sequence(tuple(_read_text(item, 1, flow=True) for item in listed), Span(begin, end))
    if found[4] is None:
        behind = found.end(1) + 1
        return Scalar("", Span(behind, behind))
    items = _ITEM.finditer(text, found.start(4), found.end())
    return Sequence(tuple(_read_text(item, 1) for item in items), Span(found.end(4), found.end()))


def _read_text(found: re.Match[str], group: int, *, flow: bool = False) -> Scalar:
    written, span = found[group], Span(*found.span(group))
    quoted = written[0] in "\"'"
    return Scalar(written[1:-1] if quoted else written, span, quoted, flow=flow)
