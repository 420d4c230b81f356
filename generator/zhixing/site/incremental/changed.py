"""Which pages of a site a change of its vault changes: each page has a signature of everything that it is made from.

Two builds in which a page has the same signature, and the site the same `site_signature`, give the page the same
bytes. What a page needs of other notes is in its signature as far as the page shows it, so that an edit of a
note's text changes its own page, the pages that embed it, and those whose backlinks quote the edited sentence. What
nearly every page shows is in the site's signature: the files of the site and the titles in its navigation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.claims.report import Judged
from zhixing.compose import Results
from zhixing.language.book import example_of
from zhixing.page import Document
from zhixing.page.base import SUFFIX as BASE
from zhixing.page.checked import NAMED, Examples
from zhixing.page.faults import Faults
from zhixing.problems import Problem
from zhixing.show.bodies import Body
from zhixing.site.head import sentence
from zhixing.site.map import map_facts
from zhixing.site.nearby import MOST, Surroundings
from zhixing.site.sheets import count_bases
from zhixing.site.shown import Shown
from zhixing.vault.embeds import embed_limits
from zhixing.vault.graph import Edge, edges_of, links_by_note
from zhixing.vault.load import read_inside
from zhixing.vault.note import Note
from zhixing.vault.vault import Outline

_SIZE = 16
# A link in what an example or a list shows, to be resolved like one of a note.
_LINK = re.compile(r"\[\[|\]\([^)]*\.md\b", re.IGNORECASE)
# A link in it to a single result of an example.
_SINGLE = re.compile(r"#\^[^\]|)\s]*\.")
# Files whose page, or whose place on a page, may show any note of the vault.
_OF_ALL_NOTES = frozenset({".base", ".canvas"})

Path = PurePosixPath


def digest(parts: Iterable[object]) -> bytes:
    """Return a digest of the texts of parts, in their order."""
    joined = "".join([f"{len(text)}:{text}" for text in map(str, parts)])
    return blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


@dataclass(frozen=True, slots=True)
class _Signed:
    """A signature, and what of the vault it rests on.

    `objects` are compared as such, by their `places`, which stay taken while they are kept; `facts` by what they say.
    """

    places: tuple[int, ...]
    objects: tuple[object, ...]
    facts: tuple[object, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Common:
    """What any page may show of the whole vault. `places` are the names of single results that have places on pages."""

    outline: Outline
    homes: Mapping[str, Path]
    places: Mapping[str, tuple[str, ...]]
    bodies: Mapping[str, Body]
    figures: Mapping[Path, str]
    has_faults: bool

    def equals(self, other: _Common | None) -> bool:
        """Return whether another build had the same, but for single bodies and figures."""
        return (
            other is not None
            and self.outline is other.outline
            and self.has_faults == other.has_faults
            and self.homes == other.homes
            and self.places == other.places
        )

    def find_changed(self, other: _Common) -> tuple[set[str], set[Path]]:
        """Return the names of bodies that are not the object that another build had, and the figures that differ."""
        names, paths = self.bodies.keys() | other.bodies.keys(), self.figures.keys() | other.figures.keys()
        bodies = {name for name in names if self.bodies.get(name) is not other.bodies.get(name)}
        return bodies, {path for path in paths if self.figures.get(path) != other.figures.get(path)}


@dataclass
class Digests:
    """Digests of what stays the same object from one build to the next, so that only what changed is read again."""

    notes: WeakKeyDictionary[Note, bytes] = field(default_factory=WeakKeyDictionary)
    names: WeakKeyDictionary[Note, tuple[str, ...]] = field(default_factory=WeakKeyDictionary)
    faces: WeakKeyDictionary[Note, bytes] = field(default_factory=WeakKeyDictionary)
    bodies: dict[int, tuple[Body, bytes]] = field(default_factory=dict)
    judged: dict[int, tuple[tuple[Judged, ...], bytes]] = field(default_factory=dict)
    made: dict[str, tuple[Document, bytes]] = field(default_factory=dict)
    common: _Common | None = None
    badges: Mapping[Path, str] = field(default_factory=dict)
    signed: dict[Path, _Signed] = field(default_factory=dict)

    def of_note(self, note: Note) -> bytes:
        """Return the digest of a note's text."""
        if note not in self.notes:
            self.notes[note] = digest([note.source.text])
        return self.notes[note]

    def face(self, note: Note) -> bytes:
        """Return the digest of what links can name of a note: its aliases, headings, blocks and results."""
        if note not in self.faces:
            headings = ((one.level, one.slug, one.raw) for one in note.headings)
            results = () if note.generated_problems else (one.id for one in note.generated.items)
            blocks = (block.id for block in note.blocks)
            self.faces[note] = digest([*note.aliases, "#", *headings, "^", *blocks, "=", *results])
        return self.faces[note]

    def named(self, note: Note) -> tuple[str, ...]:
        """Return the examples that a note's prose may call by their names."""
        if note not in self.names:
            self.names[note] = tuple(found[found.lastindex or 0] for found in NAMED.finditer(note.source.text))
        return self.names[note]

    def of_body(self, body: Body) -> bytes:
        """Return the digest of what an example or a list shows."""
        known = self.bodies.get(id(body))
        if known is None:
            live = (body.live.name, body.live.data) if body.live else ()
            parts = (body.markdown, body.numpy, *live, *(part for one in sorted(body.figures.items()) for part in one))
            known = self.bodies[id(body)] = body, digest(parts)
        return known[1]

    def of_judged(self, judged: tuple[Judged, ...]) -> bytes:
        """Return the digest of what came of a note's claims."""
        known = self.judged.get(id(judged))
        if known is None:
            known = self.judged[id(judged)] = judged, digest(part for one in judged for part in _judged(one))
        return known[1]

    def of_made(self, path: str, page: Document) -> bytes:
        """Return the digest of a page that is not a note. Comparing pages takes less time than printing them."""
        known = self.made.get(path)
        if known is None or (known[0].blocks, known[0].footnotes) != (page.blocks, page.footnotes):
            known = self.made[path] = page, digest([page.blocks, page.footnotes])
        return known[1]

    def forget(self, results: Results) -> None:
        """Forget what a vault no longer shows."""
        bodies = {id(body) for body in results.bodies.values()}
        self.bodies = {key: known for key, known in self.bodies.items() if key in bodies}


