"""Faces: what the checks of other notes ask of a note, so that after an edit few notes need be checked again."""

from __future__ import annotations

import marshal
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import NamedTuple

from zhixing.vault.embeds import EMBED, MAX_DEPTH, MAX_PAGE, SHARED, SHARED_BY_LENGTH
from zhixing.vault.graph import Edge, links_by_note
from zhixing.vault.note import Note
from zhixing.vault.pages import ROOM, ROOM_BY_NOTE, tag_names, told_tag
from zhixing.vault.resolve import Found
from zhixing.vault.vault import MOST_FOUND, Vault

# A text with none of these declares, shows and claims nothing that is computed.
_MARKS = ("<!", "<！", "zhixing:")
_DECLARED = re.compile(r"yaml\s+(?:example|list)")


class Face(NamedTuple):
    """What checks of other notes ask of a note.

    - `digest`: of what a link into the note may name, and of whether the note is published.
    - `links`, `embeds`, `requires`: the notes that it leads to, by their numbers; embeds as often as they stand there.
    - `length`: the characters of its text. `tags`: the names of its tags and of those above them.
    - `missing`: how many of its links name something that does not exist.
    - `plain`: nothing in it is computed, so that it can be checked without running any example.
    """

    path: str
    digest: str
    aliases: Sequence[str]
    links: Sequence[int]
    embeds: Sequence[int]
    requires: Sequence[int]
    length: int
    tags: Sequence[str]
    missing: int
    published: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of all notes in their order, which gives them their numbers, and the paths of the other files."""

    notes: tuple[Face, ...]
    files: tuple[str, ...]

    @property
    def length(self) -> int:
        """The characters of all notes."""
        return sum([face.length for face in self.notes])

    def exchange(self, others: Mapping[int, Face]) -> Faces:
        """Return the faces with some of them exchanged."""
        return replace(self, notes=tuple(others.get(number, face) for number, face in enumerate(self.notes)))

    def find_linking(self, targets: Collection[int]) -> set[int]:
        """Return the notes that link to one of these."""
        wanted = set(targets)
        return (
            {number for number, face in enumerate(self.notes) if not wanted.isdisjoint(face.links)} if wanted else set()
        )

    def find_orphans(self) -> set[int]:
        """Return the notes that no other note links to, without those that tell of a tag which some note has."""
        linked = {target for number, face in enumerate(self.notes) for target in face.links if target != number}
        telling = {number: told_tag(face.path) for number, face in enumerate(self.notes)}
        tags = {name for face in self.notes for name in face.tags} if any(telling.values()) else set()
        return {number for number, tag in telling.items() if number not in linked and tag not in tags}


def read_faces(vault: Vault) -> Faces:
    """Return the faces of all notes of a vault."""
    numbers = {path: number for number, path in enumerate(vault.notes)}
    leaving = links_by_note(vault)
    faces = tuple(read_face(note, leaving[path], numbers) for path, note in vault.notes.items())
    return Faces(faces, tuple(map(str, vault.files)))


def read_face(note: Note, leaving: Collection[Edge], numbers: Mapping[PurePosixPath, int]) -> Face:
    """Return the face of a note; `leaving` are its links, `numbers` those of all notes."""
    leading = [(edge.link, numbers[edge.resolution.note.path]) for edge in leaving if edge.resolution.note]
    headings = [(heading.level, heading.text, heading.slug, heading.raw) for heading in note.headings]
    blocks = [block.id for block in note.blocks], [one.id for one in note.generated.items]
    found = [edge.resolution for edge in leaving]
    named = note.published, headings, blocks, sorted(note.html_ids | note.made_anchors), bool(note.generated_problems)
    return Face(
        path=str(note.path),
        # marshal's first format gives the same bytes for the same values, in a third of the time that `repr` takes.
        digest=blake2b(marshal.dumps(named, 0), digest_size=8).hexdigest(),
        aliases=note.aliases,
        links=sorted({target for _, target in leading}),
        embeds=[target for link, target in leading if link.embed],
        requires=[target for link, target in leading if link.field == "requires"],
        length=len(note.text),
        tags=sorted({name for tag in note.tags for name in tag_names(tag)}),
        missing=sum(one.kind is Found.MISSING or one.heading_missing or one.block_missing for one in found),
        published=note.published,
        plain=is_plain(note) and not any(one.block and one.block.part for one in found),
    )


def is_plain(note: Note) -> bool:
    """Return whether a note declares, shows and claims nothing that is computed; it may link to a single result."""
    text = note.text
    return not (any(mark in text for mark in _MARKS) or ("yaml" in text and _DECLARED.search(text)))


# What rules about the whole vault may find. Each answer errs on the safe side: where it is no, all is checked.


def may_differ(before: Faces, after: Faces, changed: Collection[int]) -> bool:
    """Return whether rules about the whole vault may find anything that they did not find before the change."""
    return (
        _has_circle({number: face.requires for number, face in enumerate(after.notes) if face.requires})
        or any(_lie_on_circle(faces, changed) for faces in (before, after))
        or not (_embeds_fit(after) and _names_fit(after))
        # Of more names that do not exist, near ones are looked for in the order of notes, and not for the last.
        or sum(face.missing for face in after.notes) > MOST_FOUND
    )


def _has_circle(leading: Mapping[int, Collection[int]]) -> bool:
    try:
        TopologicalSorter(leading).prepare()
    except CycleError:
        return True
    return False


def _lie_on_circle(faces: Faces, numbers: Collection[int]) -> bool:
    """Return whether one of these notes shows itself by what it embeds, whatever parts of notes that shows."""
    for start in numbers:
        found, waiting = set[int](), list(faces.notes[start].embeds)
        while waiting:
            number = waiting.pop()
            if number == start:
                return True
            if number not in found:
                found.add(number)
                waiting += faces.notes[number].embeds
    return False


def _embeds_fit(faces: Faces) -> bool:
    """Return whether each page may show what it embeds, even if each embed showed a note as a whole."""

    @cache
    def cost(number: int, depth: int) -> int:
        embeds = faces.notes[number].embeds if depth else ()
        return sum(EMBED + faces.notes[target].length + cost(target, depth - 1) for target in embeds)

    costs = [cost(number, MAX_DEPTH) for number, face in enumerate(faces.notes) if face.embeds]
    room = SHARED + SHARED_BY_LENGTH * faces.length
    return max(costs, default=0) <= MAX_PAGE and sum(costs) <= room


def _names_fit(faces: Faces) -> bool:
    """Return whether all tags and aliases get pages."""
    published = [face for face in faces.notes if face.published]
    room = ROOM + ROOM_BY_NOTE * len(published)
    tags = {tag for face in published for tag in face.tags}
    return len(tags) <= room and sum(len(face.aliases) for face in published) <= room
