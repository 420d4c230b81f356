r"""Escaping of a text for a Markdown table's cell. (Jinja escapes SVG; LaTeX is escaped where it is printed.)

A label may be anything: `<BOS>`, `a|b`, `[[x]]`, `$`. Character references are used in Markdown rather than
backslashes, because CommonMark, Obsidian and Python-Markdown with its extensions agree on them, and on no list of
escapable characters.
"""

from __future__ import annotations

import re

_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_SPECIAL = re.compile(
    r"""
    (?<![^\W_])_ | _(?![^\W_])            # an underscore inside a word is no emphasis: W_q stays readable
    | [\\`*\[|<>&${~] | \](?=[(\[:])
    | =(?==) | (?<==)= | %(?=%) | (?<=%)%
    | (?<!\S)[\#^]                        # a tag, a block id
    | :(?=//)                             # a bare address would become a link
    | ^\ + | (?<=\ )\ | \ +$ | [^\S ]     # spaces that Markdown would trim or fold
    """,
    re.VERBOSE,
)
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u2028\u2029]")


def replace_controls(text: str) -> str:
    """Return text with control characters as their pictures (`␊`) or `�`: neither Markdown nor XML can carry them."""
    return _CONTROL.sub(lambda found: _picture(found[0]), text)


def _picture(character: str) -> str:
    code = ord(character)
    if code == 0x7F:
        return "␡"
    return chr(0x2400 + code) if code < 0x20 else "�"


def escape_markdown(text: str) -> str:
    """Return Markdown, fit for a table's cell, that shows this text and nothing else."""
    escaped = _SPECIAL.sub(lambda found: _references(found[0]), replace_controls(text))
    # A pair would be a superscript; e^50 is none.
    return escaped.replace("^", "&#94;") if text.count("^") > 1 else escaped


def escape_paragraph(text: str) -> str:
    """Return text as a paragraph of one line that begins no list, heading, rule or quotation."""
    line = escape_markdown(" ".join(text.split()))
    start = re.match(r"(\d*)([^\w&\s])", line)
    return f"{start[1]}{_references(start[2])}{line[start.end() :]}" if start else line


def _references(characters: str) -> str:
    return "".join(_NAMED.get(one, f"&#{ord(one)};") for one in characters)
