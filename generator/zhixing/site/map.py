"""Concept maps on a site: in place of the picture of a map stands the map itself, whose cards lead to their notes.

The canvas of a map has no page of its own: links to it lead to the map in its note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from zhixing.compose import FIGURES, Results
from zhixing.lists.canvas import CanvasEdge, CanvasNode, identifier, read_map
from zhixing.lists.map_figure import (
    SERIES,
    MapLayout,
    band_name,
    card_lines,
    card_name,
    column_heads,
    map_arrow,
    place_map,
)
from zhixing.page.titles import title
from zhixing.show.svg import Box, Text
from zhixing.site.files import FOLDER
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

Path = PurePosixPath
SCRIPT = f"{FOLDER}/map.js"
_SUFFIX = ".map.svg"
_PICTURE = re.compile(
    # The line above the picture links to the canvas, whose place on the site is the map itself.
    r'(?P<line><p><a href="#(?P<anchor>zx-map-[0-9a-f]{16})">[^<>]*</a></p>\s*)?'
    r'<p>(?:<a href="[^"<>]*">)?<img [^<>]*?\bsrc="(?P<source>[^"<>]*\.map\.svg)"[^<>]*>(?:</a>)?</p>'
)
_MAP = '<div class="zx-map"'
_MOVED = (_MAP, '<div class="zx-canvas"')
_END = "</body>"


@dataclass(frozen=True, slots=True)
class Map:
    """A map: the places of its picture and its canvas in the vault, the note that shows it, the text of the canvas."""

    picture: Path
    canvas: Path
    note: Path
    text: str

    @property
    def anchor(self) -> str:
        """Return the id of the map on its note's page."""
        return f"zx-map-{identifier(str(self.canvas))}"


@dataclass(frozen=True, slots=True)
class MapEdge:
    """What a map needs of its site: the note at a path, where it is, and what does not hold in it ("" for nothing).

    `file` returns the address of a file itself.
    """

    note: Callable[[Path], Note | None]
    address: Callable[[Note], str]
    badge: Callable[[Note], str]
    file: Callable[[Path], str]
    words: Wording


def find_maps(results: Results, notes: Iterable[Note], figures: Mapping[Path, str]) -> tuple[Map, ...]:
    """Return the maps that notes show, of those that are drawn."""
    found = []
    for note in notes:
        for canvas in results.maps(note):
            picture = canvas.parent / FIGURES / f"{canvas.stem}{_SUFFIX}"
            if canvas in figures and picture in figures:
                found.append(Map(picture, canvas, note.path, figures[canvas]))
    return tuple(found)


def with_maps(body: str, maps: Mapping[str, Map], edge: MapEdge) -> str:
    """Return a page with maps in place of their pictures: `maps` are by the picture's address."""

    def draw(found: re.Match[str]) -> str:
        known = maps.get(found["source"])
        if known is None:
            return found[0]
        line = "" if found["anchor"] == known.anchor else found["line"] or ""
        return f"{line}{draw_map(known, edge)}"

    return _PICTURE.sub(draw, body) if maps else body


def draw_map(one: Map, edge: MapEdge) -> str:
    """Return a map as HTML that needs no script; its script adds what moves and filters it."""
    nodes, edges = read_map(one.text)
    placed = place_map(nodes)
    themes = {node.id: _theme(node, placed) for node in placed.cards}
    drawn = [
        *(_band(node, placed.place[node.id]) for node in placed.bands),
        *(_text(text) for text in column_heads(nodes, placed.place)),
        *(_arrow(joined, placed) for joined in edges),
        *(_card(node, placed.place[node.id], themes[node.id], edge) for node in placed.cards),
    ]
    width, height = round(placed.width), round(placed.height)
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    file = edge.file(one.canvas)
    link = f'<p class="zx-map-file"><a href="{escape(file)}">{escape(edge.words.original_file)}</a></p>' if file else ""
    return (
        f'{_MAP} id="{one.anchor}">'
        f'<div class="zx-map-window"><svg {size} role="group" '
        f'aria-label="{escape(one.canvas.stem)}">{"".join(drawn)}</svg></div>{link}</div>'
    )


