"""The home page of a vault that has none: its folders and notes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from mkdocs.structure.files import Files

from zhixing.markdown.slugs import anchors
from zhixing.page.targets import element_id
from zhixing.page.titles import title
from zhixing.page.tree import NOWHERE, Block, Document, Heading, Item, Link, List, Paragraph, Place, Text
from zhixing.site.files import is_shown
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

PAGE = PurePosixPath("index.md")
MOST_FOLDERS = 100
MOST_NOTES = 20


def has_home(files: Files) -> bool:
    """Return whether something of the vault stands at the site's own address."""
    return any(file.dest_uri == "index.html" and is_shown(file) for file in files)


def home_page(name: str, notes: Iterable[Note], words: Wording) -> Document:
    """Return a page that lists the first notes of each folder at the vault's top, under the site's name."""
    folders: dict[str, list[Note]] = {}
    for note in notes:
        folders.setdefault(note.path.parts[0] if len(note.path.parts) > 1 else "", []).append(note)
    blocks: list[Block] = [Heading(NOWHERE, 1, "", (Text(NOWHERE, name),))]
    blocks += _list(folders.pop("", []))
    kept = [*folders.items()][:MOST_FOLDERS]
    for (folder, inside), slug in zip(kept, anchors([folder for folder, _ in kept]), strict=True):
        blocks.append(Heading(NOWHERE, 2, element_id(slug), (Text(NOWHERE, f"{folder} · {len(inside)}"),)))
        blocks += _list(inside)
    return Document(PAGE, tuple(blocks), wording=words)


def _list(notes: list[Note]) -> list[Block]:
    if not notes:
        return []
    items = [
        Item(NOWHERE, (Paragraph(NOWHERE, (Link(NOWHERE, Place(note.path), (Text(NOWHERE, title(note)),)),)),))
        for note in notes[:MOST_NOTES]
    ]
    if len(notes) > MOST_NOTES:
        items.append(Item(NOWHERE, (Paragraph(NOWHERE, (Text(NOWHERE, f"… +{len(notes) - MOST_NOTES}"),)),)))
    return [List(NOWHERE, tuple(items))]
