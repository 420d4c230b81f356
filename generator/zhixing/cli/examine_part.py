"""Examining the part of a vault that an edit may concern: its examples, its claims, and what rests on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from zhixing import compose
from zhixing.checks.again import Examined
from zhixing.checks.blocks import check_expectations
from zhixing.checks.check_links import check_results
from zhixing.checks.faces import is_plain
from zhixing.claims.refer import default_example
from zhixing.cli.computed import NOTHING, Computed, Row, Spent, digest_beginning, digest_listed
from zhixing.compose import Memory, Results
from zhixing.language.book import example_of
from zhixing.language.budget import ALLOWANCE, find_least_length
from zhixing.language.model import Run
from zhixing.language.shelf import MAX_KEPT, MAX_USED, Kept
from zhixing.lists.lists import List, follows_links, read_list
from zhixing.markdown.fences import example_fences, list_fences
from zhixing.problems import Code, Problem
from zhixing.vault.graph import edges, edges_of
from zhixing.vault.note import Note
from zhixing.vault.store import Store
from zhixing.vault.vault import Vault

_MOST = 30
"""Of more notes with examples than these, checking them all takes little longer."""
# Problems of runs that say nothing of other notes. Where there is another, all is checked.
_OWN = frozenset({Code.EXPECT_FAILED, Code.HOLDS_FAILED, Code.RESULT_UNDEFINED, Code.RESULT_INFINITE, Code.ROW_MASKED})


def read_computed(vault: Vault, found: Results, memory: Memory) -> Computed | None:
    """Return what is computed in a vault; None where an example or a claim names what there is not, or costs too much.

    What is said of such a name depends on all names. Of what lists may say, only the beginnings of notes are looked at.
    """
    notes = [note for note in vault.notes.values() if not is_plain(note)]
    judged = (one for note in notes for one in found.judged(note))
    if not _OWN.issuperset(one.code for one in found.problems) or any(one.code is Code.CLAIM_UNKNOWN for one in judged):
        return None
    rows = {str(note.path): row for note in notes if (row := _read_row(note, found, memory))}
    spent = count_spent(found, memory, found.book.runs, vault.notes)
    least_length = find_length_for(spent)
    if least_length is None or least_length > vault.length or not _all_kept(rows):
        return None
    listed = any(row.lists for row in rows.values())
    beginnings = {str(path): digest_beginning(note) for path, note in vault.notes.items()} if listed else {}
    return Computed(rows, beginnings, spent, least_length)


def add_links(vault: Vault, computed: Computed) -> Computed:
    """Return what is computed in a vault with what links say: which results they name, and what lists say of them."""
    rows = {**computed.rows}
    for edge in edges(vault):
        if edge.resolution.block and edge.resolution.block.part:
            path, name = str(edge.source.path), edge.resolution.block.id
            row = rows.get(path, NOTHING)
            rows[path] = row._replace(rests=sorted({*row.rests, name}))
    linked = any(follows_links(one, vault) for one in _read_lists(vault)) if computed.listed else False
    listed = {
        str(path): digest_listed(vault, note, computed.listed[str(path)], rows.get(str(path)), linked=linked)
        for path, note in vault.notes.items()
        if computed.listed
    }
    return replace(computed, rows=rows, listed=listed, linked=linked)


def _read_lists(vault: Vault) -> Iterator[List]:
    """Yield the lists of a vault."""
    for note in vault.notes.values():
        for fence in () if is_plain(note) else list_fences(note):
            declared, _ = read_list(note.source, fence)
            if declared:
                yield declared


def _all_kept(rows: Mapping[str, Row]) -> bool:
    return all(key for row in rows.values() for key in row.keys.values())


def _read_row(note: Note, found: Results, memory: Memory, linked: Iterable[str] = ()) -> Row | None:
    """Return what is computed in a note, None where nothing is. `linked` are the examples whose results it links to."""
    names = [block.name for block in found.blocks[note.path]]
    examples = [one.example for one in found.book.declared if one.note is note and one.example]
    rests = sorted({*_find_rests(note, found), *linked})
    if not names and not rests:
        return None
    keys = {one.id: (memory.runs.keys.get(one.id) or b"").hex() for one in examples}
    needs = {
        one.id: sorted(
            {reference.partition(".")[0] for reference in one.uses.values()}
            | ({one.variation.of} if one.variation else set())
        )
        for one in examples
    }
    said = [one.id for one in examples if one.says]
    return Row(names, keys, needs, said, rests, lists=bool(list(list_fences(note))))


def _find_rests(note: Note, found: Results) -> set[str]:
    """Return the examples that the claims of a note are about, or that what looks like a claim names."""
    claimed = {example_of(one.claim.reference) for one in found.judged(note) if one.claim.reference}
    return {name for name in claimed | _names_in(note) if name in found.homes}


def _find_linked(vault: Vault, note: Note) -> set[str]:
    """Return the examples that links of a note name a single result of."""
    blocks = (edge.resolution.block for edge in edges_of(vault, note))
    return {block.id for block in blocks if block and block.part}


def _names_in(note: Note) -> set[str]:
    """Return the names that claims, what looks like claims, and the note's settings for claims may give an example."""
    claims, strays = (*note.claims, *note.all_claims.empty), note.all_claims.strays
    references = [*(one.reference for one in claims), *(one.reference for one in strays)]
    defaults = (default_example(claim.span, note) for claim in claims)
    return {*map(example_of, filter(None, references)), *filter(None, defaults)}


