"""The markers of generated regions: `<!-- zhixing:begin ID -->` and `<!-- zhixing:end CHECKSUM -->`.

They are lines of their own. A marker in code, in a formula or in another comment is text; one in a list or a quote is a
mistake, since what is written below it would leave the list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from zhixing.markdown.blocks import Kind, Region, scan
from zhixing.problems import Code, Problem
from zhixing.source import Source, Span, Spans

# What every marker holds; a text without it has none.
MARK = "zhixing:"
# What a file holds that is generated as a whole; its checksum follows.
SEAL = "zhixing:file"


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker: `word` is begin or end, `name` the example's id or the checksum; `span` its line with the line end."""

    word: str
    name: str
    span: Span
    depth: int


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated region of the example `id`: all of it with both markers, what is between them, the checksum."""

    id: str
    span: Span
    body: Span
    mark: str


def begin(name: str) -> str:
    """Return the line that opens a region."""
    return f"<!-- zhixing:begin {name} -->"


def end(mark: str) -> str:
    """Return the line that closes a region."""
    return f"<!-- zhixing:end {mark} -->"


def read_generated(source: Source, regions: tuple[Region, ...] | None = None) -> tuple[list[Generated], list[Problem]]:
    """Return a note's generated regions in order, and a problem for each marker that does not pair.

    Where there is a problem the regions cannot be trusted, and nothing may be written to the note.
    """
    regions = scan(source.text) if regions is None else regions
    found: list[Generated] = []
    problems: list[Problem] = []
    closed: set[str] = set()
    opened: Marker | None = None
    for marker in markers(source.text, regions):
        if marker.depth:
            problems.append(_broken(source, marker, "stands in a list or a quote", "Move it to the margin"))
        elif marker.word == "begin":
            if opened:
                problems.append(_unclosed(source, opened))
            if marker.name in closed:
                what = "opens a second region of its example"
                problems.append(_broken(source, marker, what, "Delete one of the two with both its markers"))
            opened = marker
        elif opened is None:
            fix = "Delete it, or restore the `<!-- zhixing:begin ID -->` above"
            problems.append(_broken(source, marker, "closes no region", fix))
        else:
            whole = Span(opened.span.start, marker.span.end)
            found.append(Generated(opened.name, whole, Span(opened.span.end, marker.span.start), marker.name))
            closed.add(opened.name)
            opened = None
    if opened:
        problems.append(_unclosed(source, opened))
    return found, [*problems, *_swallowed(source, found, regions)]


def _swallowed(source: Source, found: list[Generated], regions: tuple[Region, ...]) -> Iterator[Problem]:
    """Yield a problem for each region with a heading or a code block in it: an end was lost, and prose is inside."""
    placed = Spans(regions if found else ())
    for one in found:
        for region in placed.within(one.body):
            if region.kind in {Kind.HEADING, Kind.FENCE}:
                what = f"The region of {one.id!r} holds a heading or a code block, which results never do"
                fix = "Restore the `<!-- zhixing:end … -->` above it"
                yield source.problem(Code.REGION_BROKEN, region.span, what, fix)


def markers(text: str, regions: tuple[Region, ...]) -> Iterator[Marker]:
    """Yield the markers of a note in order."""
    for region in regions:
        if region.kind is not Kind.HTML:
            continue
        first = next(iter(region.lines), region.span)
        words = _words(first.of(text))
        if words:
            # A comment that opens a block ends it on the same line, so the region is this line.
            yield Marker(*words, region.span, region.depth)


def _words(line: str) -> tuple[str, str] | None:
    """Return the word and the name of a marker's line, or None."""
    line = line.strip()
    if not (line.startswith("<!--") and line.endswith("-->")):
        return None
    parts = line[4:-3].split()
    if not parts or parts[0] not in {"zhixing:begin", "zhixing:end"}:
        return None
    return parts[0].removeprefix("zhixing:"), unicodedata.normalize("NFC", " ".join(parts[1:]))


def _unclosed(source: Source, marker: Marker) -> Problem:
    fix = "Delete the marker with what was generated below it, then run `zhixing regenerate`"
    return _broken(source, marker, "has no `<!-- zhixing:end … -->` after it", fix)


def _broken(source: Source, marker: Marker, what: str, fix: str) -> Problem:
    return source.problem(
        Code.REGION_BROKEN, marker.span, f"The marker `zhixing:{marker.word} {marker.name}` {what}", fix
    )
