"""The vault: its notes, its other files, and what is wrong with its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from zhixing.problems import Problem
from zhixing.vault.index import Index, build_index
from zhixing.vault.near import Near
from zhixing.vault.note import Note
from zhixing.vault.places import Places


@dataclass(frozen=True, eq=False)
class Vault:
    """Notes by path, sorted; paths of other files (pictures, media), sorted; problems of files that are no notes.

    `templates` is the folder of Obsidian's templates, which are among the other files.

    Two vaults are equal only if they are the same: what is worked out of one is kept for it.
    """

    root: Path
    notes: Mapping[PurePosixPath, Note]
    files: tuple[PurePosixPath, ...]
    problems: tuple[Problem, ...] = ()
    templates: PurePosixPath | None = None

    @cached_property
    def index(self) -> Index:
        """Which files a link path can mean."""
        return build_index(self.notes, self.files)

    @cached_property
    def near(self) -> Near:
        """The names of notes, aliases and other files."""
        notes = self.notes.values()
        return Near(
            [*(note.name for note in notes), *(a for note in notes for a in note.aliases), *map(_name, self.files)]
        )

    @cached_property
    def _places(self) -> dict[PurePosixPath, Places]:
        return {}

    def places(self, note: Note) -> Places:
        """Return a note's headings and blocks by name; worked out once."""
        if note.path not in self._places:
            self._places[note.path] = Places(note)
        return self._places[note.path]


def _name(path: PurePosixPath) -> str:
    return path.name
