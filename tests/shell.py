"""Running commands on a vault as a user does."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner, Result

from zhixing.cli import main

STATE = tempfile.mkdtemp()


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def zhixing(folder: Path, *words: str) -> Result:
    """Run `zhixing WORDS` in a folder; a traceback is an error of the test."""
    with inside(folder):
        return CliRunner().invoke(main, list(words), catch_exceptions=False, env={"XDG_STATE_HOME": STATE})


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def vault(folder: Path, **notes: str) -> Path:
    """Write a vault of notes by name, beside a mkdocs.yml; return the project's folder."""
    (folder / "notes").mkdir(parents=True, exist_ok=True)
    (folder / "mkdocs.yml").write_text("site_name: 试\ndocs_dir: notes\n", encoding="utf-8")
    for name, text in notes.items():
        (folder / "notes" / f"{name}.md").write_text(text, encoding="utf-8", newline="")
    return folder
