"""Running a vault: its examples are run, its lists made, and what they show is rendered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from zhixing.examples.book import Book, run_all
from zhixing.examples.book import Memory as RunMemory
from zhixing.examples.model import Run
from zhixing.pages.bodies import CANVAS, list_body, list_map
from zhixing.pages.declare import list_fences, read_list
from zhixing.problems import Code, Problem
from zhixing.render.body import Body, body
from zhixing.text.regions import Region
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

FIGURES = "_figures"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a note that something is written below: an example or a list.

    `id` names what it shows; it is "" where the block cannot be read, or where its `name` belongs to an earlier block.
    """

    id: str
    name: str
    fence: Region


@dataclass(frozen=True, slots=True)
class Results:
    """What a vault's examples gave: the runs, and what is shown of each, by example id; canvases by their place."""

    book: Book
    bodies: Mapping[str, Body]
    canvases: Mapping[PurePosixPath, str]
    blocks: Mapping[PurePosixPath, tuple[Block, ...]]
    problems: tuple[Problem, ...]

    def of(self, note: Note) -> dict[str, Body]:
        """Return the bodies of what a note declares, by id."""
        return {block.id: self.bodies[block.id] for block in self.blocks[note.path] if block.id in self.bodies}

    def figures(self, note: Note) -> dict[PurePosixPath, str]:
        """Return the figures of what a note declares: SVG by its place in the vault."""
        folder = note.path.parent / FIGURES
        return {folder / name: svg for shown in self.of(note).values() for name, svg in shown.figures.items()}

    def maps(self, note: Note) -> dict[PurePosixPath, str]:
        """Return the canvases that a note declares: text with room for a checksum, by its place in the vault."""
        places = (note.path.parent / f"{block.id}{CANVAS}" for block in self.blocks[note.path] if block.id)
        return {place: self.canvases[place] for place in places if place in self.canvases}


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass
class Memory:
    """What an earlier look at the vault computed, for a server that looks again after each save."""

    runs: RunMemory = field(default_factory=RunMemory)
    bodies: dict[str, tuple[Run, Body | None]] = field(default_factory=dict)

    def body(self, name: str, run: Run) -> Body | None:
        """Return what a run shows, rendered once for each run."""
        known = self.bodies.get(name)
        if known is None or known[0] is not run:
            known = self.bodies[name] = (run, body(run))
        return known[1]


def results(vault: Vault, progress: Progress = _silent, memory: Memory | None = None) -> Results:
    """Run every example of a vault, and render what examples and lists show.

    With a `memory`, only what changed since its last use is computed.
    """
    memory = memory or Memory()
    book = run_all(vault, progress, memory.runs)
    bodies = {name: shown for name, run in book.runs.items() if (shown := memory.body(name, run)) is not None}
    blocks: dict[PurePosixPath, list[Block]] = {path: [] for path in vault.notes}
    canvases: dict[PurePosixPath, str] = {}
    taken: set[str] = set()
    for one in book.declared:
        blocks[one.note.path].append(_block(one.example.id if one.example else "", one.fence, taken))
    problems = [*book.problems]
    for note in vault.notes.values():
        for fence in list_fences(note):
            declared, found = read_list(note.source, fence)
            problems += found
            block = _block(declared.id if declared else "", fence, taken)
            blocks[note.path].append(block)
            if declared and not block.id:
                what = f"The id {declared.id!r} is taken already"
                problems.append(note.source.problem(Code.LIST_INVALID, fence.content, what, "Choose another"))
            elif declared:
                figures: Mapping[str, str] = {}
                if declared.of == "map":
                    place = note.path.parent / f"{declared.id}{CANVAS}"
                    canvases[place], figures = list_map(declared, vault)
                bodies[declared.id] = Body(list_body(declared, vault, book), figures)
    ordered = {path: tuple(sorted(own, key=lambda block: block.fence.span)) for path, own in blocks.items()}
    return Results(book, bodies, canvases, ordered, tuple(problems))


def _block(name: str, fence: Region, taken: set[str]) -> Block:
    """Return a block; the first of a name has its results, a second of that name shows nothing."""
    block = Block("" if name in taken else name, name, fence)
    taken.add(name)
    return block
