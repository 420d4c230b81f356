"""How CommonMark's blocks begin and end, each a pattern for the rest of a line."""

from __future__ import annotations

import re

from zhixing.markdown.lines import Line

HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.DOTALL)
FENCE_END = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*$")
MARKER = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)")
ENDS_IN_ITEM = re.compile(r"(?:[-+*]|[0-9]+[.)])\s*$")

_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|"
    "track|ul"
)
# Possessive quantifiers keep a hostile tag from being tried in more than one way.
_SPACE = r"[ \t\r\n]"
_VALUE = r"""(?:[^\s"'=<>`]++|'[^']*+'|"[^"]*+")"""
_ATTRIBUTE = rf"(?:{_SPACE}++[A-Za-z_:][\w.:-]*+(?:(?>{_SPACE}*+={_SPACE}*+{_VALUE}))?+)"
TAG = rf"<(?:[A-Za-z][A-Za-z0-9-]*+(?:(?>{_ATTRIBUTE}))*+{_SPACE}*+/?>|/[A-Za-z][A-Za-z0-9-]*+{_SPACE}*+>)"

BLANK = re.compile(r"[ \t]*$")
# (opens, ends, can interrupt a paragraph); BLANK is a line after the block, the others end the line they stand in.
_HTML = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?=[ \t>]|$)", re.IGNORECASE),
        re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE),
        True,
    ),
    (re.compile(r"<!--"), re.compile(r"-->"), True),
    (re.compile(r"<\?"), re.compile(r"\?>"), True),
    (re.compile(r"<![A-Za-z]"), re.compile(r">"), True),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>"), True),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?=[ \t>]|/>|$)", re.IGNORECASE), BLANK, True),
    (re.compile(rf"{TAG}[ \t]*$"), BLANK, False),
)


def match(pattern: re.Pattern[str], line: Line) -> re.Match[str] | None:
    """Match the rest of a line, its line end left out."""
    return pattern.match(line.text, line.offset, line.end)


def html_block(line: Line, *, interrupts: bool) -> re.Pattern[str] | None:
    """Return the pattern that ends the HTML block that begins here, None if none does or may."""
    if line.character != "<":
        return None
    for opens, ends, may_interrupt in _HTML:
        if (may_interrupt or not interrupts) and match(opens, line):
            return ends
    return None


def fence(line: Line) -> tuple[str, str] | None:
    """Return the fence that opens here and its info string: ("```", "yaml example")."""
    found = match(FENCE, line) if line.character in ("`", "~") else None
    if found is None:
        return None
    return (found[1], found[2].strip()) if found[1] else (found[3], found[4].strip())


def closes(line: Line, opened: str) -> bool:
    """Return whether the rest of a line closes the fence `opened`."""
    found = match(FENCE_END, line)
    return found is not None and found[1][0] == opened[0] and len(found[1]) >= len(opened)


def marker(line: Line, *, interrupts: bool) -> int:
    """Return the length of the list marker that stands here, 0 for none.

    Only an item with text, and only number 1, may interrupt a paragraph; else "in\\n2024. we" would become a list.
    """
    found = match(MARKER, line)
    if found is None or match(RULE, line):
        return 0
    empty = not line.text[found.end() : line.end].strip(" \t")
    if interrupts and (empty or (found[1] is not None and int(found[1]) != 1)):
        return 0
    return found.end() - found.start()


def heading(line: str, start: int, end: int) -> tuple[int, int, int] | None:
    """Return the level of a heading and the offsets of its text, closing `#` left out; None where there is none.

    The line is that of a text from `start` on, up to its line end.
    """
    found = HEADING.match(line, start, end)
    if found is None:
        return None
    text = line[found.end() : end].rstrip(" \t")
    bare = text.rstrip("#")
    if not bare or bare[-1] in " \t":
        text = bare.rstrip(" \t")
    return len(found[1]), found.end(), found.end() + len(text)
