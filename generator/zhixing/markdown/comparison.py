"""The one normal form in which a generated region is compared, so that editors may realign and respace it."""

from __future__ import annotations

import re

# Chinese, Japanese and Korean characters and punctuation, inside a pattern's brackets.
WIDE = (
    r"\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_RUN = re.compile(r"[ \t]+")
_BETWEEN = re.compile(rf"(?<=[{WIDE}]) (?=[!-~])|(?<=[!-~]) (?=[{WIDE}])")
_DELIMITER = re.compile(r"(?:(?>\|[ \t]*:?-+:?[ \t]*))++\|?")
_DASHES = re.compile(r"-+")
_PIPE = re.compile(r" *(?<!\\)\| *")


def comparison_form(text: str) -> str:
    """Return `text` with LF, table cells trimmed, runs of spaces collapsed and no space between CJK and ASCII.

    Lines are trimmed at the end, blank lines at both ends of the text dropped, a table's delimiter row shortened to
    `---`. `comparison_form(comparison_form(text)) == comparison_form(text)`.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n".join(_line(line) for line in lines).strip("\n")


def _line(line: str) -> str:
    line = _RUN.sub(" ", line).rstrip(" ")
    if line.lstrip().startswith("|"):
        line = _PIPE.sub("|", line.strip())
        if _DELIMITER.fullmatch(line):
            line = _DASHES.sub("---", line)
    return _BETWEEN.sub("", line)
