"""A page for each tag of a vault, and one for all of them: what Obsidian's tag pane and tag search show."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from pathlib import PurePosixPath

from zhixing.markdown.slugs import anchors
from zhixing.page.targets import element_id
from zhixing.page.titles import title
from zhixing.page.tree import (
    NOWHERE,
    Block,
    Document,
    Heading,
    Inline,
    Item,
    Link,
    List,
    Paragraph,
    Place,
    Text,
)
from zhixing.vault.note import Note
from zhixing.vault.pages import levels, name_pages
from zhixing.vault.vault import Vault, fold, same_file
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

FOLDER = "tags"
_MAX_BYTES = 100
# `index.md` and `README.md` become the page of their folder; Windows has no file of the other names.
_RESERVED = frozenset(
    {"index", "readme", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name as first spelled, its page, the notes that have it or a tag nested in it, and those tags."""

    name: str
    path: PurePosixPath
    notes: tuple[Note, ...]
    children: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of a vault as a forest. `index` is the page that lists them all."""

    index: PurePosixPath
    roots: tuple[Tag, ...]
    by_key: Mapping[str, Tag]
    wording: Wording = CHINESE

    def find(self, name: str) -> Tag | None:
        """Return the tag of a name, in any case; None where it is no tag that Obsidian accepts."""
        return self.by_key.get("/".join(fold(part) for part in levels(name)))


def published(note: Note) -> bool:
    """Return whether a note is meant to be seen."""
    return note.published


def tags_of(vault: Vault, shown: Callable[[Note], bool] = published, taken: Iterable[str] = ()) -> Tags:
    """Return the tags of the notes that are shown, as many as a vault may have pages for.

    Their pages stand in a folder of which neither the vault nor `taken`, further paths, has anything.
    """
    folder = PurePosixPath(_folder([*map(str, vault.notes), *map(str, vault.files), *taken]))
    root = _Node("")
    kept = name_pages(vault).tags
    seen = [note for note in vault.notes.values() if shown(note)]
    for note in seen:
        for name in note.tags:
            root.add(levels(name), note, kept)
    listed = sorted(seen, key=lambda note: (fold(title(note)), str(note.path)))
    roots = root.frozen(folder, {note.path: rank for rank, note in enumerate(listed)})
    return Tags(folder / "index.md", roots, {_key(tag): tag for tag in walk(roots)}, vault.wording)


def walk(tags: Iterable[Tag]) -> Iterator[Tag]:
    """Yield tags, each before those nested in it."""
    for tag in tags:
        yield tag
        yield from walk(tag.children)


def tag_pages(tags: Tags) -> dict[PurePosixPath, Document]:
    """Return the pages of the tags by their place in the vault; none where there are no tags."""
    pages = {tag.path: _page(tags, tag) for tag in walk(tags.roots)}
    return {tags.index: _index(tags), **pages} if pages else {}


def _key(tag: Tag) -> str:
    return fold(tag.name)


@dataclass(slots=True)
class _Node:
    """A tag while the notes are gone through."""

    name: str
    notes: dict[PurePosixPath, Note] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)

    def add(self, parts: tuple[str, ...], note: Note, kept: Collection[str]) -> None:
        """Enter a note under a tag and every tag that it is nested in, of those that are kept."""
        node = self
        for part in parts:
            name = f"{node.name}/{part}" if node.name else part
            if fold(name) not in kept:
                return
            node = node.children.setdefault(fold(part), _Node(name))
            node.notes[note.path] = note

    def frozen(self, folder: PurePosixPath, ranks: Mapping[PurePosixPath, int]) -> tuple[Tag, ...]:
        """Return the tags nested in this one, sorted, their pages in `folder`, their notes by rank."""
        used: set[str] = set()
        tags = []
        for key, node in sorted(self.children.items()):
            place = folder / _file_name(key, used)
            notes = tuple(sorted(node.notes.values(), key=lambda note: ranks[note.path]))
            tags.append(Tag(node.name, place.with_name(f"{place.name}.md"), notes, node.frozen(place, ranks)))
        return tuple(tags)


def _file_name(key: str, used: set[str]) -> str:
    """Return a file name for a tag, unlike those in use wherever it is unpacked."""
    name = "".join(character for character in key if unicodedata.category(character) not in {"Cc", "Cf", "Cs"})
    if name != key or len(name.encode()) > _MAX_BYTES:
        short = name.encode()[: _MAX_BYTES - 9].decode(errors="ignore")
        name = f"{short}-{sha256(key.encode()).hexdigest()[:8]}"
    while name in _RESERVED or same_file(name) in used:
        name += "-"
    used.add(same_file(name))
    return name


def _folder(paths: Iterable[str]) -> str:
    """Return the first of `tags`, `tags-2`, … that no path begins with, `tags.md` (whose page is a folder) included."""
    first = {same_file(path.partition("/")[0]) for path in paths}
    taken = first | {name.rpartition(".")[0] for name in first}
    return next(name for name in _names() if name not in taken)


def _names() -> Iterator[str]:
    yield FOLDER
    yield from (f"{FOLDER}-{number}" for number in count(2))


def _page(tags: Tags, tag: Tag) -> Document:
    """Return a tag's page: what it is nested in, what is nested in it, and the notes."""
    way: list[Inline] = [_link(tags.wording.tags, tags.index)]
    above = tag.name.split("/")[:-1]
    for depth in range(1, len(above) + 1):
        parent = tags.by_key[fold("/".join(above[:depth]))]
        way += [_text(" / "), _link(f"#{parent.name}", parent.path)]
    blocks: list[Block] = [_heading(1, f"#{tag.name}"), Paragraph(NOWHERE, tuple(way))]
    if tag.children:
        nested = [_item(_link(f"#{child.name}", child.path), _text(f" · {len(child.notes)}")) for child in tag.children]
        blocks += [_heading(2, tags.wording.nested_tags, f" · {len(nested)}"), List(NOWHERE, tuple(nested))]
    notes = [_item(_link(title(note), note.path)) for note in tag.notes]
    blocks += [_heading(2, tags.wording.notes, f" · {len(notes)}"), List(NOWHERE, tuple(notes))]
    return Document(tag.path, tuple(blocks), wording=tags.wording)


def _index(tags: Tags) -> Document:
    """Return the page of all tags as a tree, in which a nested tag goes by its last level."""
    return Document(tags.index, (_heading(1, tags.wording.tags), _branches(tags.roots)), wording=tags.wording)


def _branches(tags: Sequence[Tag]) -> List:
    return List(NOWHERE, tuple(_branch(tag) for tag in tags))


def _branch(tag: Tag) -> Item:
    above, _, last = tag.name.rpartition("/")
    item = _item(_link(last if above else f"#{tag.name}", tag.path), _text(f" · {len(tag.notes)}"))
    return replace(item, children=(*item.children, _branches(tag.children))) if tag.children else item


def _heading(level: int, name: str, count: str = "") -> Heading:
    return Heading(NOWHERE, level, element_id(anchors([name])[0]), (_text(f"{name}{count}"),))


def _item(*pieces: Inline) -> Item:
    return Item(NOWHERE, (Paragraph(NOWHERE, pieces),))


def _link(name: str, path: PurePosixPath) -> Link:
    return Link(NOWHERE, Place(path), (_text(name),))


def _text(text: str) -> Text:
    return Text(NOWHERE, text)
