"""A vault of which only texts of notes were edited since the last build with `--dirty`.

After most edits a note has the name, the properties, the headings, the blocks and the links that it had. Then nothing
changes but its own page, and on the pages that it links to the sentences of their backlinks. All else is as it was: the
problems of other notes, what joins the notes, the signatures of other pages. It is kept, and notes that no page needs
are not even read.

Each condition errs on the safe side. Where one does not hold, the vault is read as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import Any

from mkdocs.utils import get_build_date

from zhixing.checks.again import OF_ALL, OF_PATHS
from zhixing.checks.check_links import check_edge
from zhixing.checks.fix_links import LinkFixer
from zhixing.checks.template import Template, templates_of
from zhixing.compose import Memory, results
from zhixing.page.plugins import BASE
from zhixing.problems import Code, Problem
from zhixing.site.head import keep_sentences
from zhixing.site.incremental.changed import digest
from zhixing.site.incremental.kept_notes import KeptNotes
from zhixing.site.incremental.rows import Row
from zhixing.site.inputs import stamp_of
from zhixing.site.nearby import Surroundings
from zhixing.site.shown import Shown, show_edited
from zhixing.vault.embeds import MAX_PAGE, SHARED_BY_LENGTH, EmbedLimits, embed_limits, take_limits
from zhixing.vault.graph import Edge, edges, edges_of, read_outline
from zhixing.vault.kept_note import NO_CLAIMS, KeptNote, UnreadSource
from zhixing.vault.load import Project, UnreadError, read_again, read_templates, template_folder
from zhixing.vault.note import Note
from zhixing.vault.note_data import dump_problems, load_problems
from zhixing.vault.properties import Properties
from zhixing.vault.resolve import resolve, resolve_file
from zhixing.vault.store import Store
from zhixing.vault.survey import Survey, UnknownError, keep_seen, read_seen, survey
from zhixing.vault.vault import MOST_FOUND, Vault

_KIND, _KEY = "edited", b""
# A text with none of these declares, shows, claims and draws nothing.
_MARKS = ("<!", "<！", "yaml", "zhixing:", "mermaid", BASE)
_FILES = (".canvas", f".{BASE}")
_NO_CODES = OF_ALL | {Code.ALIAS_CLASH}
_STAYING = OF_PATHS | {Code.ORPHAN}


@dataclass(frozen=True, slots=True)
class State:
    """What is kept of a build: `settings` is a digest of them, `others` one of the files that stand elsewhere.

    `files` are the vault's other files in their order, `digests` those of all files that are no notes. `made` are the
    signatures of pages that come from no note: they show titles, dates, tags and places of notes. `left` is what embeds
    might cost more, `limited` are the pages that embed something.
    """

    settings: str
    others: str
    files: list[str]
    digests: dict[str, str]
    rows: list[Row]
    made: dict[str, str]
    around: dict[str, Any]
    problems: list[Any]
    left: int
    limited: list[str]

    @classmethod
    def load(cls, kept: bytes) -> State:
        """Return what was kept. Raises ValueError, TypeError or KeyError where it is none."""
        data = json.loads(kept)
        return cls(**{**data, "rows": [Row(*row) for row in data["rows"]]})

    def dump(self) -> bytes:
        """Return what is to be kept."""
        data = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Edited:
    """What a site shows of such a vault, what joins its notes, and the signatures of pages that have not changed."""

    shown: Shown
    around: Surroundings
    signatures: Mapping[str, bytes]


@dataclass
class EditedTexts:
    """Finds such a vault, and keeps what the next build asks of it. Without a store there is none."""

    store: Store | None = None
    _survey: Survey | None = None
    _settings: str = ""

    def survey(self, project: Project, settings: Iterable[object]) -> bytes:
        """Return a digest of all that a site is made of, whose settings are `settings`; b"" where it is unknown.

        That is what a survey has, and when the files were changed that may be of kinds whose content it does not read.
        """
        self._survey = None
        if self.store is None:
            return b""
        self._settings, known = digest([project.settings, project.wording, *settings]).hex(), read_seen(self.store)
        with suppress(UnknownError):
            self._survey = found = survey(project, known)
            if found.seen != known:
                keep_seen(self.store, found.seen)
            files = (path for path in found.files if not path.endswith(".md"))
            stamps = (part for path in files for part in (path, stamp_of(str(project.notes / path))))
            return digest([self._settings, get_build_date(), found.digest.hex(), *stamps])
        return b""

    def is_as_surveyed(self, vault: Vault) -> bool:
        """Return whether the notes of a vault that were read are what the survey found, and none changed meanwhile."""
        files = self._survey.files if self._survey else {}
        read = [note for note in vault.notes.values() if "text" in vars(note.source)]
        return all(files.get(str(note.path)) == _digest(note) for note in read)

    def find(self, project: Project, notes: KeptNotes, memory: Memory) -> Edited | None:
        """Return the surveyed vault of a project; None where it is to be read as a whole."""
        if self.store is None or self._survey is None:
            return None
        try:
            kept = self.store.get(_KIND, _KEY)
            state = State.load(kept) if kept else None
            same = state is not None and self._is_same(state, self._survey)
            return _Reader(project, state, self._survey, notes, memory).read() if state and same else None
        except (UnreadError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        return None

    def _is_same(self, state: State, found: Survey) -> bool:
        """Return whether all is as it was but the texts of notes."""
        notes = {row.path for row in state.rows}
        others = {path: digest for path, digest in found.files.items() if path not in notes}
        asked = (self._settings, found.others, others)
        return asked == (state.settings, state.others, state.digests) and notes <= found.files.keys()

    def save(self, shown: Shown, around: Surroundings, signatures: Mapping[str, bytes]) -> None:
        """Keep what the next build asks of a site; nothing of one of which texts alone decide too much."""
        if self.store is None or self._survey is None:
            return
        state = self._state(self._survey, shown, around, signatures)
        self.store.update(_KIND, {_KEY: state.dump() if state else None})

    def _state(
        self, found: Survey, shown: Shown, around: Surroundings, signatures: Mapping[str, bytes]
    ) -> State | None:
        vault, limits = shown.vault, embed_limits(shown.vault)
        notes = {*map(str, vault.notes)}
        if not (_is_plain(shown) and found.files.keys() >= notes and limits.left >= MAX_PAGE):
            return None
        return State(
            self._settings,
            found.others,
            [*map(str, vault.files)],
            {path: digest for path, digest in found.files.items() if path not in notes},
            [*_rows(shown, signatures)],
            {path: signature.hex() for path, signature in signatures.items() if path not in notes},
            _dump_around(around, {path: number for number, path in enumerate(vault.notes)}),
            dump_problems(shown.found),
            limits.left,
            [*map(str, limits.limits)],
        )


# What is kept.


def _is_plain(shown: Shown) -> bool:
    """Return whether the texts of notes decide over nothing but pages, and none is hidden."""
    vault = shown.vault
    codes = {one.code for one in shown.found} | {rule.code for rule in vault.settings.rules}
    sheets = any(path.suffix.lower() in _FILES for path in vault.files)
    if vault.problems or sheets or not OF_ALL.isdisjoint(codes) or len(shown.found) > MOST_FOUND:
        return False
    return bool(shown.rows) or all(note.published and _is_text(note) for note in vault.notes.values())


def _is_text(note: Note) -> bool:
    return not any(mark in note.text for mark in _MARKS)


def _rows(shown: Shown, signatures: Mapping[str, bytes]) -> Iterator[Row]:
    """Yield what is kept of each note; what was known of one that was not read is kept on."""
    known = shown.rows
    numbers = {path: number for number, path in enumerate(shown.vault.notes)}
    leaving: dict[PurePosixPath, list[Edge]] = {}
    for edge in edges(shown.vault) if not known else ():
        leaving.setdefault(edge.source.path, []).append(edge)
    shown_in = (edge.resolution.note for one in leaving.values() for edge in one if edge.link.embed)
    embedded = {note.path for note in shown_in if note is not None}
    for path, note in shown.vault.notes.items():
        row = known.get(path)
        signature = signatures[str(path)].hex()
        if row is None:
            targets = {numbers[one.resolution.note.path] for one in leaving.get(path, ()) if one.resolution.note}
            row = _row(note, sorted(targets), embedded=path in embedded)
        yield row._replace(signature=signature)


def _row(note: Note, targets: list[int], *, embedded: bool) -> Row:
    own = note._read_properties[0]
    said = [own.title, own.type, own.status, own.date, own.aliases, own.tags, own.published, own.permalink]
    text, outline, quoted = _digest(note), _outline(note), _sentences(note)
    return Row(str(note.path), text, outline, len(note.text), said, [*note.tags], targets, quoted, embedded, "")


def _sentences(note: Note) -> list[str]:
    """Return digests of the sentences around a note's links, in their order."""
    return [
        blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        for text in keep_sentences(note).values()
    ]


