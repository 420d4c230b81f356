"""The only writer. A file is replaced whole or not at all, and only if it still is what was read.

The new text is written into a temporary file beside the target, which already has the target's mode, owner and extended
attributes, and is flushed to the disk. Where the system can exchange two names in one step (Linux), the two are
exchanged and what comes out is compared with what was read: if somebody saved in between, or has the file open for
writing, they are exchanged back. An editor that saves by renaming loses nothing there, whenever it saves: what it saved
last stands in place, or beside the file where it saved twice within one swap.

Elsewhere, and on disks that know no exchange, the comparison comes just before the replacement: what is saved in the
microseconds between the two is lost. So is what a program appends to the old file where the system cannot say whether
somebody has it open (no leases, as on network disks).

What is lost is the time of creation, which systems do not let programs set, and other names of the file (hard links),
which keep the old text; the writer says so.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import signal
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath

from zhixing.problems import Code, Problem, ZhixingError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_ANY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class WriteError(ZhixingError):
    """A file was not written; it is as it was. `problem` says why.

    `kept` says that a text which another program had saved was put into a file beside it.
    """

    def __init__(self, problem: Problem, *, kept: bool = False) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.kept = kept


def write(root: Path, path: PurePath, text: str, *, before: str | None) -> tuple[Problem, ...]:
    """Write a file of a vault. `before` is its text as it was read, None where it must not exist yet.

    Symbolic links are followed to the real file, inside the vault only. Mode, owner and extended attributes are kept;
    a warning is returned for what is lost. Folders are made as needed. A kill may leave a temporary file, which
    `remove_leftovers` removes.

    Raises:
        WriteError: the mode of the file or its folder forbids writing (for root too), it lies outside the vault, it is
            no longer what was read, somebody is writing it, or the disk refuses.
    """
    return write_bytes(root, path, [text.encode()], before=None if before is None else digest([before.encode()]))


def write_bytes(root: Path, path: PurePath, content: Iterable[bytes], *, before: str | None) -> tuple[Problem, ...]:
    """Write a file as `write` does, from parts of its content; `before` is the digest of what it replaces.

    Raises:
        WriteError: as `write`, or a part cannot be read.
    """
    with _telling(path):
        target = _real(root, path)
        _make_folder(target.parent, path)
        _permit(target, path)
        _compare(target, before, path)
        lost = _lost(target, path)
        with _temporary(target, before) as temporary:
            temporary.digest = _fill(temporary.path, content)
            _compare(target, before, path)
            _swap(temporary, target, before, path)
        _flush_folder(target.parent)
    return lost


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
        raise _changed(path)


def _changed(path: PurePath) -> WriteError:
    what = "The file changed while its new text was worked out, and was left alone"
    return _refused(path, what, "Run the command again", Code.FILE_CHANGED)


def _lost(target: Path, path: PurePath) -> tuple[Problem, ...]:
    """Return a warning where replacing a file loses something."""
    names = target.stat().st_nlink if target.exists() else 1
    if names == 1:
        return ()
    what = f"The file has {names} names (hard links); this one has the new text, the others keep the old"
    return (Problem(str(path), 1, 1, Code.FILE_DETACHED, what, "Link the other names anew"),)


# Temporary files. Their name says what they are: which file it is (its inode), and what the target was read as. So a
# later run can tell a text that was never put in place, and one that was replaced, from what somebody saved meanwhile.

_LEFTOVER = re.compile(r"\.zhixing-(?:(?P<inode>\d+)-(?P<before>[0-9a-f]{16})-)?[0-9a-f]{16}\.tmp")
_STALE_SECONDS = 3600


@dataclass
class _Temporary:
    """A temporary file: its path, the digest of the text in it, and whether it is to stay."""

    path: Path
    digest: str = ""
    keep: bool = False


@contextmanager
def _temporary(target: Path, before: str | None) -> Iterator[_Temporary]:
    """Yield a new, empty file beside a target with the target's mode, and leave nothing behind."""
    token = secrets.token_hex(8)
    temporary = _Temporary(target.with_name(f".zhixing-{token}.tmp"))
    # Nobody else may read a copy of what they may not read.
    descriptor = os.open(temporary.path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600 if target.exists() else 0o666)
    try:
        if fcntl:
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)  # released by the system, even after a kill
        inode = os.fstat(descriptor).st_ino
        named = target.with_name(f".zhixing-{inode}-{(before or '0' * 16)[:16]}-{token}.tmp")
        temporary.path = temporary.path.rename(named)
        _copy_attributes(target, temporary.path)
        yield temporary
    finally:
        os.close(descriptor)
        if not temporary.keep:
            with suppress(OSError):
                temporary.path.unlink(missing_ok=True)


def _copy_attributes(target: Path, temporary: Path) -> None:
    """Give a new file the owner, the mode and the extended attributes of the one that it will replace."""
    if not target.exists():
        return
    old = target.stat()
    # Only root may give a file away, and some disks know no owners.
    with suppress(OSError, AttributeError):
        os.chown(temporary, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):  # the system's own, as a security label, which a new file has already
                    os.setxattr(temporary, name, os.getxattr(target, name))