def _judged(one: Judged) -> Iterator[object]:
    yield from (one.claim.reference, one.text, one.code, one.fix, one.failed)
    if one.computed is not None:
        yield from (one.computed.on, repr(one.computed.values.tolist()))


class Signatures:
    """The signatures of the pages of one build."""

    def __init__(
        self,
        shown: Shown,
        around: Surroundings,
        faults: Faults | None,
        badge: Callable[[Note], str],
        digests: Digests,
        lists: Mapping[str, Document],
        sheets: Mapping[str, Document],
        known: Mapping[str, bytes],
    ) -> None:
        """Begin with what a build found; `lists` and `sheets` are pages that come from no note; sheets show figures.

        `known` are signatures of notes' pages that are as they were.
        """
        self.vault = shown.vault
        self.shown = shown
        self.results = shown.results
        self.around = around
        self.faults = faults
        wrong = faults.problems if faults else {}
        self._badges = {path: badge(note) for path, note in shown.vault.notes.items() if path in wrong}
        self.digests = digests
        self.limits = embed_limits(shown.vault).limits
        self.examples = Examples(shown.vault, shown.results, faults=faults)
        self.lists = lists
        self.sheets = sheets
        self.known = known
        self._contents: dict[Path, bytes] = {}
        self._sheets: dict[Path, str] = {}

    def of_pages(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return the signatures of pages; those that rest on what they did are taken from the last build."""
        if self.known:
            return {path: self.known.get(path) or self._of_page(path) for path in paths}
        digests, notes = self.digests, {str(path): note for path, note in self.vault.notes.items()}
        common = self._find_common()
        known = digests.signed if common.equals(digests.common) else {}
        touched = self._find_touched(known, common)
        digests.common, digests.badges, digests.signed = common, self._badges, {}
        signatures = {}
        for path in paths:
            note = notes.get(path)
            if note is None:
                signatures[path] = self._of_made(path)
                continue
            signed = self._sign(note) if note.path in touched else known[note.path]
            digests.signed[note.path], signatures[path] = signed, signed.signature
        digests.forget(self.results)
        return signatures

    def _of_page(self, path: str) -> bytes:
        note = self.shown.note(path)
        return self.of(note) if note else self._of_made(path)

    def _find_common(self) -> _Common:
        results = self.results
        places = {name: tuple(body.places) for name, body in results.bodies.items()}
        figures, has_faults = self.shown.figures, self.faults is not None
        return _Common(self.vault.outline, results.homes, places, results.bodies, figures, has_faults)

    def _find_touched(self, known: Mapping[Path, _Signed], common: _Common) -> Collection[Path]:
        """Return the notes whose page may show something else than it did, and those in which one of them stands."""
        notes = self.vault.notes
        touched = {path for path, note in notes.items() if self._differs(note, known.get(path))}
        if known and self.digests.common:
            touched |= set(self._find_showing(*common.find_changed(self.digests.common)))
        before, now = self.digests.badges, self._badges
        if before != now and known:
            moved = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
            touched |= {one.resolution.note.path for path in moved for one in self._links[path] if one.resolution.note}
            touched |= {path for path, note in notes.items() if self.results.maps(note)}
        touched |= set(self._find_showing_all())
        while more := {path for path in self._embeds if path not in touched and self._shows(path, touched)}:
            touched |= more
        return touched

    def _shows(self, path: Path, notes: Collection[Path]) -> bool:
        """Return whether one of some notes stands in a note."""
        return any(one in notes for one in self._embeds[path])

    def _find_showing(self, bodies: Collection[str], figures: Collection[Path]) -> Iterator[Path]:
        """Yield the notes that declare or name one of some bodies, or show one of some figures."""
        if not bodies and not figures:
            return
        for path, blocks in self.results.blocks.items():
            led = (edge.resolution for edge in self._links.get(path, ()))
            if any(block.id in bodies for block in blocks) or any(
                one.file in figures or (one.block and one.block.id in bodies) for one in led
            ):
                yield path

    def _find_showing_all(self) -> Iterator[Path]:
        """Yield the notes that may show any other, or a file: those with a base or a canvas."""
        for path, note in self.vault.notes.items():
            files = [one.resolution.file for one in self._links.get(path, ()) if one.resolution.file is not None]
            if count_bases(note) or any(file.suffix.lower() in _OF_ALL_NOTES for file in files):
                yield path

    def _differs(self, note: Note, signed: _Signed | None) -> bool:
        """Return whether a note's page rests on something of its own that is not as it was."""
        objects, facts = self._rest_on(note)
        return signed is None or signed.places != tuple(map(id, objects)) or signed.facts != facts

    def _rest_on(self, note: Note) -> tuple[tuple[object, ...], tuple[object, ...]]:
        """Return what of its own a note's page is made from: as objects, and as facts."""
        path, faults = note.path, self.faults
        problems = faults.problems.get(path, ()) if faults else ()
        objects = (note, self._links.get(path, ()), self.results.judged(note), self.shown.backlinks.get(path, ()))
        return objects, (self.limits.get(path, 0), problems, self.results.blocks[path])

    def _sign(self, note: Note) -> _Signed:
        objects, facts = self._rest_on(note)
        return _Signed(tuple(map(id, objects)), objects, facts, self.of(note))

    def _of_made(self, path: str) -> bytes:
        """Return the signature of a page that comes from no note; a canvas may show any figure."""
        made = self.lists.get(path) or self.sheets.get(path)
        figures = self.shown.figures.items() if path in self.sheets else ()
        content = self.digests.of_made(path, made).hex() if made else ""
        return digest([content, *(part for figure in figures for part in figure)])

    def of(self, note: Note) -> bytes:
        """Return the signature of a note's page."""
        path = note.path
        embedded = self._embedded(note)
        return digest(
            [
                self.limits.get(path, 0),
                *(self._content(self.vault.notes[one]).hex() for one in (path, *embedded)),
                *self._backlinks(note),
                *self._nearby(path),
                *self.around.beside(path),
                *self._map_facts([note, *(self.vault.notes[one] for one in embedded)]),
            ]
        )

    def _map_facts(self, notes: Iterable[Note]) -> Iterator[object]:
        """Yield what the maps of a page show of notes."""
        if any(self.results.maps(note) for note in notes):
            yield from map_facts(self.vault.notes, self._badges)

    def _embedded(self, note: Note) -> tuple[Path, ...]:
        """Return the notes that stand on a note's page, those embedded in them included."""
        found: dict[Path, None] = {}
        waiting = [note.path]
        while waiting:
            for one in _shown_by(self._leaving(waiting.pop())):
                if one not in found:
                    found[one] = None
                    waiting.append(one)
        return tuple(sorted(found))

    @cached_property
    def _links(self) -> Mapping[Path, Sequence[Edge]]:
        return links_by_note(self.vault)

    @cached_property
    def _embeds(self) -> Mapping[Path, list[Path]]:
        shown = {path: _shown_by(links) for path, links in self._links.items()}
        return {path: notes for path, notes in shown.items() if notes}

    def _leaving(self, path: Path) -> Sequence[Edge]:
        """Return the links of a note; where few pages have changed, those of the others are not looked for."""
        return tuple(edges_of(self.vault, self.vault.notes[path])) if self.known else self._links.get(path, ())

    def _content(self, note: Note) -> bytes:
        """Return the digest of what a note says on its own page or on another that embeds it."""
        if note.path not in self._contents:
            judged = self.results.judged(note)
            names = dict.fromkeys(one.failed or example_of(one.claim.reference) for one in judged)
            self._contents[note.path] = digest(
                [
                    self.digests.of_note(note).hex(),
                    *map(self._link, self._leaving(note.path)),
                    *self._results(note),
                    self.digests.of_judged(judged).hex(),
                    *map(self.examples.place, names),
                    *map(self.examples.named, self.digests.named(note)),
                    self._all_notes if count_bases(note) else "",
                    *(map(_problem, self.faults.problems.get(note.path, ())) if self.faults else ()),
                ]
            )
        return self._contents[note.path]

    def _link(self, edge: Edge) -> str:
        """Return what a page shows of where a link leads."""
        found = edge.resolution
        path = found.note.path if found.note else found.file
        heading = found.heading.slug if found.heading else ""
        block = (found.block.id, found.block.results) if found.block else ""
        shown = ""
        if found.file is not None:
            shown = self._file(found.file)
        if found.block and found.block.part and (body := self.results.bodies.get(found.block.id)):
            part = found.block.part
            shown = f"{part}{part in body.places}{body.single(part) if edge.link.embed else ''}"
        return (
            f"{found.kind}{path}#{heading}#{found.html_id}^{block}{found.heading_missing}{found.block_missing}{shown}"
        )

    def _file(self, path: Path) -> str:
        """Return what decides how a file is shown on a page."""
        if path in self.shown.figures:
            return digest([self.shown.figures[path]]).hex()
        if path.suffix.lower() not in _OF_ALL_NOTES:
            return ""
        if path not in self._sheets:
            text = read_inside(self.vault.root, path) if path.suffix.lower() == BASE else ""
            self._sheets[path] = digest([self._all_notes, text]).hex()
        return self._sheets[path]

    @cached_property
    def _all_notes(self) -> str:
        return digest(self.digests.of_note(note).hex() for note in self.vault.notes.values()).hex()

    def _results(self, note: Note) -> Iterator[str]:
        """Yield what stands for each example and list of a note."""
        for block in self.results.blocks[note.path]:
            body = self.results.bodies.get(block.id)
            yield block.id
            yield block.name
            if body is not None:
                yield self.digests.of_body(body).hex()
                yield self._names if _LINK.search(body.markdown) else ""
                yield self._places if _SINGLE.search(body.markdown) else ""
                uses = body.run.example.uses.values() if body.run else ()
                yield from (str(self.examples.place(example_of(one))) for one in uses)

    @cached_property
    def _names(self) -> str:
        """The digest of all that links may name."""
        notes = self.vault.notes.items()
        return digest(part for path, note in notes for part in (path, self.digests.face(note).hex())).hex()

    @cached_property
    def _places(self) -> str:
        """The digest of the names of single results that have places on pages."""
        return digest(part for name, body in self.results.bodies.items() for part in (name, *body.places)).hex()

    def _backlinks(self, note: Note) -> Iterator[str]:
        for edge in self.shown.links_here(note):
            if badge := self._badges.get(edge.source.path):
                yield badge
            yield f"{edge.source.path}:{edge.link.field}:{sentence(edge.source, edge.link)}"

    def _nearby(self, path: Path) -> Iterator[object]:
        """Yield what joins the notes that the picture of a note's surroundings shows."""
        before, after = self.around.before, self.around.after
        first, last = before.get(path, ())[:MOST], after.get(path, ())[:MOST]
        outer = [two for one in first for two in before.get(one, ())[:MOST]]
        outer += [two for one in last for two in after.get(one, ())[:MOST]]
        shown = dict.fromkeys([path, *first, *last, *outer])
        yield from self.around.linked.get(path, ())
        for one in shown if first or last else ():
            yield one
            yield from before.get(one, ())[: 2 * MOST]
            yield "→"
            yield from after.get(one, ())[:MOST]


def _shown_by(links: Iterable[Edge]) -> list[Path]:
    """Return the notes that embeds among some links show."""
    return [edge.resolution.note.path for edge in links if edge.link.embed and edge.resolution.note]


def _problem(one: Problem) -> str:
    return f"{one.line}:{one.column}:{one.code}:{one.severity}:{one.sentences}"
