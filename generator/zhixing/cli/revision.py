"""A vault as it was at a revision of its git repository.

Files are read as git stores them. No filter, hook or download that the repository's own configuration names is run:
a vault may come with one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import click

_NO_DOWNLOADS = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
_FILES = {"100644", "100755"}


def copy_revision(folder: Path, revision: str, target: Path) -> None:
    """Copy the files of a folder, as they were at a revision, into an empty folder. Links are left out.

    Raises:
        click.UsageError: there is no git, no repository or no such revision, or the folder was not there.
    """
    tree = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}:./").decode().strip()
    files = list(_list_files(_git(folder, "ls-tree", "-r", "-z", "--full-tree", tree)))
    names = "".join(f"{name}\n" for name, _ in files).encode()
    content = _git(folder, "cat-file", "--batch", "--buffer", given=names)
    for (_, path), blob in zip(files, _split_blobs(content), strict=True):
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(blob)


def _git(folder: Path, *words: str, given: bytes = b"") -> bytes:
    """Return what a git command says."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=True, env=os.environ | _NO_DOWNLOADS)  # noqa: S603  # fixed words, and a revision that git verifies
    except FileNotFoundError:
        raise click.UsageError("--since needs git. Install it, or use --baseline") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip() or "there is no such revision of this folder"
        raise click.UsageError(f"--since: {said}") from None
    return done.stdout


def _list_files(listed: bytes) -> Iterator[tuple[str, PurePosixPath]]:
    """Yield the name in git and the path of each regular file that a tree lists."""
    for entry in listed.split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        mode, _, blob = head.decode().split(" ")
        path = PurePosixPath(os.fsdecode(name))
        # A tree that git did not make itself may name what lies outside.
        if mode in _FILES and not path.is_absolute() and not {"..", ".git"} & set(path.parts):
            yield blob, path


def _split_blobs(content: bytes) -> Iterator[bytes]:
    """Yield the files that `git cat-file --batch` wrote one behind another, each after a line with its size."""
    place = 0
    while place < len(content):
        end = content.index(b"\n", place)
        size = int(content[place:end].split(b" ")[2])
        yield content[end + 1 : end + 1 + size]
        place = end + 2 + size
