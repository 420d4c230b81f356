"""Finished pieces of a page, put aside while its block structure is worked out.

A formula, a link or an embed is translated first and stands in the text as a mark of two noncharacters, so that no
block parser reads a table cell's `|` or a list's `-` in it. `Pieces.restore` puts it back where it landed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# Noncharacters: no text carries them, and `clean` replaces them in one that does.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
# Python-Markdown keeps marks of its own between two control characters, and strikes those of a text out beforehand:
# what stood behind them would begin a line.
_CLEAN = {ord(_OPEN): "\ufffd", ord(_CLOSE): "\ufffd", 2: "\u200b", 3: "\u200b"}
_UNCLEAN = re.compile("[\x02\x03\ufdd0\ufdd1]")
# A formula in a link in a highlight: pieces stand in pieces, but no deeper than this.
_NESTING = 4


def clean(text: str) -> str:
    """Return a text of the same length without the characters that marks are made of."""
    return text.translate(_CLEAN) if _UNCLEAN.search(text) else text


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished piece of Markdown: in running text, in a table's cell, and whether it is a block of its own."""

    text: str
    cell: str
    block: bool = False


@dataclass(slots=True)
class Pieces:
    """The pieces put aside so far, in order."""

    _kept: list[Piece] = field(default_factory=list)

    def keep(self, text: str, cell: str | None = None, *, block: bool = False) -> str:
        """Put a piece aside and return its mark."""
        self._kept.append(Piece(text, text if cell is None else cell, block))
        return f"{_OPEN}{len(self._kept) - 1}{_CLOSE}"

    def restore(self, text: str, *, cell: bool = False) -> str:
        """Return the text with its marks replaced, in nested pieces too."""
        for _ in range(_NESTING):
            if _OPEN not in text:
                break
            text = _MARK.sub(lambda mark: self._shown(mark, cell=cell), text)
        return text

    def holds(self, text: str) -> bool:
        """Tell whether a text holds a mark."""
        return _MARK.search(text) is not None

    def without_empty(self, text: str) -> str:
        """Return the text without the marks of pieces that show nothing: a comment, a definition."""
        return _MARK.sub(lambda mark: mark[0] if self._kept[int(mark[1])].text else "", text)

    def blocks(self, text: str) -> list[tuple[str, bool]]:
        """Split a paragraph at its block pieces: each part, and whether it is such a block, put back."""
        parts: list[tuple[str, bool]] = []
        at = 0
        for mark in _MARK.finditer(text):
            piece = self._kept[int(mark[1])]
            if piece.block:
                parts += [(text[at : mark.start()], False), (self.restore(piece.text), True)]
                at = mark.end()
        parts.append((text[at:], False))
        return [(part, block) for part, block in parts if part.strip()]

    def _shown(self, mark: re.Match[str], *, cell: bool) -> str:
        piece = self._kept[int(mark[1])]
        return piece.cell if cell else piece.text
