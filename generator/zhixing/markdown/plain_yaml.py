"""YAML as most frontmatter has it: keys with a text in their line, or with a list of such texts below.

The YAML parser takes ten times as long for these as patterns do. What is read here has one meaning to every reader of
YAML; anything else (`#`, escapes, brackets around values, anchors, blank lines) is left to `yaml.read_yaml`.
"""

from __future__ import annotations

import re

from zhixing.markdown.yaml import FRONTMATTER, Mapping, Node, Scalar, Sequence
from zhixing.source import Span

# Characters that mean nothing to YAML and that no reader takes for the end of a line.
_WIDE = r"\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_IN_QUOTES = rf"\x20\x21\x23-\x5b\x5d-\x7e{_WIDE}"  # without " and \
_IN_APOSTROPHES = rf"\x20-\x26\x28-\x7e{_WIDE}"  # without '
_IN_PLAIN = rf"\x20-\x22\x24-\x39\x3b-\x7e{_WIDE}"  # without # and :
_TEXT = (
    rf'(?:"[{_IN_QUOTES}]*"|'
    rf"'[{_IN_APOSTROPHES}]*'|"
    rf"[A-Za-z0-9_{_WIDE}](?:(?>[{_IN_PLAIN}]|:(?=[\w/])))*+(?<! ))"
)
_END = r"\r?\n"
_ENTRY = re.compile(
    rf"([^\W\d_][\w-]{{0,60}}):(?: ({_TEXT}){_END}|{_END}(?:( +)- {_TEXT}{_END}(?:(?>\3- {_TEXT}{_END}))*+)?)"
)
_ITEM = re.compile(rf" +- ({_TEXT}){_END}")


def read_plain_yaml(text: str, content: Span) -> Mapping | None:
    """Return the tree that `yaml.read_yaml` reads in a part of a note; None where it is empty or not that plain."""
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
    if found[2] is not None:
        return _read_text(found, 2)
    if found[3] is None:
        behind = found.end(1) + 1
        return Scalar("", Span(behind, behind))
    begin, end = found.start(3), found.end()
    return Sequence(
        tuple(_read_text(item, 1) for item in _ITEM.finditer(found.string, begin, end)),
        Span(found.end(3), end),
    )


def _read_text(found: re.Match[str], group: int) -> Scalar:
    written, span = found[group], Span(*found.span(group))
    if written[0] in "\"'":
        return Scalar(written[1:-1], span, quoted=True)
    return Scalar(written, span)
