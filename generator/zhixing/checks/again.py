"""Checking again: after an edit only the notes that it may concern, with the same result as a check of them all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from zhixing.checks.check_links import check_edge, orphan
from zhixing.checks.faces import Face, Faces, may_differ, read_face
from zhixing.checks.fix_links import LinkFixer
from zhixing.checks.own import check_own
from zhixing.checks.places import rival
from zhixing.checks.template import choose_templates, templates_of
from zhixing.problems import Code, Problem
from zhixing.vault.graph import edges_of
from zhixing.vault.load import Project, UnreadError, load_lazily, read_templates
from zhixing.vault.vault import Vault

_MOST = 300
"""Of more notes than these, checking them all takes little longer."""
# Rules about the whole vault that name places in texts. Where they have found something, all is checked.
OF_ALL = frozenset({Code.REQUIRES_CYCLE, Code.EMBED_CYCLE, Code.EMBED_COST, Code.NAMES_MANY, Code.ADDRESS_REFUSED})
# Problems of a note that do not depend on the text of any note.
OF_PATHS = frozenset({Code.NAME_CLASH, Code.FILE_LEFT_OUT})


@dataclass(frozen=True, slots=True)
class Again:
    """The problems and the faces of a vault after an edit."""

    problems: tuple[Problem, ...]
    faces: Faces


@dataclass(frozen=True, slots=True)
class Examined:
    """The problems of what is computed in some notes, and the files that each of these declares."""

    paths: frozenset[PurePosixPath]
    problems: tuple[Problem, ...]
    files: Mapping[PurePosixPath, tuple[PurePosixPath, ...]]


class Examine(Protocol):
    """Examines what is computed in the notes concerned, and in those that rest on it.

    Returns None where that takes a look at all notes. In `plain` notes nothing is computed. `length` counts the
    characters of all notes, with which grows what they may compute.
    """

    def __call__(
        self, vault: Vault, length: int, changed: Collection[PurePosixPath], concerned: Collection[PurePosixPath],
        *, plain: bool,
    ) -> Examined | None:  # fmt: skip
        """Return what was found."""


def check_again(project: Project, before: Again, changed: Collection[str], examine: Examine) -> Again | None:
    """Return what a check would find after some notes have changed, or files that they declare, and nothing else.

    Return None where that takes a check of all notes: where it changes an alias, where rules about the whole vault have
    found something or might, and where `examine` says so.
    """
    found = {problem.code for problem in before.problems} | {rule.code for rule in project.settings.rules}
    if not OF_ALL.isdisjoint(found):
        return None
    numbers = {face.path: number for number, face in enumerate(before.faces.notes)}
    aliases = {PurePosixPath(face.path): tuple(face.aliases) for face in before.faces.notes}
    vault = load_lazily(project, aliases, tuple(map(PurePosixPath, before.faces.files)))
    try:
        return _Checker(project, vault, before, examine).check({numbers[path] for path in changed})
    except UnreadError:
        return None


class _Checker:
    """Checks some notes of a vault again."""

    def __init__(self, project: Project, vault: Vault, before: Again, examine: Examine) -> None:
        self._vault = vault
        self._before = before
        self._examine = examine
        self._paths = tuple(vault.notes)
        self._numbers = {path: number for number, path in enumerate(self._paths)}
        self._templates = choose_templates(templates_of(read_templates(project.templates)), project.settings)

    def check(self, changed: Collection[int]) -> Again | None:
        """Return the problems of the vault; None where the notes that changed and those linking to them do not do."""
        faces = self._before.faces
        new = {number: self._read(number) for number in changed}
        old = {number: faces.notes[number] for number in changed}
        if any(tuple(new[number].aliases) != tuple(old[number].aliases) for number in changed):
            return None
        if any(self._may_move(self._paths[number]) for number in changed):
            return None
        concerned = {*changed, *faces.find_linking({one for one in changed if new[one].digest != old[one].digest})}
        if len(concerned) > _MOST:
            return None
        new |= {number: self._read(number) for number in concerned - new.keys()}
        plain = all(new[number].plain and faces.notes[number].plain for number in concerned)
        length = faces.exchange(new).length
        examined = self._examine(self._vault, length, self._paths_of(changed), self._paths_of(concerned), plain=plain)
        if examined is None:
            return None
        concerned |= {self._numbers[path] for path in examined.paths}
        new |= {number: self._read(number) for number in concerned - new.keys()}
        after = faces.exchange(new)
        return None if may_differ(faces, after, concerned) else self._recheck(concerned, after, examined)

    def _paths_of(self, numbers: Collection[int]) -> list[PurePosixPath]:
        return [self._paths[number] for number in sorted(numbers)]

    def _may_move(self, path: PurePosixPath) -> bool:
        """Return whether the place of a note's page, or of another's, may depend on the text of the note."""
        settings = self._vault.settings
        has_rival = settings.has_site and rival(path) in self._numbers
        return has_rival or bool(settings.addresses and self._vault.notes[path].permalink)

    def _read(self, number: int) -> Face:
        note = self._vault.notes[self._paths[number]]
        return read_face(note, tuple(edges_of(self._vault, note)), self._numbers)

    def _recheck(self, concerned: Collection[int], after: Faces, examined: Examined) -> Again | None:
        """Return the problems: those of the concerned notes are found again, and all orphans."""
        paths = {self._before.faces.notes[number].path for number in concerned}
        paths |= {str(file) for files in examined.files.values() for file in files}
        own = [problem for problem in self._before.problems if problem.path in paths]
        if any(problem.code is Code.ALIAS_CLASH for problem in own):
            return None
        others = [one for one in self._before.problems if one.path not in paths and one.code is not Code.ORPHAN]
        found = [problem for number in sorted(concerned) for problem in self._find(self._paths[number])]
        found += examined.problems
        found += [orphan(self._paths[number]) for number in sorted(after.find_orphans()) if self._counts(number)]
        kept = [problem for problem in own if problem.code in OF_PATHS]
        return Again((*others, *kept, *self._vault.settings.weigh(found)), after)

    def _counts(self, number: int) -> bool:
        return self._paths[number].stem != "index"

    def _find(self, path: PurePosixPath) -> Iterator[Problem]:
        """Yield the problems of one note."""
        note, fixer = self._vault.notes[path], LinkFixer(self._vault)
        yield from check_own(note, self._templates)
        for edge in edges_of(self._vault, note):
            yield from check_edge(self._vault, edge, fixer)
