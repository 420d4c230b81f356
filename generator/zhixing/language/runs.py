"""All worked examples of a vault: where each is declared, and one run of each, in the order of their dependence."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from zhixing.language.book import Book, Declared, example_of
from zhixing.language.budget import Budget, Pool, pool_of_runs
from zhixing.language.data import DataFiles
from zhixing.language.errors import ExampleError
from zhixing.language.expression import parse_expression
from zhixing.language.kept_runs import KINDS, RUN, KeptRuns, decode_run, digest_of, encode_run, key_of, pack
from zhixing.language.model import Example, Given, Quantity, Run
from zhixing.language.read import read_example
from zhixing.language.run import advise_name, evaluate, run_example
from zhixing.language.shelf import Shelf
from zhixing.language.vary import Bases, is_variation, read_variation
from zhixing.markdown.blocks import Region
from zhixing.markdown.fences import example_fences
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source, Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

# Quantities named from outside their example: `指代.weights["小明"]` in prose, in a claim or in an embed.


def refer(reference: str, span: Span, runs: Mapping[str, Run], budget: Budget | None = None) -> tuple[Run, Quantity]:
    """Return the run and the quantity that a reference such as `指代.w小明` names. `budget` is what it may cost.

    Raises:
        ExampleError: there is no such example or quantity, or it was not computed.
    """
    name = example_of(reference)
    _, dot, rest = reference.partition(".")
    if name not in runs:
        raise ExampleError(
            Code.CLAIM_UNKNOWN, f"No example {name!r} ran", did_you_mean(name, runs) or advise_name(runs)
        )
    run = runs[name]
    if not dot or not rest.strip():
        fix = f"Write {name}.NAME; it computes {', '.join(run.quantities)}"
        raise ExampleError(Code.CLAIM_UNKNOWN, f"{reference!r} names no quantity", fix)
    try:
        return run, evaluate(run, parse_expression(rest.strip(), span).tree, budget)
    except ExampleError as error:
        raise ExampleError(Code.CLAIM_UNKNOWN, f"{reference}: {error.what}", error.fix) from None


LOOKS = 3
"""How often all runs may be computed again: for what they show, for claims about them, and for lists."""


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A run with what it rests on: its example and notes, the texts of data files, and the runs that it uses."""

    example: Example
    sources: tuple[Source, ...]
    data: Mapping[str, str]
    used: Mapping[str, Run]
    run: Run
    problems: list[Problem]

    def is_valid(
        self,
        example: Example,
        sources: tuple[Source, ...],
        data: Mapping[str, str],
        used: Mapping[str, Run],
        limit: int,
        wording: Wording,
    ) -> bool:
        """Return whether running the example again, with so many operations allowed, would give the same."""
        same = (
            data == self.data
            and used.keys() == self.used.keys()
            and all(run is self.used[name] for name, run in used.items())
        )
        same = same and wording is self.run.wording
        # The example is the same object only where its note has changed after its block: all places in it hold.
        same = same and (sources == self.sources or example is self.example)
        return same and not self.run.cut and self.run.work <= limit


@dataclass(frozen=True, slots=True)
class _Reading:
    """A block as it was read: of this note, for a variation with this base, with these texts of data files."""

    note: Note
    base: tuple[Example, Source] | None
    declared: Declared
    problems: list[Problem]
    data: Mapping[str, str]

    def is_valid(self, note: Note, fence: Region, bases: Bases, files: DataFiles) -> bool:
        """Return whether reading the block again would give the same: text after it does not matter.

        A base that is the same object stands where it did, with the same text before it.
        """
        varied = self.declared.example.variation if self.declared.example else None
        base = bases.get(varied.of) if varied else None
        same = base is self.base or (base is not None and self.base is not None and base[0] is self.base[0])
        same = same and (note is self.note or self._ends_before_change(note, fence))
        return same and self._has_data(files)

    def _has_data(self, files: DataFiles) -> bool:
        try:
            return all(files.text(name) == text for name, text in self.data.items())
        except ExampleError:
            return False

    def _ends_before_change(self, note: Note, fence: Region) -> bool:
        span = self.declared.fence.span
        return fence.span == span and note.source.text[: span.end] == self.note.source.text[: span.end]

    def move(self, note: Note, fence: Region) -> _Reading:
        """Return the same for a note that has changed after the block."""
        if note is self.note:
            return self
        return replace(self, note=note, declared=replace(self.declared, note=note, fence=fence))


