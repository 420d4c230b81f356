"""The vault: its notes, its other files, and what is wrong with its files."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property, wraps
from heapq import nsmallest
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from zhixing.markdown.slugs import heading_key, spaced_anchors
from zhixing.problems import Problem
from zhixing.source import Span
from zhixing.vault.note import Block, Heading, Note, is_attachment, name_of
from zhixing.vault.settings import DEFAULT, Settings
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# Near names: the existing names most like one that does not exist.

LONGEST = 100
_TRIED = 20
_LOOKED_UP = 2000
MOST_FOUND = 2000
_SHOWN = 3
_NUMBER = re.compile(r"[0-9]+")


class Near:
    """Names to be found by likeness. Only those that share most pairs of letters are compared in full."""

    def __init__(self, names: Iterable[str], *, strict: bool = False) -> None:
        """`strict`: what is not nearly spelled alike, or has other numbers in it, is a name of its own."""
        self._strict = strict
        self._names = [name for name in dict.fromkeys(names) if 0 < len(name) <= LONGEST]
        self._holders: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for pair in _pairs(name):
                self._holders.setdefault(pair, []).append(number)
        self._found: dict[str, tuple[str, ...]] = {}

    def find(self, name: str) -> tuple[str, ...]:
        """Return up to three names near to `name`, the nearest first; none where thousands were asked for already."""
        if name not in self._found and len(self._found) < MOST_FOUND:
            self._found[name] = self._find(name)
        return self._found.get(name, ())

    def _find(self, name: str) -> tuple[str, ...]:
        shared: Counter[int] = Counter()
        looked_up = 0
        # Rare pairs tell names apart; those that thousands of names share would be counted for each of thousands.
        for holders in sorted((self._holders.get(pair, []) for pair in _pairs(name[:LONGEST])), key=len):
            shared.update(holders[: max(0, _LOOKED_UP - looked_up)])
            looked_up += len(holders)
        least = _count_of_nth(shared.values(), _TRIED)
        most_like = (number for number, count in shared.items() if count >= least)
        likely = nsmallest(_TRIED, most_like, key=lambda number: (-shared[number], len(self._names[number]), number))
        folded = {self._names[number].lower(): self._names[number] for number in reversed(likely)}
        near = get_close_matches(name[:LONGEST].lower(), list(folded), n=_SHOWN, cutoff=0.5)
        return tuple(folded[one] for one in near if not self._strict or _is_misspelled(name[:LONGEST].lower(), one))


def _count_of_nth(counts: Collection[int], number: int) -> int:
    """Return a count that at least `number` of the counts reach, the greatest there is; the least where fewer are."""
    found = 0
    for count, times in sorted(Counter(counts).items(), reverse=True):
        found += times
        if found >= number:
            return count
    return 0


def _is_misspelled(written: str, name: str) -> bool:
    """Return whether one name is likely a slip in writing the other; names of days and of parts differ by numbers."""
    one, other = ([number.lstrip("0") for number in _NUMBER.findall(text)] for text in (written, name))
    least = 0.75 if written.isascii() else 0.65
    return one == other and SequenceMatcher(None, name, written).ratio() >= least


def _pairs(name: str) -> set[str]:
    """Return the pairs of neighbouring letters, and the letters themselves of a short name."""
    folded = name.lower()
    pairs = {folded[i : i + 2] for i in range(len(folded) - 1)}
    return pairs | set(folded) if len(folded) <= 4 else pairs


# The headings and blocks of one note, to be found as Obsidian finds them.

# An id that stands behind a heading for Python-Markdown's `attr_list`: `## 安装 { #install }`.
_GIVEN_ID = re.compile(r"\{:?\s*(?:#(?P<named>[^\s{}#]+)|id=\"(?P<quoted>[^\"{}]+)\")[^{}]*\}\s*$")
_OTHER = re.compile(r"[\W_]+")
# Of so many headings of one name, a chain of headings finds its own; a note has not that many in earnest.
_PLACES_TRIED = 200


def letters_of(text: str) -> str:
    """Return the letters and numbers of a text in lower case."""
    return _OTHER.sub("", unicodedata.normalize("NFC", text)).lower()


class Places:
    """The places of a note by their folded names."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self._blocks = {block.id.lower(): block for block in note.blocks}
        self._keys: dict[str, list[int]] = {}
        self._parents: list[int] = []
        above: list[int] = []
        for number, heading in enumerate(note.headings):
            while above and note.headings[above[-1]].level >= heading.level:
                above.pop()
            self._parents.append(above[-1] if above else -1)
            above.append(number)
            for key in _keys(heading):
                self._keys.setdefault(key, []).append(number)

    def block(self, name: str) -> Block | None:
        """Return the block of an id, else the results of the example or list of that id, or one of them (`id.name`)."""
        return self._blocks.get(name.lower()) or self._results.get(fold(name)) or self._result(name)

    def _result(self, name: str) -> Block | None:
        whole, _, part = name.partition(".")
        found = self._results.get(fold(whole)) if part else None
        return found._replace(part=unicodedata.normalize("NFC", part)) if found else None

    @cached_property
    def _results(self) -> dict[str, Block]:
        regions = () if self.note.generated_problems else self.note.generated.items
        return {fold(one.id): Block(one.id, one.span, results=True) for one in regions}

    def heading(self, names: tuple[str, ...]) -> Heading | None:
        """Return the first heading of the last name that stands, at any depth, below headings of the names before."""
        *above, last = (heading_key(name) for name in names)
        for number in self._keys.get(last, [])[:_PLACES_TRIED]:
            if self._below(number, above):
                return self.note.headings[number]
        return None

    def slug(self, name: str) -> Heading | None:
        """Return the heading of an anchor, as Markdown links name it outside Obsidian, on a site or a code host."""
        found = self._slugs.get(name) or self._given_ids.get(name) or self._spaced_slugs.get(name)
        # An anchor that another tool made of a heading. Any other spelling is left to `check --fix`.
        is_slug = "-" in name and " " not in name and name == name.lower()
        return found or (self._letters.get(letters_of(name)) if is_slug else None)

    @cached_property
    def _slugs(self) -> dict[str, Heading]:
        return {heading.slug: heading for heading in self.note.headings}

    @cached_property
    def _letters(self) -> dict[str, Heading]:
        """The headings by their letters and numbers: tools differ in what they keep of the rest in an anchor."""
        counted = Counter(letters_of(heading.text) for heading in self.note.headings)
        return {key: heading for heading in self.note.headings if counted[key := letters_of(heading.text)] == 1 and key}

    @cached_property
    def _given_ids(self) -> dict[str, Heading]:
        found = ((_GIVEN_ID.search(heading.raw), heading) for heading in self.note.headings)
        return {match["named"] or match["quoted"]: heading for match, heading in found if match}

    @cached_property
    def _spaced_slugs(self) -> dict[str, Heading]:
        headings = self.note.headings
        # Words as they are shown have one space between them; code hosts write a hyphen for each that is written.
        written = dict(zip(spaced_anchors(heading.raw for heading in headings), headings, strict=True))
        return {**written, **dict(zip(spaced_anchors(heading.text for heading in headings), headings, strict=True))}

    def section(self, heading: Heading) -> Span:
        """Return a heading's section: from the heading to the next one of its level or above."""
        return Span(heading.span.start, self._ends[heading.span.start])

    @cached_property
    def _ends(self) -> dict[int, int]:
        """Where the section of each heading ends, by where the heading begins."""
        ends = {heading.span.start: len(self.note.source.text) for heading in self.note.headings}
        above: list[Heading] = []
        for heading in self.note.headings:
            while above and above[-1].level >= heading.level:
                ends[above.pop().span.start] = heading.span.start
            above.append(heading)
        return ends

    def _below(self, number: int, names: list[str]) -> bool:
        wanted = list(names)
        above = self._parents[number]
        while wanted and above >= 0:
            if wanted[-1] in _keys(self.note.headings[above]):
                wanted.pop()
            above = self._parents[above]
        return not wanted

    @cached_property
    def near_headings(self) -> Near:
        """The texts of the headings."""
        return Near(heading.text for heading in self.note.headings)

    @cached_property
    def near_blocks(self) -> Near:
        """The ids of the blocks, and of the examples and lists that have results."""
        return Near(block.id for block in (*self.note.blocks, *self._results.values()))


