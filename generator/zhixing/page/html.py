"""Blocks of raw HTML, whose insides CommonMark reads as Markdown after a blank line and Python-Markdown does not."""

from __future__ import annotations

import re

from zhixing.page.escape import html_text

# A tag with quoted attributes, in linear time: every character is matched by exactly one alternative.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>""")
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
# What reads its own insides: no Markdown parser looks into these.
_RAW = re.compile(r"<(?:pre|script|style|textarea|[?!])", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:-->|\Z))", re.DOTALL)


def html_block(html: str) -> str:
    """Return a block of HTML in which no parser reads Markdown, and after whose blank line every parser does.

    CommonMark ends a block of HTML at a blank line; what follows until the closing tag is Markdown again. Elements that
    the block leaves open are marked `markdown="1"` for it.
    """
    html = _COMMENT.sub("", html)
    unclosed = {start for _, start in _open_tags(html)}
    raw = _RAW.search(html) is not None
    parts, at = [], 0
    for found in _TAG.finditer(html):
        between = html[at : found.start()]
        parts += [between if raw else html_text(between), _marked(found) if found.start() in unclosed else found[0]]
        at = found.end()
    return "".join([*parts, html[at:] if raw else html_text(html[at:])])


def left_open(html: str) -> list[str]:
    """Return the names of the elements that a piece of HTML leaves open, outermost first."""
    return [name for name, _ in _open_tags(html)]


def _open_tags(html: str) -> list[tuple[str, int]]:
    stack: list[tuple[str, int]] = []
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag[1]:
            while stack and stack[-1][0] != name and any(open_name == name for open_name, _ in stack[-20:]):
                stack.pop()
            if stack and stack[-1][0] == name:
                stack.pop()
        elif name not in _VOID and not tag[3].endswith("/"):
            stack.append((name, tag.start()))
    return stack


def _marked(tag: re.Match[str]) -> str:
    return tag[0] if "markdown" in tag[3] else f'<{tag[2]}{tag[3]} markdown="1">'
