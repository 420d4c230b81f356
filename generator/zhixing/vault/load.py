"""Load a vault from disk: the only reader of notes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.vault.note import Note, read_note
from zhixing.vault.templates import template_folder
from zhixing.vault.vault import Vault

# No note is longer by hand; a larger file is data that somebody called `.md`. It is lines that take time, not bytes.
MAX_BYTES = 5_000_000
MAX_LINES = 200_000


def load(root: Path, previous: Vault | None = None) -> Vault:
    """Return the vault in a folder. Dot files and folders are never read, links out of the folder never followed.

    Only `.obsidian/templates.json` is asked which folder holds templates: they are files of the vault, but no notes.
    Notes whose text is still that of `previous` are taken from it: the same objects. Files that cannot be read are
    problems of the vault. Raises NotADirectoryError where `root` is no folder.
    """
    if not root.is_dir():
        raise NotADirectoryError(root)
    return _Loader(root, previous.notes if previous else {}).load()


class _Loader:
    def __init__(self, root: Path, known: Mapping[PurePosixPath, Note]) -> None:
        self.root = root
        self.known = known
        self.real = root.resolve()
        self.templates = template_folder(root)
        self.problems: list[Problem] = []

    def load(self) -> Vault:
        notes: dict[PurePosixPath, Note] = {}
        files: list[PurePosixPath] = []
        for path in sorted(self._files(), key=str):
            if path.suffix.lower() != ".md" or self.templates in path.parents:
                files.append(path)
            elif (source := self._read(path)) is not None:
                known = self.known.get(path)
                notes[path] = known if known and known.source.text == source.text else read_note(source, path)
        problems = tuple(sorted(self.problems, key=lambda problem: problem.order))
        return Vault(self.root, notes, tuple(files), problems, self.templates)

    def _files(self) -> Iterator[PurePosixPath]:
        """Yield the vault's regular files; names in it are text, and links to folders are not followed."""
        folders = [""]
        while folders:
            folder = folders.pop()
            for entry in self._entries(folder):
                path = f"{folder}{entry.name}"
                if entry.name.startswith("."):
                    continue
                if not _is_text(entry.name):
                    shown = os.fsencode(path).decode(errors="replace")
                    self._problem(shown, Code.FILE_UNREADABLE, "The file's name is not UTF-8", "Rename it")
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(f"{path}/")
                elif entry.is_file(follow_symlinks=False) or (entry.is_symlink() and self._inside(path)):
                    yield PurePosixPath(path)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.root / folder) as entries:
                return list(entries)
        except OSError as error:
            what = f"The folder cannot be read: {error.strerror}"
            self._problem(folder, Code.FILE_UNREADABLE, what, "Change its mode, or move it out of the vault")
            return []

    def _inside(self, path: str) -> bool:
        """Tell whether a symbolic link leads to a regular file of the vault that is not hidden."""
        try:
            real = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError):  # it leads nowhere, or round in a circle
            self._problem(path, Code.FILE_UNREADABLE, "The symbolic link leads nowhere", "Remove it")
            return False
        if not real.is_relative_to(self.real):
            what = "The symbolic link leads out of the vault and is not followed"
            self._problem(path, Code.FILE_UNREADABLE, what, "Move the file into the vault")
            return False
        hidden = any(part.startswith(".") for part in real.relative_to(self.real).parts)
        return real.is_file() and not hidden

    def _read(self, path: PurePosixPath) -> Source | None:
        try:
            data = self._bytes(self.root / path)
        except OSError as error:
            what = f"The note cannot be read: {error.strerror}"
            self._problem(str(path), Code.FILE_UNREADABLE, what, "Change the file's mode so that you may read it")
            return None
        if len(data) > MAX_BYTES or data.count(b"\n") + data.count(b"\r") > MAX_LINES:
            what = f"The note has more than {MAX_BYTES // 1_000_000} MB or {MAX_LINES:,} lines and is left alone"
            self._problem(str(path), Code.FILE_UNREADABLE, what, "Split it, or keep data in a file that is no note")
            return None
        try:
            return Source(str(path), data.decode())
        except UnicodeDecodeError as error:
            self._not_utf8(str(path), data, error.start)
            return None

    @staticmethod
    def _bytes(path: Path) -> bytes:
        """Read a file, one byte more than allowed at most. It may be a pipe by now: opening it must not wait."""
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(0, "it is no regular file")
            return file.read(MAX_BYTES + 1)

    def _not_utf8(self, path: str, data: bytes, at: int) -> None:
        line = data.count(b"\n", 0, at) + 1
        column = len(data[data.rfind(b"\n", 0, at) + 1 : at].decode()) + 1
        what = f"The note is not UTF-8: byte {at} is 0x{data[at]:02x}"
        problem = Problem(path, line, column, Code.FILE_NOT_UTF8, what, "Save it as UTF-8")
        self.problems.append(problem)

    def _problem(self, path: str, code: Code, what: str, mend: str) -> None:
        self.problems.append(Problem(path, 1, 1, code, what, mend))


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
