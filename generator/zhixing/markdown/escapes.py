"""Backslash escapes and character references: the two ways in which Markdown writes a character that is no markup."""

from __future__ import annotations

import re
from html import unescape as read_number
from html.entities import html5

# ASCII punctuation, inside a pattern's brackets: what a backslash escapes.
PUNCTUATION = r"!-/:-@\[-`{-~"
ESCAPE = rf"\\[{PUNCTUATION}]"
ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_WRITTEN = re.compile(rf"{ESCAPE}|{ENTITY}")


def unescape(text: str) -> str:
    r"""Return what a reader sees of running text: `\*` as `*`, `&lt;` as `<`. Names that HTML does not know stay."""
    return _WRITTEN.sub(_character, text) if "\\" in text or "&" in text else text


def _character(found: re.Match[str]) -> str:
    written = found[0]
    if written[0] == "\\":
        return written[1]
    return read_number(written) if written[1] == "#" else html5.get(written[1:], written)
