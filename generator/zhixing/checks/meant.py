"""What a link that is followed only by grace, or not at all, certainly means: the path and headings to write.

Certain means that one target alone can be meant. An ambiguous name, an alias of two notes and a name that does not
exist are for the author to decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.text.anchors import heading_key
from zhixing.vault.graph import Edge
from zhixing.vault.note import Heading, Note
from zhixing.vault.resolve import Resolution, resolve_path
from zhixing.vault.vault import Vault

_UNLINKABLE = re.compile(r"[\[\]|#^\\\s]+")
_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
_BESIDE_WIDE = re.compile(rf" (?={_WIDE})|(?<={_WIDE}) ")


@dataclass(frozen=True, slots=True)
class Meant:
    """The path and the headings that a link should be written with; None where what stands there is right."""

    path: str | None = None
    headings: tuple[str, ...] | None = None


class Reader:
    """Reads what the links of a vault mean. The headings of a note are folded once, however many links name them."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._headings: dict[PurePosixPath, dict[str, list[Heading]]] = {}

    def meant(self, edge: Edge) -> Meant | None:
        """Return what a link certainly means, None where nothing is to be changed or nothing is certain."""
        wanted = Meant(_path(self.vault, edge), self._heading(edge) if edge.resolution.heading_missing else None)
        # A heading must not be mended in a note that the path does not name for certain.
        sure = _plain(edge.resolution) or wanted.path is not None
        return wanted if sure and wanted != Meant() else None

    def _heading(self, edge: Edge) -> tuple[str, ...] | None:
        """Return the one heading that is the link's but for case, width and punctuation, as a link names it."""
        note, names = edge.resolution.note, edge.link.headings
        if note is None or len(names) != 1:
            return None
        alike = self._folded(note).get(folded(names[0]), [])
        name = linkable(alike[0]) if len(alike) == 1 else ""
        return (name,) if name and self.vault.places(note).heading((name,)) is alike[0] else None

    def _folded(self, note: Note) -> dict[str, list[Heading]]:
        if note.path not in self._headings:
            found: dict[str, list[Heading]] = {}
            for heading in note.headings:
                for key in {folded(heading.text), folded(heading.raw)} - {""}:
                    found.setdefault(key, []).append(heading)
            self._headings[note.path] = found
        return self._headings[note.path]


def _plain(found: Resolution) -> bool:
    return not (found.ambiguous or found.alias or found.other_case)


def _path(vault: Vault, edge: Edge) -> str | None:
    """Return the path to write where the link names its target by an alias or in another case."""
    link, found, base = edge.link, edge.resolution, edge.source.path
    if found.ambiguous or not (found.alias or found.other_case):
        return None
    target = found.note.path if found.note else found.file
    if target is None:
        return None
    tried = _names(target) if found.alias else respelled(link.path, target)
    return next((path for path in tried if _leads(vault, path, base, target)), None)


def _names(target: PurePosixPath) -> Iterator[str]:
    """Yield how a note may be named, shortest first: its name, its path."""
    yield target.stem
    yield str(target.with_suffix(""))


def _leads(vault: Vault, path: str, base: PurePosixPath, target: PurePosixPath) -> bool:
    """Tell whether a path leads to a file and to no other, in the file's own spelling."""
    found = resolve_path(vault, path, base)
    return _plain(found) and target == (found.note.path if found.note else found.file)


def respelled(written: str, target: PurePosixPath) -> Iterator[str]:
    """Yield a link path in the spelling of the file it leads to, dots and slashes as they are written."""
    actual = list(target.parts)
    if not written.lower().endswith(target.suffix.lower()):
        actual[-1] = target.stem
    names = written.split("/")
    for number in reversed(range(len(names))):
        if names[number] == ".." or not actual:
            break
        if names[number] not in ("", "."):
            names[number] = actual.pop()
    yield "/".join(names)


def linkable(heading: Heading) -> str:
    """Return a heading as Obsidian writes it in a link: without the characters that a link is made of."""
    shown = heading.text if heading_key(heading.text) == heading_key(heading.raw) else heading.raw
    return _UNLINKABLE.sub(" ", shown).strip()


def folded(text: str) -> str:
    """Return a heading without case, width and punctuation. Signs that say something stay: C++ is not C."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(" " if unicodedata.category(one)[0] in "PZC" else one for one in wide)
    # Between Latin words and between digits a space says something: 3.1 is not 31.
    return _BESIDE_WIDE.sub("", " ".join(spaced.split()))
