"""HTML as an author writes it, before it is cleaned: what a piece of it leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhixing.markdown.raw_text import COMMENT, find_swallowing

# A tag with quoted attributes, in linear time: every character is matched by exactly one alternative.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>""")
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def without_comments(html: str, closed_later: Mapping[str, int]) -> str:
    """Return a block of HTML without its comments; tags that would swallow the page are text."""
    shown = COMMENT.sub("", html)
    for offset in reversed(find_swallowing(shown, closed_later)):
        shown = f"{shown[:offset]}&lt;{shown[offset + 1 :]}"
    return shown


def closing_tags(html: str) -> list[str]:
    """Return the tags that close what a piece of HTML leaves open, innermost first."""
    return [f"</{name}>" for name, _ in reversed(_open_tags(html))]


def _open_tags(html: str) -> list[tuple[str, int]]:
    stack: list[tuple[str, int]] = []
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if tag[1]:
            while stack and stack[-1][0] != name and any(one == name for one, _ in stack[-20:]):
                stack.pop()
            if stack and stack[-1][0] == name:
                stack.pop()
        elif name not in _VOID and not tag[3].endswith("/"):
            stack.append((name, tag.start()))
    return stack


def marked_open(html: str) -> str:
    """Return a block of HTML whose open elements say that Markdown follows in them.

    CommonMark ends a block of HTML at a blank line; what follows until the closing tag is Markdown again.
    Python-Markdown wants it said.
    """
    opened = {start for _, start in _open_tags(html)}
    return _TAG.sub(lambda tag: _marked(tag) if tag.start() in opened else tag[0], html)


def _marked(tag: re.Match[str]) -> str:
    return tag[0] if "markdown" in tag[3] else f'<{tag[2]}{tag[3]} markdown="1">'