def count_spent(found: Results, memory: Memory, runs: Mapping[str, Run], notes: Iterable[PurePosixPath]) -> Spent:
    """Return what some runs, what they show, and the claims of some notes take of what all share."""
    lengths = {name: ALLOWANCE * (run.example.span.end - run.example.span.start) for name, run in runs.items()}
    kept = (run.quantities for run in runs.values() if isinstance(run.quantities, Kept))
    return Spent(
        sum(max(0, run.work - lengths[name]) for name, run in runs.items()),
        sum(max(0, found.rendered[name].work - lengths[name]) for name in runs),
        sum(found.known_claims[path].work for path in notes if path in found.known_claims),
        sum(sum(one.sizes.values()) for one in kept),
        sum(memory.runs.shelf.used.values()) if runs else 0,
    )


def find_length_for(spent: Spent) -> int | None:
    """Return how many characters the notes of a vault must have so that none of what it takes is refused in any order.

    None where its arrays are more than are kept: then it depends on their order which are computed again.
    """
    if spent.numbers > MAX_KEPT or spent.used > MAX_USED:
        return None
    return find_least_length(spent.running, spent.showing, spent.claiming)


def examine_part(
    vault: Vault,
    before: Computed,
    store: Store,
    changed: Collection[PurePosixPath],
    concerned: Collection[PurePosixPath],
) -> tuple[Examined, Computed] | None:
    """Return the problems of what is computed in some notes and in those that rest on it, and what is computed then.

    `changed` are the notes whose text is another. Return None where it takes a look at all notes: where examples
    appear or go, where something fails, and where a list is concerned.
    """
    part = _Part(vault, before, store, frozenset(changed))
    return part.examine({path for path in concerned if part.is_computed(path)})


