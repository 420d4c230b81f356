"""What the translation of one page shares with the notes embedded in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.compose import Results
from zhixing.markdown.links import TokenKind
from zhixing.page.pieces import Pieces
from zhixing.page.tags import Tags
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# A page stops growing here: notes that embed one another twice each would double it with every level.
MAX_EMBEDDED = 500_000
MAX_DEPTH = 8


@dataclass(slots=True)
class Page:
    """The page that is being written: `note` is its note, `results` what the vault's examples and lists show.

    `tags` are those that have pages. `attributes` says that its readers know attribute lists (`{ #anchor }`).
    """

    vault: Vault
    note: Note
    results: Results
    tags: Tags | None = None
    attributes: bool = True
    pieces: Pieces = field(default_factory=Pieces)
    footnotes: list[str] = field(default_factory=list)
    embeds: int = 0
    embedded: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """A note being translated onto a page: the page's own, or the `number`-th embedded in it.

    `chain` holds the path and anchor of each note on the way here, so that no note embeds itself for ever.
    What a result shows is read like a note, but `declares` nothing.
    """

    page: Page
    note: Note
    number: int = 0
    chain: tuple[tuple[PurePosixPath, str], ...] = ()
    declares: bool = True

    @property
    def embedded(self) -> bool:
        """Whether the note stands on another note's page."""
        return self.number > 0

    def noted(self) -> frozenset[str]:
        """Return the labels of the footnotes that the note defines."""
        text = self.note.source.text
        found = (token for token in self.note.tokens if token.kind is TokenKind.FOOTNOTE)
        return frozenset(token.content.of(text) for token in found if text.startswith(":", token.span.end))
