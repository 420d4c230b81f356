"""What surrounds each note: links, backlinks and unlinked mentions. Data for `zhixing graph`, nothing printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeVar

from zhixing.checks.relink import tables
from zhixing.source import Span
from zhixing.text.wikilink import Wikilink
from zhixing.vault.graph import Edge, backlinks, edges, orphans, stubs
from zhixing.vault.mentions import Mention, mentions
from zhixing.vault.note import Note
from zhixing.vault.resolve import Found, resolve_path
from zhixing.vault.sentences import sentence
from zhixing.vault.vault import Vault
from zhixing.weave.markers import generated

SCHEMA = 1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of `notes`, the chosen ones of a vault."""

    vault: Vault
    notes: Collection[PurePosixPath]

    @cached_property
    def links(self) -> Mapping[PurePosixPath, list[Edge]]:
        """The links of each note, those that leave the vault left out."""
        inside = (edge for edge in edges(self.vault) if edge.resolution.kind is not Found.EXTERNAL)
        return _grouped(self.vault, ((edge.source.path, edge) for edge in inside))

    @cached_property
    def backlinks(self) -> Mapping[PurePosixPath, tuple[Edge, ...]]:
        """The links to each note from other notes."""
        return backlinks(self.vault)

    @cached_property
    def mentions(self) -> Mapping[PurePosixPath, list[Mention]]:
        """The unlinked mentions in each note."""
        return _grouped(self.vault, ((one.source.path, one) for one in self._mentions))

    @cached_property
    def mentioned(self) -> Mapping[PurePosixPath, list[Mention]]:
        """The unlinked mentions of each note."""
        return _grouped(self.vault, ((one.target.path, one) for one in self._mentions))

    @cached_property
    def _mentions(self) -> tuple[Mention, ...]:
        return tuple(mentions(self.vault, _generated))

    @cached_property
    def _linked(self) -> set[tuple[PurePosixPath, PurePosixPath]]:
        return {(edge.source.path, path) for path, pointing in self.backlinks.items() for edge in pointing}

    def is_linked(self, mention: Mention) -> bool:
        """Tell whether the note that mentions another links to it somewhere else."""
        return (mention.source.path, mention.target.path) in self._linked

    def link_to(self, mention: Mention) -> str:
        """Return the wikilink to write in a mention's place: by the note's name where that is clear, else its path."""
        target, text = mention.target, mention.span.of(mention.source.source.text)
        found = resolve_path(self.vault, target.name, mention.source.path)
        path = target.name if found.note is target and not found.ambiguous else str(target.path.with_suffix(""))
        source = mention.source
        if source.path not in self._tables:
            self._tables[source.path] = list(tables(source))
        cell = any(mention.span.start in table for table in self._tables[source.path])
        return str(Wikilink(path, display="" if text == path else text, escaped=cell and text != path))

    @cached_property
    def _tables(self) -> dict[PurePosixPath, list[Span]]:
        return {}

    def orphans(self) -> list[Note]:
        """Return the chosen notes that no other note links to. An index is where readers begin."""
        return [note for note in orphans(self.vault) if note.path in self.notes and note.name != "index"]

    def stubs(self) -> dict[str, list[Edge]]:
        """Return the names that chosen notes link to and nobody has written, the most wanted first."""
        wanted = {
            name: [edge for edge in users if edge.source.path in self.notes]
            for name, users in stubs(self.vault).items()
        }
        order = sorted(wanted, key=lambda name: (-len({edge.source.path for edge in wanted[name]}), name))
        return {name: wanted[name] for name in order if wanted[name]}

    def most_linked(self) -> list[tuple[Note, int]]:
        """Return the chosen notes with how many other notes link to each, those with none left out, most first."""
        counts = {path: len({edge.source.path for edge in self.backlinks[path]}) for path in self.notes}
        order = sorted((path for path in counts if counts[path]), key=lambda path: (-counts[path], str(path)))
        return [(self.vault.notes[path], counts[path]) for path in order]

    def as_data(self) -> dict[str, object]:
        """Return all of it as plain data; docs/links.md describes the shape."""
        return {
            "schema": SCHEMA,
            "notes": [self._note(self.vault.notes[path]) for path in sorted(self.notes, key=str)],
            "orphans": [str(note.path) for note in self.orphans()],
            "stubs": [{"name": name, "wanted_by": [_from(edge) for edge in by]} for name, by in self.stubs().items()],
            "most_linked": [{"path": str(note.path), "notes": count} for note, count in self.most_linked()],
        }

    def _note(self, note: Note) -> dict[str, object]:
        return {
            "path": str(note.path),
            "name": note.name,
            "aliases": list(note.aliases),
            "links": [_to(edge) for edge in self.links[note.path]],
            "backlinks": [_from(edge) for edge in self.backlinks[note.path]],
            "mentions": [{"to": str(one.target.path), **self._mention(one)} for one in self.mentions[note.path]],
            "mentioned_by": [{"from": str(one.source.path), **self._mention(one)} for one in self.mentioned[note.path]],
        }

    def _mention(self, one: Mention) -> dict[str, object]:
        place, text = _place(one.source, one.span), one.span.of(one.source.source.text)
        return {
            **place,
            "text": text,
            "link": self.link_to(one),
            "sentence": sentence(one.source, one.span),
            "linked": self.is_linked(one),
        }


def firsts(found: Iterable[Mention]) -> list[tuple[Mention, int]]:
    """Return the first mention of each note in each other, with how many there are."""
    counts: dict[tuple[PurePosixPath, PurePosixPath], tuple[Mention, int]] = {}
    for one in found:
        key = one.source.path, one.target.path
        first, count = counts.get(key, (one, 0))
        counts[key] = first, count + 1
    return list(counts.values())


def target_of(edge: Edge) -> str:
    """Return the path that a link leads to, else the name it gives."""
    found = edge.resolution
    path = found.note.path if found.note else found.file
    return str(path) if path else edge.link.path


def _grouped(vault: Vault, pairs: Iterator[tuple[PurePosixPath, _T]]) -> dict[PurePosixPath, list[_T]]:
    found: dict[PurePosixPath, list[_T]] = {path: [] for path in vault.notes}
    for path, one in pairs:
        found[path].append(one)
    return found


def _generated(note: Note) -> list[Span]:
    """Return what a tool wrote into a note: nobody links there by hand."""
    return [one.span for one in generated(note.source, note.regions)[0]]


def _place(note: Note, span: Span) -> dict[str, object]:
    line, column = note.source.position(span.start)
    return {"line": line, "column": column}


def _to(edge: Edge) -> dict[str, object]:
    link, found = edge.link, edge.resolution
    place = "#".join([*link.headings, *([f"^{link.block}"] if link.block else [])])
    whole = not (found.heading_missing or found.block_missing)
    return {
        "to": target_of(edge), "kind": found.kind.value, "place": place,
        "found": found.kind is not Found.MISSING and whole,
        **_place(edge.source, link.span), "embed": link.embed, "property": link.field,
    }  # fmt: skip


def _from(edge: Edge) -> dict[str, object]:
    link = edge.link
    return {
        "from": str(edge.source.path),
        **_place(edge.source, link.span),
        "embed": link.embed,
        "property": link.field,
    }
