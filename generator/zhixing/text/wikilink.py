"""Obsidian's wikilinks and embeds, parsed and printed in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wikilink:
    """A wikilink or embed: `![[path#heading#heading#^block|display|WIDTHxHEIGHT]]`.

    `path` is "" for a link into its own note. `size` is (width, height) in pixels of an embedded picture, height 0
    where it is left to the width. `escaped` says that the pipes are written `\\|`, as a table needs.
    """

    path: str
    headings: tuple[str, ...] = ()
    block: str = ""
    display: str = ""
    embed: bool = False
    size: tuple[int, int] | None = None
    escaped: bool = False

    @classmethod
    def parse(cls, raw: str) -> Wikilink | None:
        """Return what `[[…]]` or `![[…]]` says, or None if `raw` is not exactly one wikilink."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Return the wikilink as it is written in a note; `parse` reads it back."""
        raise NotImplementedError