def _theme(card: CanvasNode, placed: MapLayout) -> str:
    """Return the name of the band that a card stands in."""
    return next((band.content for band in placed.bands if band.color == card.color and _is_in(card, band)), "")


def _is_in(card: CanvasNode, band: CanvasNode) -> bool:
    return band.box.y <= card.box.y < band.box.y + band.box.height


def _band(node: CanvasNode, box: Box) -> str:
    return f'<g class="zx-map-band zx-c{SERIES[node.color]}">{_rectangle(box)}{_text(band_name(node, box))}</g>'


def _arrow(edge: CanvasEdge, placed: MapLayout) -> str:
    """Return an arrow that knows the cards it joins."""
    one = map_arrow(edge, placed.place[edge.start], placed.place[edge.end])
    ends = [(one.x1, one.y1), (one.x2, one.y2), (one.x3, one.y3), (one.x4, one.y4)]
    start, *rest = (f"{x:.1f} {y:.1f}" for x, y in ends)
    tip = f'<path class="zx-map-tip" d="{one.tip}"/>' if one.tip else ""
    return (
        f'<g class="zx-map-arrow zx-{one.stroke}" data-from="{edge.start}" data-to="{edge.end}">'
        f'<path d="M{start}C{" ".join(rest)}"/>{tip}</g>'
    )


def _card(node: CanvasNode, box: Box, theme: str, edge: MapEdge) -> str:
    """Return a card as a link to its note, with what is known of it for filters."""
    note = edge.note(Path(node.content))
    address = edge.address(note) if note else ""
    status = edge.words.statuses.get(note.status, note.status) if note else ""
    badge = edge.badge(note) if note else ""
    name = " · ".join(part for part in (title(note) if note else card_name(node), status, badge) if part)
    mark = f'<circle class="zx-map-fault" cx="{box.x + box.width:.1f}" cy="{box.y:.1f}" r="6"/>' if badge else ""
    shown = f"<title>{escape(name)}</title>{_rectangle(box)}{''.join(map(_text, card_lines(node, box)))}{mark}"
    told = (
        f'class="zx-map-card zx-c{SERIES[node.color]}" data-card="{node.id}" '
        f'data-theme="{escape(theme)}" data-status="{escape(status)}"'
    )
    return (
        f'<a {told} href="{escape(address)}" aria-label="{escape(name)}">{shown}</a>'
        if address
        else (f"<g {told}>{shown}</g>")
    )


def _rectangle(box: Box) -> str:
    return f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="4"/>'


def _text(text: Text) -> str:
    return (
        f'<text x="{text.x:.1f}" y="{text.y:.1f}" class="{_roles(text.role)}">{escape(text.text, quote=False)}</text>'
    )


def _roles(role: str) -> str:
    return " ".join(f"zx-map-{one}" for one in role.split())


def with_map_script(page: str, base: str, words: Wording) -> str:
    """Return a whole page with the script of maps and canvases where one stands on it. `base` leads to the site."""
    if not any(sign in page for sign in _MOVED) or _END not in page:
        return page
    told = {
        "smaller": words.map_smaller,
        "larger": words.map_larger,
        "whole": words.map_whole,
        "full": words.map_full,
        "close": words.close,
        "canvas": words.map_canvas,
        "theme": words.map_theme,
        "status": words.map_status,
        "all": words.map_all,
        "count": words.map_count,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in told.items())
    before, end, after = page.rpartition(_END)
    return f'{before}<script src="{escape(base)}/{SCRIPT}" defer{data}></script>{end}{after}'


def map_facts(notes: Mapping[Path, Note], badges: Mapping[Path, str]) -> Iterator[object]:
    """Yield what a map shows of notes beside its canvas, for those who ask whether it has changed."""
    for path, note in notes.items():
        yield from (path, note.status, badges.get(path, ""))
