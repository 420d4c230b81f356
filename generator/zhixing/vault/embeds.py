"""Notes, sections and blocks shown inside notes: which would show themselves without end, and how much a page may show.

Bounds are counted, never timed. A page has a bound of its own, and all pages of a vault share one that grows with the
vault, so that a hundred notes which embed one another ten times each do not become a hundred large pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.source import Span, Spans
from zhixing.vault.circles import find_circles
from zhixing.vault.graph import Edge, edges
from zhixing.vault.note import Note
from zhixing.vault.resolve import Resolution
from zhixing.vault.vault import Vault, once_for_outline

# What an embed shows.


def shown_part(vault: Vault, note: Note, found: Resolution) -> Span:
    """Return what a resolved link names of a note: a block, a section, or all of it."""
    if found.block is not None:
        return found.block.span
    if found.heading is not None:
        return vault.places(note).section(found.heading)
    return Span(0, len(note.source.text))


def shown_spans(vault: Vault, note: Note, found: Resolution) -> tuple[Span, ...]:
    """Return what an embed shows: what it names, and the footnotes called there that are defined elsewhere."""
    shown = shown_part(vault, note, found)
    text = note.source.text
    calls = (token for token in note.footnote_calls if token.span.start in shown)
    labels = dict.fromkeys(token.content.of(text) for token in calls)
    spans = (span for label in labels for span in note.footnotes.get(label, ()) if span.start not in shown)
    return (shown, *sorted(set(spans), key=lambda span: span.start))


# Circles of embeds: notes, sections and blocks that would show themselves without end.

# Each circle is found with its way round; a vault of nothing but circles shows this many of them.
MOST = 100
_Part = tuple[PurePosixPath, Span]


def embed_cycles(vault: Vault) -> tuple[tuple[Edge, ...], ...]:
    """Return the circles in which notes embed one another, each as its embeds in order, at most 100.

    What counts is the part that is embedded: a note may embed a section of a note that embeds another section of it.
    """
    parts = {
        path: [(edge, (note.path, shown_part(vault, note, edge.resolution))) for edge, note in inside]
        for path, inside in _embeds(vault).items()
    }
    shown = {id(edge): part for inside in parts.values() for edge, part in inside}
    leaving = {path: Spans([edge for edge, _ in inside]) for path, inside in parts.items()}

    def embeds_within(part: _Part) -> Iterator[tuple[Edge, _Part]]:
        path, span = part
        return ((edge, shown[id(edge)]) for edge in (leaving[path].within(span) if path in leaving else ()))

    return tuple(map(tuple, islice(find_circles(shown.values(), embeds_within), MOST)))


_EMBEDS: WeakKeyDictionary[Vault, Mapping[PurePosixPath, Sequence[tuple[Edge, Note]]]] = WeakKeyDictionary()


def _embeds(vault: Vault) -> Mapping[PurePosixPath, Sequence[tuple[Edge, Note]]]:
    """Return the embeds of each note that lead to a note, each with that note."""
    if vault not in _EMBEDS:
        found: dict[PurePosixPath, list[tuple[Edge, Note]]] = {}
        for edge in edges(vault):
            if edge.link.embed and edge.resolution.note is not None:
                found.setdefault(edge.source.path, []).append((edge, edge.resolution.note))
        _EMBEDS[vault] = found
    return _EMBEDS[vault]


# How much the pages of a vault may show of other notes.

MAX_DEPTH = 8
"""So many notes stand in one another at most, the page's own left out."""
EMBED = 200
"""What an embed costs beside the characters that it shows: its frame and its title."""
MAX_PAGE = 500_000
"""What the embeds of a page may cost."""
SHARED = 1_000_000
SHARED_BY_LENGTH = 10
"""What the embeds of all pages may cost together: so much, and more for each character of the vault's notes."""


@dataclass(frozen=True, slots=True)
class EmbedLimits:
    """What the embeds of each page may cost, the first embed of each page that is beyond that, and what is left."""

    limits: Mapping[PurePosixPath, int]
    beyond: tuple[Edge, ...]
    left: int