def _digest(note: Note) -> str:
    """Return the digest of a text as a survey gives it."""
    return blake2b(note.text.encode(), digest_size=16).hexdigest()


def _outline(note: Note) -> str:
    return digest(read_outline(note)).hex()


def _dump_around(around: Surroundings, numbers: Mapping[PurePosixPath, int]) -> dict[str, Any]:
    def of(joined: Mapping[PurePosixPath, Collection[PurePosixPath]]) -> list[Any]:
        return [[numbers[path], [numbers[one] for one in others]] for path, others in joined.items()]

    parts = {"before": of(around.before), "after": of(around.after), "linked": of(around.linked)}
    return {**parts, "notes": [numbers[path] for path in around.notes], "order": [numbers[one] for one in around.order]}


# What is read of it.


class _Backlinks(Mapping[PurePosixPath, tuple[Edge, ...]]):
    """The links that lead to each note from others, found when they are asked for; `sources` has the notes they are of.

    As in `Shown`, links in generated lists are none: there are no lists.
    """

    def __init__(self, vault: Vault, sources: Mapping[PurePosixPath, list[PurePosixPath]]) -> None:
        self._vault = vault
        self._sources = sources
        self._known: dict[PurePosixPath, tuple[Edge, ...]] = {}

    def __getitem__(self, path: PurePosixPath) -> tuple[Edge, ...]:
        if path not in self._known:
            self._known[path] = tuple(self._find(self._vault.notes[path]))
        return self._known[path]

    def _find(self, target: Note) -> Iterator[Edge]:
        vault = self._vault
        notes = [vault.notes[one] for one in self._sources.get(target.path, ()) if one != target.path]
        for note in notes:
            for link in note.links:
                if resolve_file(vault, note, link).note is target:
                    yield Edge(note, link, resolve(vault, note, link))

    def __iter__(self) -> Iterator[PurePosixPath]:
        return iter(self._vault.notes)

    def __len__(self) -> int:
        return len(self._vault.notes)


