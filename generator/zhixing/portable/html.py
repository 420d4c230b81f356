"""Blocks of raw HTML, whose insides CommonMark reads as Markdown after a blank line and Python-Markdown does not."""

from __future__ import annotations

import re

# A tag with quoted attributes, in linear time: every character is matched by exactly one alternative.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^"'<>]|"[^"<]*"|'[^'<]*')*)>""")
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def open_for_markdown(html: str) -> str:
    """Return a block of HTML in which every element that it leaves open is marked `markdown="1"`.

    CommonMark ends a block of HTML at a blank line; what follows until the closing tag is Markdown again.
    """
    unclosed = _left_open(html)
    return _TAG.sub(lambda tag: _marked(tag) if tag.start() in unclosed else tag[0], html)


def _left_open(html: str) -> set[int]:
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
    return {start for _, start in stack}


def _marked(tag: re.Match[str]) -> str:
    return tag[0] if "markdown" in tag[3] else f'<{tag[2]}{tag[3]} markdown="1">'