def _keys(heading: Heading) -> set[str]:
    """Return what a link may call a heading: Obsidian compares it as written, a reader goes by what is shown."""
    key = heading_key(heading.text)
    return {key} if heading.raw == heading.text else {key, heading_key(heading.raw)}


# Names in a vault: which files a link path can mean. Built once, so that every look-up costs the same.

Paths = dict[str, list[PurePosixPath]]


def fold(name: str) -> str:
    """Return the form in which Obsidian compares names and paths: NFC, lower case."""
    return unicodedata.normalize("NFC", name).lower()


def same_file(name: str) -> str:
    """Return the form in which the most forgiving file system compares names and paths."""
    return unicodedata.normalize("NFC", name.casefold())


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Files by every end of their path (`c.md`, `b/c.md`, `a/b/c.md`), folded; shortest path first.

    `full` holds file names as they are, `bare` notes without `.md`, `aliases` notes by their aliases. Of the names that
    several files have, `below` holds the shortest path in or below each folder.
    """

    full: Paths = field(default_factory=dict)
    bare: Paths = field(default_factory=dict)
    aliases: Paths = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)
    below: dict[tuple[PurePosixPath, str], PurePosixPath] = field(default_factory=dict)

    def candidates(self, key: str) -> list[PurePosixPath]:
        """Return the files that a folded path can mean: a note of that name, or the file where it has an extension."""
        first, second = (self.full, self.bare) if is_attachment(key) else (self.bare, self.full)
        return first.get(key) or second.get(key) or []

    def whole(self, key: str) -> list[PurePosixPath]:
        """Return the files of that whole folded path, with or without `.md`: several where only their case differs."""
        keys = (key, f"{key}.md") if is_attachment(key) else (f"{key}.md", key)
        return self.paths.get(keys[0]) or self.paths.get(keys[1]) or []


def build_index(aliases: Mapping[PurePosixPath, Iterable[str]], files: Iterable[PurePosixPath]) -> NameIndex:
    """Return the index of a vault's notes, given with their aliases, and of its other files."""
    index = NameIndex()
    written = {str(path): path for path in (*aliases, *files)}
    for text in sorted(written, key=lambda one: (one.count("/"), len(one), one)):
        path, whole = written[text], fold(text)
        index.paths.setdefault(whole, []).append(path)
        for key in _ends(whole):
            index.full.setdefault(key, []).append(path)
        for key in _ends(whole.removesuffix(".md")) if path.suffix.lower() == ".md" else ():
            index.bare.setdefault(key, []).append(path)
    for path, names in aliases.items():
        for alias in names:
            index.aliases.setdefault(fold(alias), []).append(path)
    for key, paths in chain(index.full.items(), index.bare.items()):
        for path in paths if len(paths) > 1 else ():
            for folder in path.parents:
                index.below.setdefault((folder, key), path)
    return index


