"""Quotes (callouts among them) and list items: which go on in the next line, and which begin on it."""

from __future__ import annotations

from zhixing.text import starts
from zhixing.text.lines import Line

# Deeper ones are read as text, so that a note of nothing but `>` stays linear.
DEPTH = 50
CODE_INDENT = 4
_QUOTE = 0


class Containers:
    """The containers that are open, outermost first: `_QUOTE`, or the width that an item's lines are indented by."""

    def __init__(self) -> None:
        self._open: list[int] = []
        self._bare = -1  # the index of an item that began, on the line before, with nothing behind its marker

    def __len__(self) -> int:
        return len(self._open)

    def go_on(self, line: Line) -> int:
        """Read the markers of the open containers; return how many of them the line continues."""
        bare, self._bare = self._bare, -1
        for index, width in enumerate(self._open):
            if width == _QUOTE:
                if not _read_quote(line):
                    return index
            elif line.blank:
                if index == bare:
                    return index
            elif line.indent(width) < width:
                return index
            else:
                line.skip(width)
        return len(self._open)

    def leave(self, depth: int) -> None:
        """Close all but the outer `depth`."""
        del self._open[depth:]

    def begins(self, line: Line, *, interrupts: bool) -> int | None:
        """Read the marker of a container that begins here; return it for `enter`, or None."""
        if line.blank or line.indent(CODE_INDENT) >= CODE_INDENT:
            return None
        return _QUOTE if _read_quote(line) else _read_item(line, interrupts=interrupts)

    def enter(self, width: int, line: Line) -> None:
        """Open a container whose marker has just been read."""
        self._open.append(width)
        self._bare = len(self._open) - 1 if width != _QUOTE and line.blank else -1


def _read_quote(line: Line) -> bool:
    before = line.offset, line.column
    indent = line.indent(CODE_INDENT)
    line.skip(indent)
    if indent >= CODE_INDENT or line.character != ">":
        line.offset, line.column = before
        return False
    line.read(1)
    line.skip(1)
    return True


def _read_item(line: Line, *, interrupts: bool) -> int | None:
    before = line.offset, line.column
    indent = line.indent(CODE_INDENT)
    line.skip(indent)
    length = starts.marker(line, interrupts=interrupts)
    if not length:
        line.offset, line.column = before
        return None
    line.read(length)
    gap = line.indent(CODE_INDENT + 1)
    # What is indented further than four behind the marker is code inside the item.
    gap = gap if 0 < gap <= CODE_INDENT and not line.blank else 1
    line.skip(gap)
    return indent + length + gap
