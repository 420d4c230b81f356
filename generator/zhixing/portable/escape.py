"""Text made safe for the place in portable Markdown where it lands."""

from __future__ import annotations

import re
from html import escape as escape_html

from zhixing.portable.pieces import clean

_MARKUP = re.compile(r"([\\`*_\[\]{}#~|!])")
# What Python-Markdown would read in running text and Obsidian does not: attribute lists, dollars of no formula.
_PROSE = re.compile(r"\\([^\sA-Za-z0-9\u0080-\U0010ffff])|([{}$]|<(?=[A-Za-z/!?]))", re.ASCII)
_BRACKET = re.compile(r"\\?\[")
_MAX_SEARCH = 2_000_000
# The backslash escapes that every Markdown parser knows.
_COMMON = frozenset("\\`*_{}[]()>#+-.!|~$")


def plain(text: str) -> str:
    """Return Markdown that shows `text` as it is, on one line."""
    return _MARKUP.sub(r"\\\1", escape_html(" ".join(clean(text).split()), quote=False))


def attribute(text: str) -> str:
    """Return `text` for an attribute in double quotes."""
    return escape_html(" ".join(clean(text).split()), quote=True)


def prose(text: str) -> str:
    """Return running text that is already Markdown, without what only Python-Markdown would read in it."""
    return _PROSE.sub(_escaped, text)


def bounded(text: str) -> str:
    """Return a block's text so that looking for the end of every bracket in it stays cheap.

    Python-Markdown looks through the rest of the block for each; where that is too much, no bracket opens a link.
    """
    return _BRACKET.sub(r"\\[", text) if text.count("[") * len(text) > _MAX_SEARCH else text


def _escaped(match: re.Match[str]) -> str:
    if match[1]:
        return match[0] if match[1] in _COMMON else f"&#{ord(match[1])};"
    return "&lt;" if match[2] == "<" else f"\\{match[2]}"
