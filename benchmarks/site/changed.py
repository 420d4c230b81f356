"""What a change of one note costs where its site was built before: `mkdocs build --dirty`, against a clean build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.site.measure import Cost
from benchmarks.site.tools import build_dirty, build_ours


@dataclass(frozen=True, slots=True)
class Changed:
    """What a build cost, and how many files of the site are not those of a clean build after the last of them."""

    cost: Cost
    different: int


def measure_changed(vault: Path, folder: Path) -> dict[str, Changed]:
    """Return the cost of each `--dirty` build: the first, which makes all, then without a change, then with one.

    The folder is one that a site of the vault was built in. The note is restored.
    """
    notes = sorted(vault.rglob("*.md"))
    note = notes[len(notes) // 2]
    text = note.read_text(encoding="utf-8")
    costs = {name: build_dirty(vault, folder) for name in ("first build", "nothing changed")}
    try:
        note.write_text(f"{text}\n又一句。\n", encoding="utf-8")
        costs["one note changed"] = build_dirty(vault, folder)
        (folder / "site").rename(folder / "dirty")
        build_ours(vault, folder)
    finally:
        note.write_text(text, encoding="utf-8")
    different = _count_different(folder / "dirty", folder / "site")
    return {name: Changed(cost, different) for name, cost in costs.items()}


def _count_different(one: Path, other: Path) -> int:
    """Return how many files two folders do not have in common, byte for byte."""
    names = {path.relative_to(base) for base in (one, other) for path in base.rglob("*") if path.is_file()}
    return sum(_read(one / name) != _read(other / name) for name in names)


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
