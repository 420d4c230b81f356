"""The only writer. A file is replaced whole or not at all, and only if it still is what was read."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePath

from zhixing.problems import Code, Problem, ZhixingError

_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class WriteError(ZhixingError):
    """A file was not written; it is as it was. `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def write(root: Path, path: PurePath, text: str, *, before: str | None) -> None:
    """Write a file of a vault. `before` is its text as it was read, None where it must not exist yet.

    Symbolic links are followed to the real file, inside the vault only. Permissions are kept. The text goes into a
    dot-named file beside it, which is swapped in at the end, so that a crash at any moment leaves a whole file; a kill
    may leave that dot-named file behind, which nothing reads. Folders are made as needed.

    Raises:
        WriteError: the mode of the file or its folder forbids writing (for root too), it lies outside the vault, it is
            no longer what was read, or the disk refuses.
    """
    write_bytes(root, path, [text.encode()], before=None if before is None else digest([before.encode()]))


def write_bytes(root: Path, path: PurePath, content: Iterable[bytes], *, before: str | None) -> None:
    """Write a file as `write` does, from parts of its content; `before` is the digest of what it replaces.

    Raises:
        WriteError: as `write`, or a part cannot be read.
    """
    with _telling(path):
        target = _real(root, path)
        _make_folder(target.parent, path)
        _permit(target, path)
        _compare(target, before, path)
        with _temporary(target) as temporary:
            _fill(temporary, content, target)
            _compare(target, before, path)
            temporary.replace(target)
        _settle(target.parent)


def remove(root: Path, path: PurePath, *, before: str) -> None:
    """Remove a file whose content has the digest `before`, and the folders that it leaves empty.

    Raises:
        WriteError: as `write`.
    """
    with _telling(path):
        target = _real(root, path)
        _writable(target.parent, path, "folder")
        _permit(target, path)
        _compare(target, before, path)
        target.unlink(missing_ok=True)
        # A folder that still holds something stays.
        with suppress(OSError):
            for folder in target.parents:
                if folder == root.resolve():
                    break
                folder.rmdir()


def digest(content: Iterable[bytes]) -> str:
    """Return the SHA-256 of a content in parts, in hexadecimal digits."""
    hashed = sha256()
    for part in content:
        hashed.update(part)
    return hashed.hexdigest()


def parts(path: Path) -> Iterator[bytes]:
    """Yield the content of a file, a megabyte at a time: a film need not fit into memory."""
    with path.open("rb") as file:
        while part := file.read(1_000_000):
            yield part


@contextmanager
def _telling(path: PurePath) -> Iterator[None]:
    """Turn what the system refuses into a problem of the file."""
    try:
        yield
    except OSError as error:
        what = f"The file cannot be written: {error.strerror or error}"
        raise _refused(path, what, "Fix the cause and run the command again") from error


def _refused(path: PurePath, what: str, fix: str, code: Code = Code.FILE_UNWRITABLE) -> WriteError:
    return WriteError(Problem(str(path), 1, 1, code, what, fix))


def _real(root: Path, path: PurePath) -> Path:
    """Return the real file behind a path of the vault."""
    inside = root.resolve()
    target = (inside / path).resolve()
    if target == inside or not target.is_relative_to(inside):
        raise _refused(path, "It leads outside the vault", "Write it there by hand, or move it into the vault")
    return target


def _make_folder(folder: Path, path: PurePath) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    _writable(folder, path, "folder")
    for one in reversed(missing):
        one.mkdir(exist_ok=True)


def _permit(target: Path, path: PurePath) -> None:
    if target.exists():
        if not target.is_file():
            raise _refused(path, "It is no regular file", "Move it away")
        _writable(target, path, "file")


def _writable(place: Path, path: PurePath, kind: str) -> None:
    # A mode without write bits is somebody's wish; root, whom the system would let pass, respects it too.
    if not place.stat().st_mode & _ANY_WRITE or not os.access(place, os.W_OK):
        raise _refused(path, f"The {kind}'s mode forbids writing", "Allow it with chmod u+w, or leave it out")


def _compare(target: Path, expected: str | None, path: PurePath) -> None:
    try:
        found = digest(parts(target))
    except FileNotFoundError:
        found = None
    if found != expected:
        what = "The file changed while its new text was worked out, and was left alone"
        raise _refused(path, what, "Run the command again", Code.FILE_CHANGED)


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Yield a name beside a file that nothing has yet, and leave nothing under it."""
    temporary = target.with_name(f".zhixing-{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _fill(temporary: Path, content: Iterable[bytes], target: Path) -> None:
    """Write a new file down to the disk, with the mode and owner of the one that it will replace."""
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(content)
        file.flush()
        if target.exists():
            old = target.stat()
            # Only root may give a file away, and some disks know no owners.
            with suppress(OSError, AttributeError):
                os.chown(temporary, old.st_uid, old.st_gid)
            temporary.chmod(stat.S_IMODE(old.st_mode))
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Bring the swap itself down to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