@dataclass
class RunMemory:
    """Runs of an earlier look at a vault. An example runs anew only where its note or a run that it uses is another.

    A block is read anew only where its note or the example that it varies is another, or a data file that it reads.
    `kept` has the runs of other processes; `keys` are those of this look's examples there, None where one is not kept.
    """

    kept: KeptRuns = field(default_factory=KeptRuns)
    keys: dict[str, bytes | None] = field(default_factory=dict)
    runs: dict[str, _Known] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    readings: dict[tuple[PurePosixPath, int], _Reading] = field(default_factory=dict)

    def read(self, note: Note, fence: Region, bases: Bases, files: DataFiles) -> tuple[Declared, list[Problem]]:
        """Return a block as an example, and what is wrong with it."""
        place = (note.path, fence.span.start)
        known = self.readings.pop(place, None)
        if known is None or not known.is_valid(note, fence, bases, files):
            asked = files.asked
            declared, problems = _read(note, fence, bases, files)
            varied = declared.example.variation if declared.example else None
            # A variation that cannot be read may be wrong in what other examples are, not in its own note, and an
            # example in what data files there are.
            if declared.example is None and (is_variation(note.source, fence.content) or files.asked != asked):
                return declared, problems
            data = _data_of(declared.example, files) if declared.example else {}
            known = _Reading(note, bases.get(varied.of) if varied else None, declared, problems, data)
        known = self.readings[place] = known.move(note, fence)
        return known.declared, known.problems

    def begin(self, pool: Pool, ordered: Iterable[Declared], files: DataFiles, wording: Wording) -> None:
        """Begin another look at the vault, whose examples share a pool of operations.

        `ordered` are its examples, each after those that it rests on. Runs that other processes kept are read.
        """
        self.shelf.used, self.shelf.again = {}, LOOKS * pool.left
        if self.kept.store:
            keys = _keys_of(ordered, files, wording)
            changed = (key for name, key in keys.items() if key and key != self.keys.get(name))
            self.kept.load(KINDS, changed)
            self.keys = keys

    def run(
        self, example: Example, source: Source, data: Mapping[str, str], runs: Mapping[str, Run], pool: Pool,
        wording: Wording,
    ) -> tuple[Run, list[Problem]]:  # fmt: skip
        """Return an example's run, as it was where nothing that it rests on has changed."""
        length = example.span.end - example.span.start
        limit = pool.limit(length)
        names = {reference.partition(".")[0] for reference in example.uses.values()}
        used = {name: runs[name] for name in names if name in runs}
        known = self.runs.get(example.id)
        sources = (source, example.variation.home) if example.variation else (source,)
        # What is wrong with a name that no example has depends on which names there are.
        if known is None or len(used) < len(names) or not known.is_valid(example, sources, data, used, limit, wording):
            run, problems = self._run(example, source, runs, used, limit, wording)
            known = self.runs[example.id] = _Known(example, sources, data, used, run, problems)
        pool.take(length, known.run.work)
        return known.run, known.problems

    def _run(
        self, example: Example, source: Source, runs: Mapping[str, Run], used: Mapping[str, Run], limit: int,
        wording: Wording,
    ) -> tuple[Run, list[Problem]]:  # fmt: skip
        """Return an example's run as another process kept it, or run the example and keep its run."""

        def compute_again() -> Run:
            return pack(run_example(example, source, used, limit, wording)[0])

        key = self.keys.get(example.id)
        entry = self.kept.take(RUN, key)
        found = decode_run(entry, example, wording) if entry else None
        if found and found.run.work <= limit:
            return self.shelf.take(found.run, found.sizes, compute_again), []
        raw, problems = run_example(example, source, runs, limit, wording)
        raw = pack(raw)
        run = self.shelf.keep(raw, compute_again)
        if key and not (problems or run.cut):
            self.kept.put(RUN, key, encode_run(replace(run, quantities=raw.quantities)))
        return run, problems

    def forget(self, runs: Mapping[str, Run], declared: Iterable[Declared]) -> None:
        """Forget every run and every block but these, which the vault has now."""
        self.runs = {name: known for name, known in self.runs.items() if name in runs}
        places = {(one.note.path, one.fence.span.start) for one in declared}
        self.readings = {place: known for place, known in self.readings.items() if place in places}

    def keep_used(self, example: Example, source: Source, runs: Mapping[str, Run]) -> Iterator[Problem]:
        """Keep what an example uses of others for good; yield a problem for each quantity that is too large."""
        home = example.variation.home if example.variation else source
        for name, reference in example.uses.items():
            other, _, quantity = reference.partition(".")
            try:
                if other in runs:
                    self.shelf.use(runs[other], quantity)
            except ExampleError as error:
                yield home.problem(error.code, example.uses_spans[name], error.what, error.fix)


def run_all(vault: Vault, progress: Callable[[int, int], None] = _silent, memory: RunMemory | None = None) -> Book:
    """Read and run every example of a vault. `progress` is told how many are done, of how many.

    With a `memory`, only what changed since its last use runs.
    """
    memory = memory or RunMemory()
    files = DataFiles(vault)
    read = _read_all(vault, files, memory)
    declared = tuple(one for one, _ in read)
    unique, duplicates = _by_id(declared)
    ordered, circles = _in_order(unique)
    problems = [*(problem for _, found in read for problem in found), *duplicates, *circles]
    runs: dict[str, Run] = {}
    troubled: set[str] = set()
    pool = pool_of_runs(vault.length)
    memory.begin(pool, ordered, files, vault.wording)
    for done, one in enumerate(ordered):
        progress(done, len(unique))
        if one.example:
            refused = list(memory.keep_used(one.example, one.note.source, runs))
            problems += refused
            if not refused:
                runs[one.example.id], found = memory.run(
                    one.example, one.note.source, _data_of(one.example, files), runs, pool, vault.wording
                )
                varied = one.example.variation
                problems += [] if varied and varied.of in troubled else found
                troubled |= {one.example.id} if found else set()
    memory.forget(runs, declared)
    return Book(declared, runs, tuple(problems))


