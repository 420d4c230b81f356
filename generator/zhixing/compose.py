"""The one composition: a loaded vault is run, rendered and woven into a plan. Nothing is written here.

The command line, the site and the tests all see a vault through `results` and `plan`, so they cannot disagree.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from zhixing.checks.links import check_links
from zhixing.checks.names import check_names
from zhixing.checks.template import Template, check_template, read_template
from zhixing.claims.fix import fix_numerals
from zhixing.claims.judge import check_claims, check_says
from zhixing.language.model import Run
from zhixing.language.runs import Book, Declared, example_fences, run_all
from zhixing.language.runs import Memory as RunMemory
from zhixing.lists.lists import CANVAS, list_body, list_fences, list_map, read_list
from zhixing.markdown.blocks import Region
from zhixing.problems import Code, Problem
from zhixing.show.body import Body, body, show_problems
from zhixing.show.templates import NoteTemplateError, obsidian_template
from zhixing.source import Source
from zhixing.vault.load import read_inside
from zhixing.vault.note import Note, read_note
from zhixing.vault.vault import Vault, fold
from zhixing.weave import files
from zhixing.weave.figures import unused_figures, weave_figure
from zhixing.weave.regions import Target, Verdict, Woven, weave

# Running a vault: its examples are run, its lists made, and what they show is rendered.

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


# Planning: what is rendered is woven into notes and files. Nothing is written here.


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is not what it should be: its place in the vault, its text now (None where it is new) and then.

    `examples` are those of which other results stood in it.
    """

    path: PurePosixPath
    before: str | None
    after: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What regenerating would write, and what stands in its way."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def plan(
    vault: Vault,
    found: Results,
    notes: Collection[PurePosixPath] | None = None,
    templates: Collection[Source] = (),
    *,
    accept: bool = False,
    fix_claims: bool = False,
) -> Plan:
    """Weave results into notes, figures and canvases, and note templates into Obsidian's own.

    `accept` takes the computed text where somebody edited a region by hand; `fix_claims` rewrites wrong claims.
    """
    changes: list[Change] = []
    problems: list[Problem] = []
    for path, note in vault.notes.items():
        if notes is None or path in notes:
            fixed = _with_fixed_claims(note, found) if fix_claims else note
            changes += _note(note, fixed, found, problems, accept=accept)
            changes += _figures(vault, note, found, problems, accept=accept)
            changes += _canvases(vault, note, found, problems, accept=accept)
    changes += _templates(vault, templates, problems, accept=accept)
    return Plan(tuple(changes), tuple(problems))


def _with_fixed_claims(note: Note, found: Results) -> Note:
    text = fix_numerals(note, found.book.runs)
    return read_note(Source(note.source.path, text), note.path) if text != note.source.text else note


def _note(note: Note, fixed: Note, found: Results, problems: list[Problem], *, accept: bool) -> Iterator[Change]:
    """Yield the change of a note, if any; `fixed` is the note with its claims fixed."""
    bodies, blocks = found.of(note), found.blocks[note.path]
    declared = {block.name for block in blocks}
    fences = sorted([*example_fences(fixed), *list_fences(fixed)], key=lambda fence: fence.span)
    pairs = zip(blocks, fences, strict=True)
    targets = {block.id: Target(fence.span, bodies[block.id].markdown) for block, fence in pairs if block.id in bodies}
    woven = weave(fixed.source, targets, declared=declared, accept=accept)
    problems += woven.problems
    if woven.text != note.source.text:
        other = (Verdict.STALE, Verdict.EDITED)
        renewed = tuple(name for name, verdict in woven.verdicts.items() if verdict in other)
        yield Change(note.path, note.source.text, woven.text, renewed)


def _figures(vault: Vault, note: Note, found: Results, problems: list[Problem], *, accept: bool) -> Iterator[Change]:
    for example, shown in found.of(note).items():
        for name, svg in shown.figures.items():
            path = note.path.parent / FIGURES / name
            yield from _file(vault, path, partial(weave_figure, svg=svg, accept=accept), problems, example)


