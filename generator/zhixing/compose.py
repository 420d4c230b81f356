"""Composition: run a loaded vault, render its results, and plan what is to be written. Nothing is written here.

The command line, the site and the tests all see a vault through `results` and `plan`, so they cannot disagree.

What reads, runs and shows examples is imported where the first example or claim needs it: to import it takes longer
than a small build, and a vault without examples needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from zhixing.checks.blocks import check_expectations
from zhixing.checks.check_links import check_edge, check_graph, check_links, check_results
from zhixing.checks.fix_links import LinkFixer
from zhixing.checks.names import check_names
from zhixing.checks.own import check_own
from zhixing.checks.template import Template, choose_templates, read_template, templates_of
from zhixing.claims.backing import Backing
from zhixing.claims.report import Judged, check_claims, check_says
from zhixing.language.book import Book, Declared, example_of
from zhixing.language.budget import Budget, Pool, budget_of_claims, pool_of_showing
from zhixing.lists.lists import CANVAS, List, beginning, find_published, list_body, list_map, read_list
from zhixing.markdown.blocks import Region
from zhixing.markdown.fences import example_fences, list_fences
from zhixing.markdown.generated import SEAL
from zhixing.problems import Code, Problem
from zhixing.show.bodies import Body, Rendered, decode_rendered, encode_rendered
from zhixing.show.forms import KeptForms
from zhixing.show.templates import NoteTemplateError, obsidian_template
from zhixing.source import Source
from zhixing.vault.graph import edges, links_by_note
from zhixing.vault.load import leads_elsewhere, read_inside
from zhixing.vault.note import Note, read_note
from zhixing.vault.stamps import Stamp, stamps
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault, fold, once_for_outline
from zhixing.weave.figures import unused_figures, weave_figure
from zhixing.weave.generated_files import canvas_content, text_content, weave_file
from zhixing.weave.regions import Accepted, Target, Verdict, Woven, accepts, weave
from zhixing.wording.model import Wording

if TYPE_CHECKING:
    from zhixing.language.model import Run
    from zhixing.language.runs import RunMemory

# Running a vault: its examples and lists, rendered.

FIGURES = "_figures"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ResultBlock:
    """A block of a note below which results are written: an example or a list.

    `id` names what it shows; it is "" where the block cannot be read, or where its `name` belongs to an earlier block.
    """

    id: str
    name: str
    fence: Region


@dataclass(frozen=True)
class Results:
    """The results of a vault: runs and rendered bodies by example id, canvases by path."""

    book: Book
    bodies: Mapping[str, Body]
    canvases: Mapping[PurePosixPath, str]
    blocks: Mapping[PurePosixPath, tuple[ResultBlock, ...]]
    problems: tuple[Problem, ...]
    rendered: Mapping[str, Rendered]
    claiming: Budget = field(repr=False)
    known_claims: dict[PurePosixPath, _KnownClaims] = field(default_factory=dict, repr=False)
    _judged: dict[PurePosixPath, tuple[Note, tuple[Judged, ...]]] = field(default_factory=dict, repr=False)

    @cached_property
    def homes(self) -> Mapping[str, PurePosixPath]:
        """The note of each example that ran or failed, by the example's id."""
        homes: dict[str, PurePosixPath] = {}
        for one in self.book.declared:
            if one.name:
                homes.setdefault(one.name, one.note.path)
        return homes

    def judged(self, note: Note) -> tuple[Judged, ...]:
        """Return the claims of a note held against the runs; each note's are judged once.

        What an example shows is read as a note at the path of its own: one without claims, of which nothing is kept.
        """
        if not note.claims:
            return ()
        known = self._judged.get(note.path)
        if known is None or known[0] is not note:
            known = self._judged[note.path] = note, self._judge(note)
        return known[1]

    def _judge(self, note: Note) -> tuple[Judged, ...]:
        """Return the claims of a note held against the runs, as they were where nothing that they rest on changed."""
        known = self.known_claims.get(note.path)
        if known is None or not known.is_valid(note, self.backing, self.claiming):
            from zhixing.claims.judge import judge_note  # noqa: PLC0415

            used = self.claiming.used
            judged = tuple(judge_note(note, self.backing, self.claiming))
            known = _KnownClaims.of(note, self.backing, judged, self.claiming.used - used)
            self.known_claims[note.path] = known
        else:
            self.claiming.used += known.work
        return known.judged

    @cached_property
    def backing(self) -> Backing:
        """What the examples back in prose."""
        return Backing.of(self.book)

    def names_of(self, example: str) -> tuple[str, ...] | None:
        """Return the names of an example's single results, none where it does not exist, None where it failed."""
        body = self.bodies.get(example)
        return body.names if body and body.run else None if example in self.homes else ()

    @cached_property
    def _canvas_ids(self) -> frozenset[str]:
        """The ids of the lists that draw canvases."""
        return frozenset(path.name.removesuffix(CANVAS) for path in self.canvases)

    def of(self, note: Note) -> dict[str, Body]:
        """Return the bodies of what a note declares, by id."""
        return {block.id: self.bodies[block.id] for block in self.blocks[note.path] if block.id in self.bodies}

    def figures(self, note: Note) -> dict[PurePosixPath, str]:
        """Return the figures of what a note declares: SVG by its place in the vault."""
        shown = [body.figures for body in self.of(note).values() if body.figures] if self.blocks[note.path] else []
        folder = note.path.parent / FIGURES if shown else None
        return {folder / name: svg for figures in shown for name, svg in figures.items()} if folder else {}

    def maps(self, note: Note) -> dict[PurePosixPath, str]:
        """Return the canvases that a note declares: text with room for a checksum, by its place in the vault."""
        ids = [block.id for block in self.blocks[note.path] if block.id in self._canvas_ids]
        places = (note.path.parent / f"{one}{CANVAS}" for one in ids)
        return {place: self.canvases[place] for place in places if place in self.canvases}