def _keys_of(ordered: Iterable[Declared], files: DataFiles, wording: Wording) -> dict[str, bytes | None]:
    """Return the key of each example's run, None where a name that it uses or varies has none."""
    keys: dict[str, bytes | None] = {}
    words = digest_of(wording)
    for one in ordered:
        if one.example:
            names = {reference.partition(".")[0] for reference in one.example.uses.values()}
            names |= {one.example.variation.of} if one.example.variation else set()
            others = {name: key for name in names if (key := keys.get(name))}
            text = one.fence.content.of(one.note.source.text)
            data = _data_of(one.example, files)
            keys[one.example.id] = key_of(text, words, others, data) if len(others) == len(names) else None
    return keys


def _data_of(example: Example, files: DataFiles) -> dict[str, str]:
    """Return the texts of the data files that an example is given."""
    given = (*example.given, *(start.value for start in example.start if isinstance(start.value, Given)))
    return {one.file: files.text(one.file) for one in given if one.file}


def _read_all(vault: Vault, files: DataFiles, memory: RunMemory) -> list[tuple[Declared, list[Problem]]]:
    """Return all blocks of examples; variations are read when the examples that they vary are known."""
    fences = [(note, fence) for note in vault.notes.values() for fence in example_fences(note)]
    bases: dict[str, tuple[Example, Source] | None] = {}
    read: list[tuple[Declared, list[Problem]] | None] = []
    for note, fence in fences:
        varies = is_variation(note.source, fence.content)
        read.append(None if varies else memory.read(note, fence, {}, files))
        one = read[-1][0] if read[-1] else None
        bases |= _as_bases(one) if one and one.name not in bases else {}
    return [found or memory.read(note, fence, bases, files) for (note, fence), found in zip(fences, read, strict=True)]


def _as_bases(one: Declared) -> dict[str, tuple[Example, Source] | None]:
    return {one.name: (one.example, one.note.source) if one.example else None} if one.name else {}


def _read(note: Note, fence: Region, bases: Bases, files: DataFiles) -> tuple[Declared, list[Problem]]:
    if fence.depth:
        what = "A worked example stands inside a list or a callout, where no result can be written below it"
        fix = "Move it to the left margin, outside of lists and callouts"
        return Declared(note, fence, None), [note.source.problem(Code.EXAMPLE_PLACE, fence.span, what, fix)]
    if is_variation(note.source, fence.content):
        example, problems = read_variation(note.source, fence.content, bases, files)
    else:
        example, problems = read_example(note.source, fence.content, files)
    return Declared(note, fence, example), problems


def _by_id(declared: Iterable[Declared]) -> tuple[dict[str, Declared], list[Problem]]:
    """Return the first example of each id, and a problem for each other."""
    unique: dict[str, Declared] = {}
    problems: list[Problem] = []
    for one in declared:
        if one.example is None:
            continue
        first = unique.setdefault(one.example.id, one)
        if first is not one:
            line, _ = first.note.source.position(first.fence.span.start)
            what = f"The example {one.example.id!r} is declared already, in {first.note.source.path}:{line}"
            problems.append(
                one.note.source.problem(Code.EXAMPLE_DUPLICATE, one.example.span, what, "Rename one of them")
            )
    return unique, problems


def _in_order(unique: Mapping[str, Declared]) -> tuple[list[Declared], list[Problem]]:
    """Return the examples, each after those it uses; and a problem for each of those that use one another in a circle.

    An example comes as soon as those it uses or varies have, otherwise in the order of notes and places.
    """
    waiting = {name: _needs(one, unique) for name, one in unique.items()}
    users: dict[str, list[str]] = {name: [] for name in unique}
    for name, needs in waiting.items():
        for need in needs:
            users[need].append(name)
    ready = deque(name for name, needs in waiting.items() if not needs)
    ordered: list[Declared] = []
    while ready:
        name = ready.popleft()
        del waiting[name]
        ordered.append(unique[name])
        for user in users[name]:
            if user in waiting:
                waiting[user].discard(name)
                ready += [user] if not waiting[user] else []
    return ordered, [_circle(unique[name], needs) for name, needs in waiting.items()]


def _circle(one: Declared, needs: Collection[str]) -> Problem:
    what = f"The example {one.name} waits for {', '.join(sorted(needs))}, which in the end wait for it"
    at = one.example.span if one.example else one.fence.span
    return one.note.source.problem(Code.EXAMPLE_CYCLE, at, what, "Compute the shared part in one of them")


def _needs(one: Declared, unique: Mapping[str, Declared]) -> set[str]:
    if one.example is None:
        return set()
    names = {reference.partition(".")[0] for reference in one.example.uses.values()}
    varied = {one.example.variation.of} if one.example.variation else set()
    return {name for name in names | varied if name in unique}
