"""The kinds of edits that an author saves. Each leaves a mark on a page, so that it can be waited for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

# The last number in the first line of what an example is given.
_GIVEN = re.compile(r"(?<=^given:\n)(  .*\D)\d+(?=\D*$)", re.MULTILINE)
_TITLE = re.compile(r"^(title: |# ).*$", re.MULTILINE)
_HEADING = re.compile(r"^## .*$", re.MULTILINE)
# For a vault that has none of its own.
EXAMPLE = """
```yaml example
id: 例
axes:
  键: [猫, 狗, 鱼]
given:
  s[键]: [1, 2, 3]
compute:
  w[键]: softmax(s)
show:
  - table: [w]
  - heatmap: w
```
"""


def add_text(text: str, mark: str) -> str:
    """Return a note with a paragraph at its end."""
    return f"{text}\n\n{mark}\n"


def put_text_first(text: str, mark: str) -> str:
    """Return a note with a paragraph before its second heading of level 2, and so before most of its examples."""
    first = _HEADING.search(text)
    head, rest = (text[: first.end()], text[first.end() :]) if first else (text, "")
    return head + _HEADING.sub(lambda found: f"{mark}\n\n{found[0]}", rest, count=1)


def change_number(text: str, mark: str) -> str:
    """Return a note in which a number that an example is given is that of the mark."""
    return _GIVEN.sub(lambda found: f"{found[1]}{re.sub(r'[^0-9]', '', mark)}", add_text(text, mark), count=1)


def change_title(text: str, mark: str) -> str:
    """Return a note with another title."""
    return _TITLE.sub(lambda found: f"{found[0]} {mark}", text, count=1)


def change_heading(text: str, mark: str) -> str:
    """Return a note of which a heading says something else."""
    return _HEADING.sub(lambda found: f"{found[0]} {mark}", text, count=1)


def add_link(text: str, mark: str) -> str:
    """Return a note with one more link to the home page."""
    return f"{text}\n\n见[[index|{mark}]]。\n"


EDITS: dict[str, Callable[[str, str], str]] = {
    "text": add_text,
    "text above": put_text_first,
    "number": change_number,
    "title": change_title,
    "heading": change_heading,
    "link": add_link,
}
KINDS = (*EDITS, "new note", "deleted note")


def save(kind: str, note: Path, text: str, mark: str) -> None:
    """Save an edit of a note with a text; a new note stands beside it, and is the one that is deleted."""
    if kind == "new note":
        note.with_name("新笔记.md").write_text(f"---\ntype: concept\n---\n\n# 新笔记\n\n{mark}\n", encoding="utf-8")
    elif kind == "deleted note":
        note.with_name("新笔记.md").unlink()
    else:
        edited = EDITS[kind](text, mark)
        assert edited.count(mark) == 1, kind
        note.write_text(edited, encoding="utf-8")