@dataclass
class _Reader:
    """Reads the notes that have changed, and makes the vault of them and of what is known of the others."""

    project: Project
    state: State
    survey: Survey
    notes: KeptNotes
    memory: Memory
    sources: list[Any] = field(init=False)

    def read(self) -> Edited | None:
        """Return the vault; None where more depends on the texts that have changed."""
        state, project = self.state, self.project
        changed = {row.path: row for row in state.rows if self.survey.files[row.path] != row.text}
        read = {path: read_again(project, PurePosixPath(path)) for path in changed}
        if not all(self._is_same(read[path], row) for path, row in changed.items()):
            return None
        left = state.left + SHARED_BY_LENGTH * sum(len(read[path].text) - row.length for path, row in changed.items())
        if left < MAX_PAGE:
            return None
        sources = read_templates(project.templates)
        self.notes.name_templates(sources if project.settings.templates else None)
        paths = {row.path: PurePosixPath(row.path) for row in state.rows}
        notes = {paths[row.path]: read.get(row.path) or self._keep(row, paths[row.path]) for row in state.rows}
        files = tuple(map(PurePosixPath, state.files))
        root, settings = project.notes, project.settings
        vault = Vault(root, notes, files, (), template_folder(root), project.wording, settings)
        self.notes.begin(vault, [note for note in notes.values() if isinstance(note, KeptNote)])
        limits = {PurePosixPath(one): MAX_PAGE for one in state.limited}
        take_limits(vault, EmbedLimits(limits, (), left))
        return self._edited(vault, list(read.values()), templates_of(sources))

    def _is_same(self, note: Note, row: Row) -> bool:
        """Return whether other notes find in a note what they found, and it shows and declares nothing but text."""
        return not row.embedded and _is_text(note) and _outline(note) == row.outline

    def _keep(self, row: Row, path: PurePosixPath) -> KeptNote:
        """Return a note that is not read."""
        settings, project = self.project.settings, self.project
        title, type_, status, date, aliases, tags, published, permalink = row.properties
        own = Properties(title, type_, status, date, tuple(aliases), tuple(tags), published, permalink)
        known = {"_read_properties": (own, []), "tags": tuple(row.tags), "all_claims": NO_CLAIMS, "declaring": ()}
        source = UnreadSource(row.path, lambda: read_again(project, path).text)
        return KeptNote(source, path, settings.dialect, known, self.notes.restore, marked_only=settings.marked_only)

    def _edited(self, vault: Vault, read: list[Note], held_to: Mapping[str, Template]) -> Edited | None:
        paths = list(vault.notes)
        problems = self._find_problems(vault, read, held_to if vault.settings.templates else {})
        if problems is None:
            return None
        linking: dict[PurePosixPath, list[PurePosixPath]] = {}
        for row, path in zip(self.state.rows, paths, strict=True):
            for target in row.targets:
                linking.setdefault(paths[target], []).append(path)
        found = results(replace(vault, notes={}), memory=self.memory)
        found = replace(found, blocks=dict.fromkeys(paths, ()))
        rows = self._new_rows(vault, read)
        touched = {path for note in read for path in self._find_touched(vault, note)}
        self.notes.fetch({one for path in touched for one in (path, *linking.get(path, ()))})
        shown = show_edited(vault, found, problems, _Backlinks(vault, linking), held_to, rows)
        rest = {
            row.path: row.signature for row, path in zip(self.state.rows, paths, strict=True) if path not in touched
        }
        signatures = {path: bytes.fromhex(signature) for path, signature in (self.state.made | rest).items()}
        return Edited(shown, _load_around(self.state.around, vault), signatures)

    def _new_rows(self, vault: Vault, read: list[Note]) -> dict[PurePosixPath, Row]:
        rows = dict(zip(vault.notes, self.state.rows, strict=True))
        return rows | {note.path: _row(note, rows[note.path].targets, embedded=False) for note in read}

    def _find_touched(self, vault: Vault, note: Note) -> Iterator[PurePosixPath]:
        """Yield the pages that quote a note in another way than before, and its own."""
        yield note.path
        before = next(row for row in self.state.rows if row.path == str(note.path)).sentences
        links = [link for link in note.links if not link.field]
        for link, old, new in zip(links, before, _sentences(note), strict=True):
            if old != new and (target := resolve_file(vault, note, link).note) is not None:
                yield target.path

    def _find_problems(
        self, vault: Vault, read: list[Note], held_to: Mapping[str, Template]
    ) -> tuple[Problem, ...] | None:
        """Return the problems of the vault: those of the notes that have changed are found again."""
        before, own = load_problems(self.state.problems), {str(note.path) for note in read}
        if any(one.path in own and one.code in _NO_CODES for one in before):
            return None
        fixer = LinkFixer(vault)
        found = [problem for note in read for problem in self.notes.find_own(note, held_to)]
        leaving = [edge for note in read for edge in edges_of(vault, note)]
        found += [problem for edge in leaving for problem in check_edge(vault, edge, fixer)]
        stay = [one for one in before if one.path not in own or one.code in _STAYING]
        return (*stay, *vault.settings.weigh(found))


def _load_around(data: Mapping[str, Any], vault: Vault) -> Surroundings:
    paths = list(vault.notes)

    def of(joined: list[Any]) -> dict[PurePosixPath, list[PurePosixPath]]:
        return {paths[number]: [paths[one] for one in others] for number, others in joined}

    order = [paths[one] for one in data["order"]]
    notes = {paths[one]: vault.notes[paths[one]] for one in data["notes"]}
    place = {path: number for number, path in enumerate(order)}
    return Surroundings(notes, of(data["before"]), of(data["after"]), of(data["linked"]), order, place)
