"""Planning: what is rendered is woven into notes and files. Nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from zhixing.build.running import FIGURES, Results
from zhixing.checks.repair import repaired
from zhixing.checks.template import read_template
from zhixing.examples.book import example_fences
from zhixing.pages.declare import list_fences
from zhixing.problems import Code, Problem
from zhixing.render.notes import NoteTemplateError, obsidian_template
from zhixing.source import Source
from zhixing.vault.files import read_inside
from zhixing.vault.index import fold
from zhixing.vault.note import Note, read_note
from zhixing.vault.vault import Vault
from zhixing.weave import files
from zhixing.weave.checksum import Verdict
from zhixing.weave.figures import weave_figure
from zhixing.weave.regions import Target, Woven, weave


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
            fixed = _repaired(note, found) if fix_claims else note
            changes += _note(note, fixed, found, problems, accept=accept)
            changes += _figures(vault, note, found, problems, accept=accept)
            changes += _canvases(vault, note, found, problems, accept=accept)
    changes += _templates(vault, templates, problems, accept=accept)
    return Plan(tuple(changes), tuple(problems))


def _repaired(note: Note, found: Results) -> Note:
    text = repaired(note, found.book.runs)
    return read_note(Source(note.source.path, text), note.path) if text != note.source.text else note


def _note(note: Note, fixed: Note, found: Results, problems: list[Problem], *, accept: bool) -> Iterator[Change]:
    """Yield the change of a note, if any; `fixed` is the note with its claims repaired."""
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