@dataclass(frozen=True, slots=True)
class _KnownClaims:
    """The claims of a note as they were judged, the operations that took, and what that rests on.

    `examples` holds, by name, the run and the failure of each example that the note declares or that a claim may name.
    """

    note: Note
    judged: tuple[Judged, ...]
    work: int
    examples: Mapping[str, tuple[Run | None, Declared | None]]

    @classmethod
    def of(cls, note: Note, backing: Backing, judged: tuple[Judged, ...], work: int) -> _KnownClaims:
        """Return what came of a note's claims, with what it rests on."""
        claims = [*(one.claim for one in judged), *note.claims]
        names = [*backing.own.get(note.path, ()), *(example_of(one.reference) for one in claims if one.reference)]
        # What is said of a name that means nothing depends on which names there are.
        if any(one.code is Code.CLAIM_UNKNOWN for one in judged):
            names += [*backing.runs, *backing.failed]
        examples = {name: (backing.runs.get(name), backing.failed.get(name)) for name in names}
        return cls(note, judged, work, examples)

    def is_valid(self, note: Note, backing: Backing, budget: Budget) -> bool:
        """Return whether judging the claims again would give the same."""
        if note is not self.note or budget.most is None or budget.used + self.work > budget.most:
            return False
        names = {*backing.own.get(note.path, ())}
        if any(one.code is Code.CLAIM_UNKNOWN for one in self.judged):
            names |= backing.runs.keys() | backing.failed.keys()
        return names <= self.examples.keys() and all(
            backing.runs.get(name) is run and backing.failed.get(name) is failed
            for name, (run, failed) in self.examples.items()
        )


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A note's plan, and what it rests on: the note, its results, and the stamps of the files that show them."""

    note: Note
    results: tuple[object, ...]
    files: tuple[PurePosixPath, ...]
    stamps: tuple[Stamp, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class _Checked:
    """The problems of a note, and what they rest on: objects that are kept, so that their places stay taken."""

    places: tuple[int, ...]
    rests_on: tuple[object, ...]
    problems: tuple[Problem, ...]


@dataclass
class _Checks:
    """The problems of the notes of a vault, as long as what all of them rest on is the same."""

    common: object = None
    notes: dict[PurePosixPath, _Checked] = field(default_factory=dict)

    def of(self, templates: Mapping[str, Template], found: Results) -> dict[PurePosixPath, _Checked]:
        """Return what is known of notes; nothing where templates or the names of examples have changed."""
        common = templates, found.book.runs.keys(), found.backing.failed
        if common != self.common:
            self.common, self.notes = common, {}
        return self.notes

    def forget(self, vault: Vault) -> None:
        """Forget notes that a vault has no longer."""
        if len(self.notes) > len(vault.notes):
            self.notes = {path: known for path, known in self.notes.items() if path in vault.notes}


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the lists of a vault show, and what that rests on. `runs` are those of sources' statements, as objects."""

    rests_on: tuple[object, ...] = ()
    runs: tuple[Run, ...] = ()
    bodies: Mapping[str, Body] = field(default_factory=dict)
    canvases: Mapping[PurePosixPath, str] = field(default_factory=dict)


@dataclass
class Memory:
    """The results of an earlier run, for a server that runs again after each save.

    Runs, and what they show, are taken from the `store` of other processes, and kept there.
    """

    store: Store | None = None
    rendered: dict[str, tuple[Run, int, Rendered]] = field(default_factory=dict)
    plans: dict[PurePosixPath, _Planned] = field(default_factory=dict)
    claims: dict[PurePosixPath, _KnownClaims] = field(default_factory=dict)
    checks: _Checks = field(default_factory=_Checks)
    lists: _Lists = field(default_factory=_Lists)
    _beginnings: dict[PurePosixPath, tuple[Note, str]] = field(default_factory=dict)

    def find_beginnings(self, vault: Vault) -> tuple[str, ...]:
        """Return the beginnings of all notes, of which lists say something."""
        known = self._beginnings
        self._beginnings = {
            path: known[path] if path in known and known[path][0] is note else (note, beginning(note))
            for path, note in vault.notes.items()
        }
        return tuple([text for _, text in self._beginnings.values()])

    @cached_property
    def runs(self) -> RunMemory:
        """The runs of examples, from the first example on."""
        from zhixing.language.kept_runs import KeptRuns  # noqa: PLC0415
        from zhixing.language.runs import RunMemory  # noqa: PLC0415

        return RunMemory(KeptRuns(self.store))

    @property
    def _has_run(self) -> bool:
        """Whether any vault had examples so far."""
        return "runs" in self.__dict__

    def run_all(self, vault: Vault, progress: Progress) -> Book:
        """Run every example of a vault that changed since the last time."""
        if not self._has_run and not any(True for note in vault.notes.values() for _ in example_fences(note)):
            return Book((), {}, ())
        from zhixing.language.runs import run_all  # noqa: PLC0415

        return run_all(vault, progress, self.runs)

    def save(self) -> None:
        """Keep the runs, and what they show, for other processes."""
        if self._has_run:
            self.runs.kept.save()

    @cached_property
    def forms(self) -> KeptForms:
        """Other forms of runs, as other processes kept them."""
        return KeptForms(self.runs)

    def render(self, name: str, run: Run, pool: Pool) -> Rendered:
        """Return what a run shows; it is rendered once, except where the pool has more or less than it then needed."""
        length = run.example.span.end - run.example.span.start
        limit = pool.limit(length)
        old, before, rendered = self.rendered.get(name, (None, 0, Rendered(None)))
        if old is not run or (limit != before if rendered.cut else rendered.work > limit):
            rendered = self._render(name, run, limit)
            self.rendered[name] = (run, limit, rendered)
        pool.take(length, rendered.work)
        return rendered

    def _render(self, name: str, run: Run, limit: int) -> Rendered:
        """Return what a run shows as another process kept it, or render it and keep that.

        A run that the pool cut short shows less than the same run did where more was left, so nothing of it is kept.
        """
        from zhixing.language.kept_runs import SHOWN  # noqa: PLC0415
        from zhixing.show.body import render  # noqa: PLC0415

        key = None if run.cut else self.runs.keys.get(name)
        entry = self.runs.kept.take(SHOWN, key)
        found = decode_rendered(entry, run) if entry else None
        if found is None or found.work > limit:
            found = render(run, limit)
            self.runs.kept.put(SHOWN, key, encode_rendered(found))
        return replace(found, body=replace(found.body, recall=self.forms.recall(key))) if key and found.body else found


def results(vault: Vault, progress: Progress = _silent, memory: Memory | None = None) -> Results:
    """Run every example of a vault, and render what examples and lists show.

    With a `memory`, only what changed since its last use is computed.
    """
    memory = memory or Memory()
    book = memory.run_all(vault, progress)
    lists, problems = _read_lists(vault)
    unique, duplicates = _split_by_id(lists, {one.example.id for one in book.declared if one.example})
    pool = pool_of_showing(vault.length)
    rendered = {name: memory.render(name, run, pool) for name, run in book.runs.items()}
    examples = {name: one.body for name, one in rendered.items() if one.body}
    memory.save()
    made, canvases = _make_lists_again(unique, vault, book, memory)
    declared = [
        *((one.note, one.fence, one.example.id if one.example else "") for one in book.declared),
        *((one.note, one.fence, one.id) for one in lists),
    ]
    problems = [*book.problems, *problems, *map(_duplicate_id, duplicates)]
    claiming = budget_of_claims(vault.length)
    memory.claims = {path: known for path, known in memory.claims.items() if path in vault.notes}
    blocks, said = _blocks(vault, declared), tuple(problems)
    return Results(book, {**examples, **made}, canvases, blocks, said, rendered, claiming, memory.claims)


@dataclass(frozen=True, slots=True)
class _ListBlock:
    """A `yaml list` block of a note; `declared` is None where the block cannot be read."""

    note: Note
    fence: Region
    declared: List | None

    @property
    def id(self) -> str:
        return self.declared.id if self.declared else ""


def _read_lists(vault: Vault) -> tuple[list[_ListBlock], list[Problem]]:
    """Return the list blocks of a vault, and what is wrong with those that cannot be read."""
    read = [
        (note, fence, *read_list(note.source, fence)) for note in vault.notes.values() for fence in list_fences(note)
    ]
    lists = [_ListBlock(note, fence, declared) for note, fence, declared, _ in read]
    return lists, [problem for *_, problems in read for problem in problems]


def _split_by_id(lists: Iterable[_ListBlock], taken: Collection[str]) -> tuple[list[_ListBlock], list[_ListBlock]]:
    """Return the lists whose id is free, and those whose id belongs to an example or to an earlier list."""
    unique: dict[str, _ListBlock] = {}
    duplicates: list[_ListBlock] = []
    for one in (one for one in lists if one.declared):
        if one.id in taken or one.id in unique:
            duplicates.append(one)
        else:
            unique[one.id] = one
    return list(unique.values()), duplicates


def _duplicate_id(one: _ListBlock) -> Problem:
    what = f"The id {one.id!r} is taken already"
    return one.note.source.problem(Code.LIST_INVALID, one.fence.content, what, "Choose another")


def _make_lists_again(
    lists: Iterable[_ListBlock], vault: Vault, book: Book, memory: Memory
) -> tuple[Mapping[str, Body], Mapping[PurePosixPath, str]]:
    """Return what `_make_lists` gives; bodies are the same objects as the last time where they show the same."""
    lists = list(lists)
    if not lists:
        return {}, {}
    known, runs = memory.lists, tuple(run for run in book.runs.values() if run.said)
    places = tuple((one.note.path, one.name) for one in book.declared)
    declared = tuple((one.note.path, one.declared) for one in lists)
    rests_on = vault.outline, places, declared, memory.find_beginnings(vault)
    if known.rests_on != rests_on or [*map(id, known.runs)] != [*map(id, runs)]:
        bodies, canvases = _make_lists(lists, vault, book)
        bodies = {name: body if known.bodies.get(name) != body else known.bodies[name] for name, body in bodies.items()}
        memory.lists = known = _Lists(rests_on, runs, bodies, canvases)
    return known.bodies, known.canvases


def _make_lists(
    lists: Iterable[_ListBlock], vault: Vault, book: Book
) -> tuple[dict[str, Body], dict[PurePosixPath, str]]:
    """Return what each list shows, by id, and the canvases of those that are maps, by place."""
    bodies: dict[str, Body] = {}
    canvases: dict[PurePosixPath, str] = {}
    published = find_published(book)
    for one in lists:
        if one.declared:
            figures: Mapping[str, str] = {}
            if one.declared.of == "map":
                canvases[one.note.path.parent / f"{one.id}{CANVAS}"], figures = list_map(one.declared, vault)
            bodies[one.id] = Body(list_body(one.declared, vault, published), figures)
    return bodies, canvases


def _blocks(vault: Vault, declared: Iterable[tuple[Note, Region, str]]) -> dict[PurePosixPath, tuple[ResultBlock, ...]]:
    """Return the blocks of each note by place. The first of a name has its results; a second shows nothing."""
    blocks: dict[PurePosixPath, list[ResultBlock]] = {path: [] for path in vault.notes}
    taken: set[str] = set()
    for note, fence, name in declared:
        blocks[note.path].append(ResultBlock("" if name in taken else name, name, fence))
        taken.add(name)
    return {path: tuple(sorted(own, key=lambda block: block.fence.span)) for path, own in blocks.items()}


# Planning: results are woven into notes and files. Nothing is written here.


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a file: its path in the vault, its text before (None for a new file) and after.

    `examples` are the examples whose results in it changed; `edited` names those whose hand edits are overwritten.
    """

    path: PurePosixPath
    before: str | None
    after: str
    examples: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that regenerating would write, and the problems that it met."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]


def plan(
    vault: Vault,
    found: Results,
    notes: Collection[PurePosixPath] | None = None,
    templates: Collection[Source] = (),
    *,
    accept: Accepted = False,
    fix_claims: bool = False,
    bind: bool = False,
) -> Plan:
    """Weave results into notes, figures and canvases, and note templates into Obsidian's own.

    `accept` overwrites what was edited by hand: everything, or the examples that it names. `fix_claims` rewrites wrong
    claims, `bind` fills empty markers.
    """
    chosen = [note for path, note in vault.notes.items() if notes is None or path in notes]
    claimed = [_with_claims(note, found, fix_claims=fix_claims, bind=bind) for note in chosen]
    parts = [
        *(Plan((), tuple(problems)) for _, problems in claimed),
        *(
            part
            for note, (after, _) in zip(chosen, claimed, strict=True)
            for part in _plan_note(vault, note, after, found, accept=accept)
        ),
        *_plan_templates(vault, templates, accept=accept),
    ]
    return _join(parts)


def _join(parts: Collection[Plan]) -> Plan:
    return Plan(
        tuple(change for part in parts for change in part.changes),
        tuple(problem for part in parts for problem in part.problems),
    )


def plan_again(vault: Vault, found: Results, templates: Collection[Source], memory: Memory) -> Plan:
    """Return the plan that `plan` gives for all notes, working out only those of which something changed."""
    plans = {path: _plan_known(vault, note, found, memory.plans.get(path)) for path, note in vault.notes.items()}
    memory.plans = {path: one for path, one in plans.items() if isinstance(one, _Planned)}
    parts = [one.plan if isinstance(one, _Planned) else one for one in plans.values()]
    return _join([*parts, *_plan_templates(vault, templates, accept=False)])


def _plan_known(vault: Vault, note: Note, found: Results, known: _Planned | None) -> _Planned | Plan:
    """Return a note's plan, with what it rests on where that can be told again: as it was where that is the same."""
    if known is not None and known.note is note and not found.blocks[note.path]:
        return known
    results = (found.blocks[note.path], found.of(note), found.maps(note))
    same = known is not None and known.note is note and known.results == results
    if known is not None and same and stamps(vault.root, known.files) == known.stamps:
        return known
    files = (*found.figures(note), *found.maps(note))
    # Stamps come before files are read: what changes in between is seen the next time.
    before = stamps(vault.root, files)
    planned = _join([*_plan_note(vault, note, note, found, accept=False)])
    return planned if before is None else _Planned(note, results, files, before, planned)


def _plan_note(vault: Vault, note: Note, claimed: Note, found: Results, *, accept: Accepted) -> Iterator[Plan]:
    """Yield the plans for a note, its figures and its canvases; `claimed` is the note with its claims written anew."""
    yield _plan_text(note, claimed, found, accept=accept)
    for example, shown in found.of(note).items():
        for name, svg in shown.figures.items():
            weave_into = partial(weave_figure, svg=svg, accept=accepts(accept, example))
            yield _plan_file(vault, note.path.parent / FIGURES / name, weave_into, example)
    for path, text in found.maps(note).items():
        taken = accepts(accept, path.name.removesuffix(CANVAS))
        yield _plan_file(vault, path, partial(weave_file, text=text, content=canvas_content, accept=taken))


def _with_claims(note: Note, found: Results, *, fix_claims: bool, bind: bool) -> tuple[Note, list[Problem]]:
    """Return a note with its empty markers filled and its wrong figures fixed, where either is asked for."""
    if not (fix_claims or bind):
        return note, []
    from zhixing.claims.bind import bind_markers  # noqa: PLC0415
    from zhixing.claims.fix import fix_numerals  # noqa: PLC0415

    problems: list[Problem] = []
    if bind:
        text, problems = bind_markers(note, found.backing)
        note = _rewritten(note, text)
    return _rewritten(note, fix_numerals(note, found.backing)) if fix_claims else note, problems


def _rewritten(note: Note, text: str) -> Note:
    return (
        read_note(Source(note.source.path, text), note.path, dialect=note.dialect) if text != note.source.text else note
    )


def _plan_text(note: Note, fixed: Note, found: Results, *, accept: Accepted) -> Plan:
    """Return the plan for a note's text; `fixed` is the note with its claims fixed."""
    bodies, blocks = found.of(note), found.blocks[note.path]
    declared = {block.name for block in blocks}
    fences = sorted([*example_fences(fixed), *list_fences(fixed)], key=lambda fence: fence.span)
    pairs = zip(blocks, fences, strict=True)
    targets = {block.id: Target(fence.span, bodies[block.id].markdown) for block, fence in pairs if block.id in bodies}
    woven = weave(fixed, targets, declared=declared, accept=accept)
    if woven.text == note.source.text:
        return Plan((), woven.problems)
    other = (Verdict.STALE, Verdict.EDITED)
    renewed = tuple(name for name, verdict in woven.verdicts.items() if verdict in other)
    edited = tuple(name for name, one in woven.verdicts.items() if one is Verdict.EDITED and accepts(accept, name))
    return Plan((Change(note.path, note.source.text, woven.text, renewed, edited),), woven.problems)


def _plan_templates(vault: Vault, templates: Collection[Source], *, accept: Accepted) -> Iterator[Plan]:
    """Yield the plans for Obsidian's templates; none where they are the note templates themselves."""
    if vault.templates is None:
        return
    for source in templates:
        path = vault.templates / PurePosixPath(source.path).name
        if read_template(source) is None or (vault.root / path).absolute() == Path(source.path).absolute():
            continue
        try:
            text = render_template(source, vault.wording)
        except NoteTemplateError as error:
            yield Plan((), (error.problem,))
        else:
            yield _plan_file(vault, path, partial(weave_file, text=text, content=text_content, accept=accept is True))


def render_template(source: Source, wording: Wording) -> str:
    """Return a note template as a file of Obsidian's templates, with room for its checksum.

    Raises NoteTemplateError where the template cannot be read.
    """
    note = f"{wording.from_template.format(name=PurePosixPath(source.path).name)} {SEAL}"
    return obsidian_template(source, note, wording.example)


def plan_text(vault: Vault, path: PurePosixPath, text: str) -> Plan:
    """Return the plan for a generated file of text, which has room for its checksum."""
    return _plan_file(vault, path, partial(weave_file, text=text, content=text_content))


def _plan_file(vault: Vault, path: PurePosixPath, weave_into: Callable[[Source], Woven], example: str = "") -> Plan:
    """Return the plan for a generated file; `example` is the example whose result it shows."""
    before = read_inside(vault.root, path)
    if before is None and (problem := _no_text(vault, path)):
        return Plan((), (problem,))
    woven = weave_into(Source(str(path), before or ""))
    if woven.text == before:
        return Plan((), woven.problems)
    if leads_elsewhere(vault.root, path):
        what = "A generated file belongs here, and is not written through a symbolic link"
        return Plan((), (Problem(str(path), 1, 1, Code.FILE_UNWRITABLE, what, "Remove the link"),))
    renewed = (example,) if example and before is not None else ()
    edited = (str(path),) if Verdict.EDITED in woven.verdicts.values() else ()
    return Plan((Change(path, before, woven.text, renewed, edited),), woven.problems)


def _no_text(vault: Vault, path: PurePosixPath) -> Problem | None:
    """Return a problem where a file exists that is not text: overwriting it might lose something."""
    if path not in vault.index.paths.get(fold(str(path)), ()):
        return None
    what = "A generated file belongs here, and what stands here is no UTF-8 text, or longer than 10 MB"
    return Problem(
        str(path), 1, 1, Code.FILE_NOT_UTF8, what, "Delete it or move it away, then run `zhixing regenerate`"
    )


# Reporting: every problem of a vault.


def _check_figures(vault: Vault, found: Results) -> Iterator[Problem]:
    """Yield a problem for each generated figure that no note shows any more.

    Beside an example that gave no body none is reported: its figures may be in use.
    """
    drawing = [note for path, note in vault.notes.items() if found.blocks[path]]
    shown = {path for note in drawing for path in found.figures(note)}
    failed = {
        one.note.path.parent for one in found.book.declared if one.example is None or one.example.id not in found.bodies
    }
    for path in _find_drawn(vault):
        if path not in shown and path.parent.parent not in failed:
            yield from unused_figures(Source(str(path), read_inside(vault.root, path) or ""))


@once_for_outline
def _find_drawn(vault: Vault) -> Sequence[PurePosixPath]:
    """Return the files of a vault that are called as generated figures are."""
    return [path for path in vault.files if path.parent.name == FIGURES and path.suffix == ".svg"]


def check(
    vault: Vault,
    found: Results,
    planned: Plan,
    templates: Mapping[str, Template],
    *,
    done: Callable[[Note], None] | None = None,
    own: Mapping[PurePosixPath, Iterable[Problem]] | None = None,
) -> list[Problem]:
    """Return every problem of a vault: its files, links, names, templates, examples, claims and generated regions.

    Each is as serious as the vault's settings make it; those that they turn off are left out. `done` is called with
    each note as soon as it is checked: to drop what is read of the note then halves the memory that a large vault
    takes. `own` has the problems that `check_own` found in some notes already.
    """
    known = own or {}
    problems = [*vault.problems, *found.problems, *planned.problems, *_check_figures(vault, found)]
    held_to = choose_templates(templates, vault.settings)
    for note in vault.notes.values():
        problems += known[note.path] if note.path in known else check_own(note, held_to)
        problems += check_computed(note, found)
        if done is not None:
            done(note)
    expected = check_expectations(found.book.declared)
    links = [*check_links(vault), *check_results(edges(vault), found.names_of)]
    return vault.settings.weigh([*problems, *expected, *links, *check_names(vault)])


def check_again(
    vault: Vault,
    found: Results,
    planned: Plan,
    templates: Mapping[str, Template],
    memory: Memory,
    find_own: Callable[[Note, Mapping[str, Template]], Iterable[Problem]] = check_own,
    *,
    done: Callable[[Note], None] | None = None,
) -> list[Problem]:
    """Return the problems that `check` gives, in another order, looking only at notes of which something changed.

    `find_own` returns what `check_own` does; `done` is called as by `check`, and no problems are then kept for the next
    time: what they rest on is what `done` drops.
    """
    held_to = choose_templates(templates, vault.settings)
    links, checked = links_by_note(vault), memory.checks.of(held_to, found)
    fixer = LinkFixer(vault)
    problems = [*vault.problems, *found.problems, *planned.problems, *_check_figures(vault, found)]
    for path, note in vault.notes.items():
        rests_on = note, links[path], found.judged(note), *_computed_in(note, found)
        places = tuple(map(id, rests_on))
        known = checked.get(path)
        if known is None or known.places != places:
            own = (*find_own(note, held_to), *check_computed(note, found))
            linked = (problem for edge in links[path] for problem in check_edge(vault, edge, fixer))
            known = _Checked(places, rests_on, (*own, *linked))
        problems += known.problems
        if done is None:
            checked[path] = known
        else:
            done(note)
    memory.checks.forget(vault)
    to_results = (edge for edge in edges(vault) if edge.resolution.block)
    expected = check_expectations(found.book.declared)
    whole = [*check_graph(vault), *check_results(to_results, found.names_of), *check_names(vault)]
    return vault.settings.weigh([*problems, *expected, *whole])


def _computed_in(note: Note, found: Results) -> Iterator[object]:
    """Yield the runs of a note's examples and what they show; an example that moved has another run."""
    for block in found.blocks[note.path]:
        if block.id in found.book.runs:
            yield from (found.book.runs[block.id], found.rendered[block.id])


def check_computed(note: Note, found: Results) -> Iterator[Problem]:
    """Yield the problems of what a note's examples show and say, and of its claims."""
    for name in (block.id for block in found.blocks[note.path] if block.id in found.book.runs):
        run = found.book.runs[name]
        yield from found.rendered[name].problems(note.source)
        yield from check_says(run, note.source)
    yield from check_claims(note, found.backing, found.judged(note))


__all__ = [
    "FIGURES",
    "Change",
    "Memory",
    "Plan",
    "Progress",
    "ResultBlock",
    "Results",
    "check",
    "check_again",
    "check_computed",
    "plan",
    "plan_again",
    "plan_text",
    "render_template",
    "results",
    "templates_of",
]  # fmt: skip
