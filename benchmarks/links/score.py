"""A built site against the truth about every link of the vault that it was built from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from benchmarks.links.pages import Anchored, Page, Target

_T = TypeVar("_T")
Written = dict[str, str | None]
OTHER = "no other link"


@dataclass(slots=True)
class Score:
    """How much of a kind is right, and what is wrong with the rest."""

    right: int = 0
    total: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, right: bool, what: str) -> None:
        self.total += 1
        self.right += right
        if not right:
            self.wrong.append(what)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a vault's manifest says: notes by uid, with the page that each must be on, and the links as written."""

    titles: dict[str, str]
    pages: dict[str, str]
    links: list[Written]

    @classmethod
    def of(cls, manifest: dict[str, list[dict[str, str]]]) -> Truth:
        """Return the truth that a manifest of `benchmarks.vaults.gen_vault` holds."""
        titles = {note["uid"]: note["title"] for note in manifest["notes"]}
        pages = {note["uid"]: f"{PurePosixPath(note['path']).with_suffix('')}/index.html" for note in manifest["notes"]}
        return cls(titles, pages, [dict(link) for link in manifest["links"]])


def score(truth: Truth, pages: dict[str, Page], files: frozenset[str]) -> dict[str, Score]:
    """Return the scores by kind of link, then those of backlinks, dead links and literal brackets.

    Every link on a page stands for one link of the note: none may be left over.
    """
    scores: dict[str, Score] = defaultdict(Score)
    by_note: dict[str, list[Written]] = defaultdict(list)
    for link in truth.links:
        by_note[str(link["src"])].append(link)
    for uid, file in truth.pages.items():
        _Note(truth, pages, file).score(by_note[uid], scores)
    scores = {kind: scores[kind] for kind in sorted(scores, key=lambda kind: (kind == OTHER, kind))}
    _backlinks(truth, pages, scores.setdefault("backlinks", Score()))
    _pages(pages, files, scores)
    return scores


def _pages(pages: dict[str, Page], files: frozenset[str], scores: dict[str, Score]) -> None:
    """Score what needs no manifest: that nothing on any page leads nowhere."""
    links, pictures, text = (scores.setdefault(f"no {name}", Score()) for name in ("dead link", "lost picture", "[["))
    for file, page in pages.items():
        for link in page.links:
            links.add(_alive(link.target, pages, files), f"{file}: {link.target}")
        for picture in page.pictures:
            pictures.add(picture.file in files, f"{file}: {picture.file}")
        text.add(not page.brackets, file)


class _Note:
    """One note's page, whose links are taken away as they are found."""

    def __init__(self, truth: Truth, pages: dict[str, Page], file: str) -> None:
        self.truth = truth
        self.pages = pages
        self.file = file
        page = pages.get(file, Page())
        self.text = [link for link in page.links if not link.part]
        self.head = [link for link in page.links if link.part == "head"]
        self.embeds = list(page.embeds)
        self.stubs = Counter(page.stubs)
        self.pictures = [PurePosixPath(picture.file).name for picture in page.pictures]

    def score(self, links: list[Written], scores: dict[str, Score]) -> None:
        shown = [*self.text]
        # Those that ask for the most choose first, so that none takes what only another could have.
        for link in sorted(links, key=lambda one: (one["heading"] is None, one["display"] is None)):
            kind = str(link["kind"])
            scores[kind].add(self._found(link, kind), f"{self.file}: {link['raw']}")
        for one in shown:
            scores[OTHER].add(one not in self.text, f"{self.file}: {one}")

    def _found(self, link: Written, kind: str) -> bool:
        if kind == "broken":
            name = str(link["raw"])[2:-2]
            self.stubs[name] -= 1
            return self.stubs[name] >= 0
        if kind == "image":
            return _take(self.pictures, lambda name: name == link["dst"])
        if kind == "embed_heading":
            mark = f"标识句D{str(link['dst'])[3:]}"
            return _take(self.embeds, lambda one: mark in one.text and self._leads(one.target, link))
        if kind == "related":
            return _take(self.head, lambda one: self._leads(one.target, link))
        return _take(self.text, lambda one: self._leads(one.target, link) and self._reads(one, link))

    def _leads(self, target: Target | None, link: Written) -> bool:
        """Tell whether a link leads to the right page, and where it names a place, to that place."""
        if target is None or target.file != self.truth.pages[str(link["dst"])]:
            return False
        place = link["heading"] if link["kind"] != "broken_heading" else None
        if place is None:
            return not target.anchor
        shown = self.pages[target.file].ids.get(target.anchor, "")
        return f"标识句D{str(link['dst'])[3:]}:" in shown if place.startswith("^") else shown == place

    def _reads(self, one: Anchored, link: Written) -> bool:
        """Tell whether a link has the text that its author gave it, or at least names its note and place."""
        if link["display"]:
            return one.text == link["display"]
        return (link["heading"] or self.truth.titles[str(link["dst"])]) in one.text


def _take(found: list[_T], fits: Callable[[_T], bool]) -> bool:
    """Take the first that fits out of a list; tell whether there was one."""
    place = next((place for place, one in enumerate(found) if fits(one)), None)
    if place is not None:
        del found[place]
    return place is not None


def _backlinks(truth: Truth, pages: dict[str, Page], result: Score) -> None:
    """Score for each note the set of notes that link to it; the home page, of which no manifest tells, left out."""
    true: dict[str, set[str]] = {file: set() for file in truth.pages.values()}
    for source, target in _pairs(truth):
        true[target].add(source)
    for file, sources in true.items():
        links = pages[file].links if file in pages else []
        shown = {link.target.file for link in links if link.part == "backlinks"} - {"index.html"}
        for source in sources | shown:
            what = "lacks" if source in sources else "has"
            result.add(source in sources & shown, f"{file} {what} {source}")


def _pairs(truth: Truth) -> Iterator[tuple[str, str]]:
    """Yield the pages of every two notes of which one links to the other."""
    for link in truth.links:
        target = truth.pages.get(str(link["dst"]))
        if target is not None and link["src"] != link["dst"]:
            yield truth.pages[str(link["src"])], target


def _alive(target: Target, pages: dict[str, Page], files: frozenset[str]) -> bool:
    page = pages.get(target.file)
    return target.file in files and (page is None or not target.anchor or target.anchor in page.ids)