def _ends(path: str) -> Iterator[str]:
    """Yield the ends of a path, the whole first: `a/b/c`, `b/c`, `c`."""
    yield path
    while "/" in path:
        path = path.partition("/")[2]
        yield path


class Outline:
    """What vaults have in common that differ in the texts of their notes only: the same object."""


_Found = TypeVar("_Found")


def once_for_outline(work: Callable[[Vault], _Found]) -> Callable[[Vault], _Found]:
    """Return a function of a vault that works out something of its outline alone, once for all vaults that have it."""
    known: WeakKeyDictionary[Outline, _Found] = WeakKeyDictionary()

    @wraps(work)
    def find(vault: Vault) -> _Found:
        if vault.outline not in known:
            known[vault.outline] = work(vault)
        return known[vault.outline]

    return find


@dataclass(frozen=True, eq=False)
class Vault:
    """Notes by path, sorted; paths of other files (pictures, media), sorted; problems of files that are no notes.

    `templates` is the folder of Obsidian's templates, which are among the other files. `wording` has the words that the
    tool writes for readers, `settings` what its owner has set.

    Two vaults are equal only if they are the same: what is worked out of one is kept for it.
    """

    root: Path
    notes: Mapping[PurePosixPath, Note]
    files: tuple[PurePosixPath, ...]
    problems: tuple[Problem, ...] = ()
    templates: PurePosixPath | None = None
    wording: Wording = CHINESE
    settings: Settings = DEFAULT

    @cached_property
    def length(self) -> int:
        """The characters of all notes, with which grows what their examples may cost."""
        return sum([len(note.source.text) for note in self.notes.values()])

    @cached_property
    def index(self) -> NameIndex:
        """Which files a link path can mean."""
        return build_index(self.aliases, self.files)

    @cached_property
    def aliases(self) -> Mapping[PurePosixPath, tuple[str, ...]]:
        """The aliases of each note."""
        return {path: note.aliases for path, note in self.notes.items()}

    @cached_property
    def near(self) -> Near:
        """The names of notes, aliases and other files."""
        names = (name_of(path) for path in self.notes)
        aliases = (alias for own in self.aliases.values() for alias in own)
        return Near([*names, *aliases, *map(_name, self.files)], strict=True)

    @cached_property
    def resolved(self) -> dict[tuple[str, tuple[str, ...], str], Any]:
        """What `resolve` has found of wikilinks that mean the same in every note, by path, headings and block."""
        return {}

    @cached_property
    def _places(self) -> dict[PurePosixPath, Places]:
        return {}

    def places(self, note: Note) -> Places:
        """Return a note's headings and blocks by name; worked out once."""
        if note.path not in self._places:
            self._places[note.path] = Places(note)
        return self._places[note.path]

    @cached_property
    def outline(self) -> Outline:
        """All of the vault but the texts of its notes: names, properties, headings, blocks, tags, and links."""
        return Outline()

    def take_outline(self, earlier: Vault) -> None:
        """Take the outline of an earlier vault, from which this one differs in the texts of notes only."""
        vars(self)["outline"] = earlier.outline

    def take_names(self, earlier: Vault) -> bool:
        """Take what was worked out of the names of an earlier vault; return whether they are all as they were.

        Headings and blocks of notes that are the same objects are taken too.
        """
        if self.files != earlier.files or self.notes.keys() != earlier.notes.keys() or self.aliases != earlier.aliases:
            return False
        vars(self).update({name: known for name, known in vars(earlier).items() if name in ("index", "near")})
        places = {path: one for path, one in earlier._places.items() if self.notes[path] is one.note}
        self._places.update(places)
        return True


def _name(path: PurePosixPath) -> str:
    return path.name