def _fill(temporary: Path, content: Iterable[bytes]) -> str:
    """Write a content down to the disk; return its digest."""
    hashed = sha256()
    with temporary.open("r+b") as file:
        for part in content:
            hashed.update(part)
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def remove_leftovers(root: Path) -> list[Problem]:
    """Remove the temporary files that killed runs left below a folder; hidden folders are not entered.

    One that holds neither a text of ours nor what we had read is somebody's newer text: it stays, and is a problem.
    """
    problems = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            match = _LEFTOVER.fullmatch(name)
            path = Path(folder, name)
            if match and _is_abandoned(path) and not _remove_leftover(path, match):
                what = "A run that was cut short left here what another program had saved"
                fix = "Compare it with the notes beside it, then delete it"
                problems.append(Problem(path.relative_to(root).as_posix(), 1, 1, Code.FILE_CHANGED, what, fix))
    return problems


def _remove_leftover(path: Path, match: re.Match[str]) -> bool:
    """Remove a leftover that nobody needs; tell whether it is gone."""
    try:
        ours = match["inode"] is None or path.lstat().st_ino == int(match["inode"])
        if ours or digest(parts(path)).startswith(match["before"]):
            path.unlink()
            return True
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def _is_abandoned(path: Path) -> bool:
    """Return whether no run is writing a temporary file any more."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        if fcntl is None:
            return time.time() - path.stat().st_mtime > _STALE_SECONDS
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# Putting a new file in place.

_NOREPLACE, _EXCHANGE = 1, 2
_AT_FDCWD = -100
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_PATIENCE = 0.2
"""So many seconds somebody may have a file open for writing before it is left to them."""


def _swap(temporary: _Temporary, target: Path, before: str | None, path: PurePath) -> None:
    """Put a temporary file in the place of its target, if that still is what was read.

    Raises:
        WriteError: it is not; what stands there is untouched.
    """
    try:
        if before is None:
            if not _rename(temporary.path, target, _NOREPLACE):
                temporary.path.rename(target)
        elif not _exchange(temporary, target):
            temporary.path.replace(target)
        elif _holds(temporary.path, before):
            temporary.keep = False
        else:
            _put_back(temporary, target, path)
    except (FileExistsError, FileNotFoundError) as error:
        raise _changed(path) from error


def _exchange(temporary: _Temporary, target: Path) -> bool:
    """Exchange a temporary file with its target; False where the disk cannot.

    The temporary file then holds what may be somebody's newest text: whatever interrupts this run, it stays until that
    is known.
    """
    temporary.keep = True
    try:
        done = _rename(temporary.path, target, _EXCHANGE)
    except OSError:
        temporary.keep = False
        raise
    temporary.keep = done
    return done


def _put_back(temporary: _Temporary, target: Path, path: PurePath) -> None:
    """Exchange the two again: somebody saved while the new text was put in place.

    Where they save once more before that, the newest text stays in place, and the one before is kept beside it.
    """
    _rename(temporary.path, target, _EXCHANGE)
    temporary.keep = not _holds(temporary.path, temporary.digest)
    if temporary.keep:
        _rename(temporary.path, target, _EXCHANGE)
        what = f"The file changed twice at this moment; what it held in between is in {temporary.path.name}"
        problem = _refused(path, what, "Compare the two, then delete that file", Code.FILE_CHANGED).problem
        raise WriteError(problem, kept=True)
    what = "Another program was writing the file at this moment; what it wrote was left alone"
    raise _refused(path, what, "Close the file there, and run the command again", Code.FILE_CHANGED)


def _holds(path: Path, expected: str) -> bool:
    """Return whether a file that has just lost its name holds a content, and nobody is about to change it."""
    until = time.monotonic() + _PATIENCE
    while _is_being_written(path):
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    with suppress(FileNotFoundError):  # another run took it for a leftover, which it does where nobody needs it
        return digest(parts(path)) == expected
    return True


def _is_being_written(path: Path) -> bool:
    """Return whether a program has a file open for writing; False where the system cannot say.

    Source: fcntl(2), "Leases": a read lease is granted only where nobody has the file open for writing.
    """
    if fcntl is None or not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        with path.open("rb") as file:
            fcntl.fcntl(file, fcntl.F_SETSIG, _IGNORED_SIGNAL)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


_IGNORED_SIGNAL = getattr(signal, "SIGURG", 0)
"""SIGURG, which no program dies of: the system announces with it that somebody wants to write a leased file."""


@cache
def _renameat2() -> Callable[..., int] | None:
    """Return the system's call that renames in other ways; None where it has none."""
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return None


def _rename(path: Path, target: Path, flags: int) -> bool:
    """Rename a file in a way that replaces nothing, or exchange two; False where the system or the disk cannot.

    Raises:
        OSError: it was refused.
    """
    call = _renameat2()
    if call is None:
        return False
    old, new = os.fsencode(path), os.fsencode(target)
    if call(_AT_FDCWD, ctypes.c_char_p(old), _AT_FDCWD, ctypes.c_char_p(new), ctypes.c_uint(flags)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(path))


def _flush_folder(folder: Path) -> None:
    """Bring the swap itself down to the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
