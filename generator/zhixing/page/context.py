"""What the reading of one page shares with the notes embedded in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from zhixing.compose import Results
from zhixing.page.checked import Examples
from zhixing.page.public import Private
from zhixing.page.tags import Tags
from zhixing.page.tree import Block, Footnote, Inline, Paragraph
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# Quotes, lists and embeds nest at most so deep.
MAX_NESTED = 100
# So many cells of tables, and items of lists, the bases embedded in a page show together.
MAX_CELLS = 20_000


class ShowBase(Protocol):
    """Shows bases in notes. Each knows the note that it stands in as `this`."""

    def show_block(self, note: Note, text: str) -> tuple[Block, ...]:
        """Return what a block of code shows that holds a base."""

    def show_view(self, note: Note, path: PurePosixPath, name: str) -> tuple[Block, ...] | None:
        """Return what an embed of a file shows: its view of that name, without a name its first; None for no base."""


@dataclass(slots=True)
class Page:
    """The page that is being read: `note` is its note, `results` what the vault's examples and lists show.

    `examples` says what backs numbers of prose, and where examples stand.

    `private` is what may not be named, `left` what further embeds on it may cost. `tags` are those that have pages.
    `terms` reads lists of definitions, which Obsidian does not know. `bases` shows bases, which only a
    site does; those embedded in the page may show so many further `cells`.
    `has_footnotes` says that a footnote is defined in a place of its own.
    """

    vault: Vault
    note: Note
    results: Results
    examples: Examples
    private: Private
    left: int
    tags: Tags | None = None
    terms: bool = False
    bases: ShowBase | None = None
    cells: int = MAX_CELLS
    footnotes: dict[str, Footnote] = field(default_factory=dict)
    inline_notes: int = 0
    has_footnotes: bool = False
    embeds: int = 0

    def new_label(self) -> str:
        """Return a label for a footnote that stands in a line; labels of notes hold no colon."""
        self.inline_notes += 1
        return f"inline-{self.inline_notes}"

    def note_inline(self, label: str, span: Span, text: tuple[Inline, ...]) -> None:
        """Add the footnote that stands in a line."""
        self.footnotes[label] = Footnote(span, label, (Paragraph(span, text),))


@dataclass(frozen=True, slots=True)
class EmbedScope:
    """A note being read onto a page: the page's own, or the `number`-th embedded in it.

    `chain` holds the path and anchor of each note on the way here, so that no note embeds itself for ever; `depth` is
    how many blocks it stands in. What a result shows is read like a note, but `declares` nothing.
    """

    page: Page
    note: Note
    number: int = 0
    chain: tuple[tuple[PurePosixPath, str], ...] = ()
    declares: bool = True
    depth: int = 0

    @property
    def embedded(self) -> bool:
        """Whether the note stands on another note's page."""
        return self.number > 0

    def label(self, written: str) -> str:
        """Return the label of a footnote on the page, where embedded notes may use the same ones."""
        return f"{self.number}-{written}" if self.embedded else written
