"""The headings and blocks of one note, to be found as Obsidian finds them."""

from __future__ import annotations

from functools import cached_property

from zhixing.source import Span
from zhixing.text.anchors import heading_key
from zhixing.vault.near import Near
from zhixing.vault.note import Note
from zhixing.vault.parts import Block, Heading

# Of so many headings of one name, a chain of headings finds its own; a note has not that many in earnest.
_TRIED = 200


class Places:
    """The places of a note by their folded names."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self._blocks = {block.id.lower(): block for block in note.blocks}
        self._slugs = {heading.slug: heading for heading in note.headings}
        self._ends = {heading.span.start: len(note.source.text) for heading in note.headings}
        self._keys: dict[str, list[int]] = {}
        self._parents: list[int] = []
        above: list[int] = []
        for number, heading in enumerate(note.headings):
            while above and note.headings[above[-1]].level >= heading.level:
                self._ends[note.headings[above.pop()].span.start] = heading.span.start
            self._parents.append(above[-1] if above else -1)
            above.append(number)
            for key in _keys(heading):
                self._keys.setdefault(key, []).append(number)

    def block(self, name: str) -> Block | None:
        """Return the block of an id."""
        return self._blocks.get(name.lower())

    def heading(self, names: tuple[str, ...]) -> Heading | None:
        """Return the first heading of the last name that stands, at any depth, below headings of the names before."""
        *above, last = (heading_key(name) for name in names)
        for number in self._keys.get(last, [])[:_TRIED]:
            if self._below(number, above):
                return self.note.headings[number]
        return None

    def slug(self, name: str) -> Heading | None:
        """Return the heading of an anchor, as Markdown links outside Obsidian name them."""
        return self._slugs.get(name)

    def section(self, heading: Heading) -> Span:
        """Return a heading's section: from the heading to the next one of its level or above."""
        return Span(heading.span.start, self._ends[heading.span.start])

    def _below(self, number: int, names: list[str]) -> bool:
        wanted = list(names)
        above = self._parents[number]
        while wanted and above >= 0:
            if wanted[-1] in _keys(self.note.headings[above]):
                wanted.pop()
            above = self._parents[above]
        return not wanted

    @cached_property
    def near_headings(self) -> Near:
        """The texts of the headings."""
        return Near(heading.text for heading in self.note.headings)

    @cached_property
    def near_blocks(self) -> Near:
        """The ids of the blocks."""
        return Near(block.id for block in self.note.blocks)


def _keys(heading: Heading) -> set[str]:
    """Return what a link may call a heading: Obsidian compares it as written, a reader goes by what is shown."""
    return {heading_key(heading.raw), heading_key(heading.text)}