def _canvases(vault: Vault, note: Note, found: Results, problems: list[Problem], *, accept: bool) -> Iterator[Change]:
    for path, text in found.maps(note).items():
        weave_map = partial(files.weave_file, text=text, counted=files.canvas, accept=accept)
        yield from _file(vault, path, weave_map, problems)


def _templates(
    vault: Vault, templates: Collection[Source], problems: list[Problem], *, accept: bool
) -> Iterator[Change]:
    """Yield what Obsidian's templates should be; where they and the note templates are the same files there is none."""
    if vault.templates is None:
        return
    for source in templates:
        path = vault.templates / PurePosixPath(source.path).name
        if read_template(source) is None or (vault.root / path).absolute() == Path(source.path).absolute():
            continue
        note = f"由 templates/{path.name} 生成，要改请改那里 {files.SEAL}"
        try:
            text = obsidian_template(source, note)
        except NoteTemplateError as error:
            problems.append(error.problem)
            continue
        weave_copy = partial(files.weave_file, text=text, counted=files.lines, accept=accept)
        yield from _file(vault, path, weave_copy, problems)


def _file(
    vault: Vault,
    path: PurePosixPath,
    weave_into: Callable[[Source], Woven],
    problems: list[Problem],
    example: str = "",
) -> Iterator[Change]:
    """Yield what a generated file should be, if it is not; `example` is the one whose result it shows."""
    before = read_inside(vault.root, path)
    if before is None and (problem := _no_text(vault, path)):
        problems.append(problem)
        return
    woven = weave_into(Source(str(path), before or ""))
    problems += woven.problems
    if woven.text != before:
        yield Change(path, before, woven.text, (example,) if example and before is not None else ())


def _no_text(vault: Vault, path: PurePosixPath) -> Problem | None:
    """Return a problem where a file stands that cannot be read as text: nobody knows what writing it would lose."""
    if path not in vault.index.paths.get(fold(str(path)), ()):
        return None
    what = "A generated file belongs here, and what stands here is no UTF-8 text, or longer than 10 MB"
    return Problem(
        str(path), 1, 1, Code.FILE_NOT_UTF8, what, "Delete it or move it away, then run `zhixing regenerate`"
    )


# Reporting: every problem of a vault, from all that look for any.


def unread(vault: Vault, found: Results) -> Iterator[Problem]:
    """Yield a problem for each generated figure that no note shows any more."""
    shown = {path for note in vault.notes.values() for path in found.figures(note)}
    broken = {one.note.path.parent for one in found.book.declared if _failed(one, found)}
    for path in vault.files:
        if (
            path.parent.name == FIGURES
            and path.suffix == ".svg"
            and path not in shown
            and path.parent.parent not in broken
        ):
            yield from unused_figures(Source(str(path), read_inside(vault.root, path) or ""))


def _failed(one: Declared, found: Results) -> bool:
    """Tell whether an example gave no body, so that its figures cannot be said to be unused."""
    return one.example is None or one.example.id not in found.bodies


def check(vault: Vault, found: Results, planned: Plan, templates: Mapping[str, Template]) -> list[Problem]:
    """Return every problem of a vault: its files, links, names, templates, examples, claims and generated regions."""
    problems = [*vault.problems, *found.problems, *planned.problems, *unread(vault, found)]
    for note in vault.notes.values():
        problems += note.problems
        for run in (found.book.runs[block.id] for block in found.blocks[note.path] if block.id in found.book.runs):
            problems += [*show_problems(run, note.source), *check_says(run, note.source)]
        problems += check_template(note, templates)
        problems += check_claims(note, found.book.runs)
    return [*problems, *check_links(vault), *check_names(vault)]


def templates_of(sources: Collection[Source]) -> dict[str, Template]:
    """Return note templates by the type that each declares."""
    read = (read_template(source) for source in sources)
    return {template.type: template for template in read if template}


__all__ = [
    "FIGURES", "Block", "Change", "Memory", "Plan", "Progress", "Results",
    "check", "plan", "results", "templates_of", "unread",
]  # fmt: skip
