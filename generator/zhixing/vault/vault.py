"""The vault: its notes, its other files, and what is wrong with its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zhixing.problems import Problem
from zhixing.vault.note import Note


@dataclass(frozen=True)
class Vault:
    """Notes by path, sorted; paths of other files (pictures, media), sorted; problems of files that are no notes."""

    root: Path
    notes: Mapping[PurePosixPath, Note]
    files: tuple[PurePosixPath, ...]
    problems: tuple[Problem, ...] = ()
