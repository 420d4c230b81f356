"""What YAML's own messages mean to somebody who writes a note, and in Chinese."""

from __future__ import annotations

import re

import yaml

_WIDE = re.compile(r"[ \t]*(?:- )?[^\s:'\"#\[{：]+(：)")
_MEANINGS = (
    (
        "mapping values are not allowed",
        "A second colon stands in this value",
        "Put it in quotes, or line this key up with those above",
    ),
    (
        "expected ',' or",
        "A bracket is not closed, or a comma is missing",
        "Close the [ ] or { }, part values by commas",
    ),
    (
        "expected node content",
        "A value is missing, or a bracket is not closed",
        "Give the value, and close [ ] and { }",
    ),
    ("could not find expected ':'", "A key has no colon", "Write “key: value”, with a space behind the colon"),
    ("cannot start any token", "A value cannot begin with this character", "Put the value in quotes"),
    ("a tab character", "A tab stands where YAML allows only spaces", "Indent with spaces"),
    ("unexpected end of stream", "A quote is never closed", "Close it, or put the value in the other quotes"),
    ("unknown escape character", "A backslash in double quotes is an escape", "Use single quotes"),
    ("expected <document start>", "A second YAML document begins here", "Declare each example in its own block"),
    ("found another document", "A second YAML document begins here", "Declare each example in its own block"),
    ("block sequence entries are not allowed", "A list begins where none can", "Begin it on a line of its own"),
    (
        "did not find expected key",
        "This line is indented like no line above it",
        "Line it up with the keys it belongs to",
    ),
    ("expected <block end>", "This line is indented like no line above it", "Line it up with the keys it belongs to"),
    ("expected '-' indicator", "This line is indented like the list above it", "Begin it with “- ”, or line it up"),
)


WIDE = ("A full-width colon “：” stands where YAML needs “: ”", "Type an ASCII colon and a space")


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str]:
    """Return the index in the text where an error is, what is wrong, and how to mend it."""
    mark = error.problem_mark or error.context_mark
    index = mark.index if mark else 0
    wide = wide_colon(text, index)
    if wide is not None:
        return wide, *WIDE
    if text[index : index + 1] == "[" and re.match(r"\w", text[index - 1 : index]):
        what = "A name with brackets cannot be a key in { }"
        return index, what, "Write each name on a line of its own"
    message = str(error.problem or error.context)
    if "quoted scalar" in str(error.context) and error.context_mark:
        index = error.context_mark.index
    for part, what, mend in _MEANINGS:
        if part in message:
            return index, what, mend
    return index, f"This YAML cannot be read: {message}", "Check the indentation, quotes and brackets before this place"


def wide_colon(text: str, before: int) -> int | None:
    """Return where a full-width colon parts a key from its value, in the line of an error or the last before it."""
    end = text.find("\n", before)
    lines = text[: end if end >= 0 else len(text)].split("\n")
    start = sum(len(line) + 1 for line in lines)
    for tried, line in enumerate(reversed([line for line in lines if line.strip()])):
        start = text.rindex(line, 0, start)
        if match := _WIDE.match(line):
            return start + match.start(1)
        if tried:
            break
    return None