_LIMITS: WeakKeyDictionary[Vault, EmbedLimits] = WeakKeyDictionary()


def cost_of(spans: Sequence[Span]) -> int:
    """Return what an embed costs that shows these parts of a note, what is embedded in them left out."""
    return EMBED + sum(span.end - span.start for span in spans)


def embed_limits(vault: Vault) -> EmbedLimits:
    """Return what the embeds of a vault's pages may cost, worked out once for a vault.

    Pages take from what is shared in the order of their paths, so that the same vault has the same pages whatever is
    built first.
    """
    if vault not in _LIMITS:
        _LIMITS[vault] = _share(vault)
    return _LIMITS[vault]


def take_limits(vault: Vault, limits: EmbedLimits) -> None:
    """Take what is known of the embeds of a vault, so that they are not looked for."""
    _LIMITS[vault] = limits


def _share(vault: Vault) -> EmbedLimits:
    costs = _Costs(vault)
    left = SHARED + SHARED_BY_LENGTH * sum([len(note.source.text) for note in vault.notes.values()])
    limits: dict[PurePosixPath, int] = {}
    beyond: list[Edge] = []
    for path in _find_order(vault):
        if path not in costs.parts or not vault.notes[path].published:
            continue
        limit = limits[path] = min(MAX_PAGE, left)
        totals = list(accumulate(costs.full(part, MAX_DEPTH - 1) for _, part in costs.parts[path]))
        beyond += [edge for (edge, _), total in zip(costs.parts[path], totals, strict=True) if total > limit][:1]
        left -= min(limit, totals[-1])
    return EmbedLimits(limits, tuple(beyond), left)


@once_for_outline
def _find_order(vault: Vault) -> Sequence[PurePosixPath]:
    return sorted(vault.notes)


_Spans = tuple[PurePosixPath, tuple[Span, ...]]


class _Costs:
    """What the embeds of a vault cost with all that is embedded in them, each part of a note worked out once."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.known: dict[tuple[_Spans, int], int] = {}

    @cached_property
    def parts(self) -> dict[PurePosixPath, list[tuple[Edge, _Spans]]]:
        """The embeds of each note that show something, in order, each with what it shows."""
        found: dict[PurePosixPath, list[tuple[Edge, _Spans]]] = {}
        for path, inside in _embeds(self.vault).items():
            shown = [(edge, note) for edge, note in inside if note.published and _shows_text(edge)]
            if shown:
                found[path] = [(edge, (note.path, self._spans(note, edge))) for edge, note in shown]
        return found

    def _spans(self, note: Note, edge: Edge) -> tuple[Span, ...]:
        return shown_spans(self.vault, note, edge.resolution)

    @cached_property
    def _leaving(self) -> dict[PurePosixPath, Spans[Edge]]:
        return {path: Spans([edge for edge, _ in inside]) for path, inside in self.parts.items()}

    @cached_property
    def _shown(self) -> dict[int, _Spans]:
        return {id(edge): part for inside in self.parts.values() for edge, part in inside}

    def full(self, part: _Spans, levels: int) -> int:
        """Return what an embed of a part costs with so many levels of embeds in it, at most a page's bound and one."""
        if (part, levels) not in self.known:
            cost = cost_of(part[1])
            for inner in self._within(part) if levels else ():
                cost += self.full(inner, levels - 1)
                if cost > MAX_PAGE:
                    break
            self.known[part, levels] = min(cost, MAX_PAGE + 1)
        return self.known[part, levels]

    def _within(self, part: _Spans) -> Iterator[_Spans]:
        path, spans = part
        if path in self._leaving:
            return (self._shown[id(edge)] for span in spans for edge in self._leaving[path].within(span))
        return iter(())


def _shows_text(edge: Edge) -> bool:
    """Return whether an embed stands in the text, and its heading or block exists."""
    return not (edge.link.field or edge.resolution.heading_missing or edge.resolution.block_missing)
