"""Lines of a note, read from left to right in columns: a tab reaches to the next multiple of four."""

from __future__ import annotations

import re

from zhixing.source import Span, make_span

TAB = 4
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Line:
    """One line and how far it has been read.

    `start` and `stop` bound it with its line end, `end` without; `offset` is the next character to read and `column`
    the column it stands in. A tab can be read in part: `offset` then stays on it while `column` moves.
    """

    __slots__ = ("_solid", "column", "end", "offset", "start", "stop", "text")

    def __init__(self, text: str, start: int, stop: int) -> None:
        self.text = text
        self.start = start
        self.stop = stop
        self.end = end = end_of_line(text, start, stop)
        # A byte order mark is no text: what follows it stands at the start of the line.
        self.offset = start + 1 if start == 0 and text.startswith("\ufeff") else start
        self.column = 0
        solid = end > start and text[end - 1] not in " \t"
        self._solid = end if solid else start + len(text[start:end].rstrip(" \t"))

    @property
    def blank(self) -> bool:
        """Whether nothing but spaces and tabs is left."""
        return self.offset >= self._solid

    @property
    def character(self) -> str:
        """The next character, "" at the end of the line."""
        return self.text[self.offset] if self.offset < self.end else ""

    def indent(self, limit: int) -> int:
        """Return the columns of white space from here on, counting no further than `limit`."""
        column, offset = self.column, self.offset
        if offset < self.end and self.text[offset] not in " \t":
            return 0
        while column - self.column < limit and offset < self.end:
            if self.text[offset] == " ":
                column += 1
            elif self.text[offset] == "\t":
                column += TAB - column % TAB
            else:
                break
            offset += 1
        return column - self.column

    def skip(self, width: int) -> None:
        """Read up to `width` columns of white space."""
        goal = self.column + width
        while self.column < goal and self.offset < self.end:
            if self.text[self.offset] == " ":
                self.column += 1
            elif self.text[self.offset] == "\t":
                reach = self.column + TAB - self.column % TAB
                if reach > goal:
                    self.column = goal
                    return
                self.column = reach
            else:
                return
            self.offset += 1

    def read(self, count: int) -> None:
        """Read `count` characters that are no tabs."""
        self.offset += count
        self.column += count


def end_of_line(text: str, start: int, stop: int) -> int:
    """Return where a line ends without its line end."""
    if text[stop - 1] == "\n":
        return stop - 2 if stop - 2 >= start and text[stop - 2] == "\r" else stop - 1
    return stop - 1 if text[stop - 1] == "\r" else stop


# A line ends with LF, CRLF or CR, as in CommonMark (not with U+2028).


def next_line(text: str, start: int) -> int:
    """Return where the line ends that begins at an offset inside the text, its line end included."""
    found = _LINES.match(text, start)
    return found.end() if found else len(text)


def split_lines(text: str, start: int, stop: int) -> tuple[Span, ...]:
    """Return the lines of a part of a text, line ends included."""
    return tuple(map(make_span, map(re.Match.span, _LINES.finditer(text, start, stop))))
