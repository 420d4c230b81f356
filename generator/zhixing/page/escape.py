"""Text made safe for the place in portable Markdown where it lands."""

from __future__ import annotations

import re
from html import escape as escape_html

from zhixing.page.pieces import clean

_MARKUP = re.compile(r"([\\`*_\[\]{}#~|!$])")
_BRACKET = re.compile(r"\\?\[")
_MAX_SEARCH = 2_000_000
# What Python-Markdown takes out of a text one by one, copying the text each time.
_TAKEN_OUT = re.compile(r"[\\`*_\[\]!<&~^=$]")
_MAX_COPIED = 2_000_000_000
# What a Markdown parser would read between the tags of a block of HTML.
_IN_HTML = re.compile(r"[\\`*_\[\]{}#~|!$=+>-]")


def plain(text: str) -> str:
    """Return Markdown that shows `text` as it is, on one line."""
    return _MARKUP.sub(r"\\\1", escape_html(" ".join(clean(text).split()), quote=False))


def attribute(text: str) -> str:
    """Return `text` for an attribute in double quotes."""
    return escape_html(" ".join(clean(text).split()), quote=True)


def tag(html: str) -> str:
    """Return a tag on one line, with nothing in its attributes that a Markdown parser reads before it reads tags."""
    return re.sub(r"[\\`\[\]$]", _reference, " ".join(html.split()))


def html_text(text: str) -> str:
    """Return the text between tags of a block of HTML, in which CommonMark reads no Markdown, so that nobody does."""
    return _IN_HTML.sub(_reference, text)


def bounded(text: str) -> str:
    """Return a block's text so that looking for the end of every bracket in it stays cheap.

    Python-Markdown looks through the rest of the block for each; where that is too much, no bracket opens a link.
    """
    return _BRACKET.sub(r"\\[", text) if text.count("[") * len(text) > _MAX_SEARCH else text


def affordable(text: str) -> str:
    """Return finished running text, as its source in code where showing it would take many seconds."""
    if len(_TAKEN_OUT.findall(text)) * len(text) <= _MAX_COPIED:
        return text
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {' '.join(text.split())} {fence}"


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"