class _Part:
    """The notes of a vault that an edit may concern, with those that they rest on."""

    def __init__(self, vault: Vault, before: Computed, store: Store, changed: frozenset[PurePosixPath]) -> None:
        self._vault = vault
        self._before = before
        self._changed = changed
        self._memory = compose.Memory(store)
        self._homes = {name: PurePosixPath(path) for path, row in before.rows.items() for name in row.names}
        self._users: dict[str, set[PurePosixPath]] = defaultdict(set)
        for path, row in before.rows.items():
            for name in (*row.rests, *(need for needs in row.needs.values() for need in needs)):
                self._users[name].add(PurePosixPath(path))

    def is_computed(self, path: PurePosixPath) -> bool:
        """Return whether anything is or was computed in a note."""
        return path in self._changed or str(path) in self._before.rows

    def examine(self, concerned: set[PurePosixPath]) -> tuple[Examined, Computed] | None:
        """Return what `examine_part` does."""
        while len(concerned) <= _MOST:
            vault = self._choose(concerned)
            found = compose.results(vault, memory=self._memory)
            rows = {
                path: _read_row(note, found, self._memory, _find_linked(self._vault, note))
                for path, note in vault.notes.items()
            }
            if not self._is_fit(concerned, found, rows):
                return None
            renewed = self._find_renewed(rows)
            resting = {path for name in renewed for path in self._users[name]}
            if resting <= concerned:
                return self._conclude(vault, concerned, found, rows, renewed)
            concerned |= resting
        return None

    def _choose(self, concerned: Iterable[PurePosixPath]) -> Vault:
        """Return the vault of these notes and of all that their examples and claims rest on."""
        chosen: set[PurePosixPath] = set()
        waiting = [*concerned]
        while waiting:
            path = waiting.pop()
            if path not in chosen:
                chosen.add(path)
                waiting += [self._homes[name] for name in self._find_needs(path) if name in self._homes]
        return replace(self._vault, notes={path: self._vault.notes[path] for path in sorted(chosen)})

    def _find_needs(self, path: PurePosixPath) -> Iterator[str]:
        """Yield the examples that a note may rest on."""
        row = self._before.rows.get(str(path))
        if row and path not in self._changed:
            yield from row.rests
            for needs in row.needs.values():
                yield from needs
            return
        note = self._vault.notes[path]
        yield from (*_names_in(note), *_find_linked(self._vault, note))
        text = "\n".join(fence.content.of(note.source.text) for fence in example_fences(note))
        yield from (name for name in self._homes if name in text)

    def _is_fit(
        self, concerned: Collection[PurePosixPath], found: Results, rows: Mapping[PurePosixPath, Row | None]
    ) -> bool:
        """Return whether the notes concerned have the examples that they had, all of them run, and no list."""
        names = {str(path) for path in concerned}
        if any(one.path in names and one.code not in _OWN for one in found.problems):
            return False
        for path in concerned:
            row, old = rows[path], self._before.rows.get(str(path))
            if (row.names if row else []) != (old.names if old else []) or (row and row.lists) or (old and old.lists):
                return False
            if row and not (_all_kept({"": row}) and all(name in found.bodies for name in row.keys)):
                return False
            if any(one.code is Code.CLAIM_UNKNOWN for one in found.judged(self._vault.notes[path])):
                return False
        return True

    def _find_renewed(self, rows: Mapping[PurePosixPath, Row | None]) -> set[str]:
        """Return the examples whose runs are others than before."""
        old = {name: key for row in self._before.rows.values() for name, key in row.keys.items()}
        return {name for row in rows.values() if row for name, key in row.keys.items() if old.get(name) != key}

    def _conclude(
        self, vault: Vault, concerned: Collection[PurePosixPath], found: Results,
        rows: Mapping[PurePosixPath, Row | None], renewed: Collection[str],
    ) -> tuple[Examined, Computed] | None:  # fmt: skip
        runs = {name: run for name, run in found.book.runs.items() if name in renewed}
        spent = self._before.spent.add(count_spent(found, self._memory, runs, concerned))
        least_length = find_length_for(spent)
        if least_length is None:
            return None
        kept = dict(self._before.rows)
        for path in concerned:
            row = rows[path]
            kept.pop(str(path), None)
            kept |= {str(path): row} if row else {}
        files = {path: (*found.figures(vault.notes[path]), *found.maps(vault.notes[path])) for path in concerned}
        problems = (*_find_problems(vault, concerned, found), *self._check_links(concerned, found))
        after = replace(self._before, rows=kept, spent=spent, least_length=least_length)
        return Examined(frozenset(concerned), problems, files), after

    def _check_links(self, concerned: Iterable[PurePosixPath], found: Results) -> Iterator[Problem]:
        """Yield the problems of links to single results."""
        for path in concerned:
            yield from check_results(edges_of(self._vault, self._vault.notes[path]), found.names_of)


def _find_problems(vault: Vault, concerned: Collection[PurePosixPath], found: Results) -> Iterator[Problem]:
    """Yield the problems of what is computed in some notes."""
    names = {str(path) for path in concerned}
    yield from (problem for problem in found.problems if problem.path in names)
    yield from compose.plan(vault, found, concerned).problems
    for path in concerned:
        yield from compose.check_computed(vault.notes[path], found)
    yield from check_expectations(one for one in found.book.declared if one.note.path in concerned)
