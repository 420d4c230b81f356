"""The page of the notes that changed last, by the date in their properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import PurePosixPath

from zhixing.page.titles import title
from zhixing.page.tree import NOWHERE, Block, Document, Heading, Item, Link, List, Paragraph, Place, Text
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault, same_file

MOST = 50


def recent_place(taken: Iterable[str]) -> PurePosixPath:
    """Return the first of `recent.md`, `recent-2.md`, … whose place nothing of the vault has."""
    first = {same_file(path.partition("/")[0]) for path in taken}
    names = ("recent", *(f"recent-{number}" for number in range(2, len(first) + 3)))
    return next(PurePosixPath(f"{name}.md") for name in names if not {name, f"{name}.md"} & first)


def find_recent(vault: Vault, is_on_site: Callable[[Note], bool]) -> list[Note]:
    """Return the notes with a date, the last first."""
    dated = (note for note in vault.notes.values() if note.date and is_on_site(note))
    return sorted(dated, key=lambda note: note.date, reverse=True)[:MOST]


def recent_page(vault: Vault, path: PurePosixPath, is_on_site: Callable[[Note], bool]) -> Document | None:
    """Return the page of the last changes, date by date, None where no note has one."""
    notes = find_recent(vault, is_on_site)
    if not notes:
        return None
    blocks: list[Block] = [Heading(NOWHERE, 1, "", (Text(NOWHERE, vault.wording.recent),))]
    for number, (date, dated) in enumerate(groupby(notes, key=lambda note: note.date), 1):
        blocks += [Heading(NOWHERE, 2, f"date-{number}", (Text(NOWHERE, date),)), _list_of(dated)]
    return Document(path, tuple(blocks), wording=vault.wording)


def _list_of(notes: Iterable[Note]) -> List:
    links = (Link(NOWHERE, Place(note.path), (Text(NOWHERE, title(note)),)) for note in notes)
    return List(NOWHERE, tuple(Item(NOWHERE, (Paragraph(NOWHERE, (link,)),)) for link in links))
