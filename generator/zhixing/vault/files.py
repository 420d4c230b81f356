"""Reading the vault's other text files: templates and generated figures."""

from __future__ import annotations

from pathlib import Path, PurePath

from zhixing.source import Source

MAX_BYTES = 10_000_000


def read_text(path: Path) -> str | None:
    """Return the text of a regular file of at most 10 MB, or None where there is none or it is no UTF-8."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None


def read_inside(root: Path, path: PurePath) -> str | None:
    """Return the text of a file of a folder, or None; a symbolic link that leads out of the folder is not followed."""
    try:
        inside = (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # a circle of links
        return None
    return read_text(root / path) if inside else None


def read_templates(folder: Path) -> list[Source]:
    """Return the note templates in a folder, sorted by name."""
    paths = sorted(folder.glob("*.md")) if folder.is_dir() else []
    return [
        Source(path.as_posix(), text) for path in paths if (text := read_inside(folder, Path(path.name))) is not None
    ]
