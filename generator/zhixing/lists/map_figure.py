"""A concept map as a picture, for where canvases cannot be opened: the same layout, with names on the cards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.lists.canvas import CanvasBox, CanvasEdge, CanvasNode, Side
from zhixing.show.svg import LABEL, PAD, Box, Text, draw, fit, text_width
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

# A picture of more notes is unreadable.
MOST = 200
SCALE = 0.27
HEAD = 24.0
LINE = 17.0
TIP = 6.0
# The canvas's colours as the figure's, by number: cyan, green, purple, orange, red, yellow.
SERIES = {"5": 0, "4": 2, "6": 3, "2": 1, "1": 4, "3": 5}
OUTWARD: dict[Side, tuple[int, int]] = {"right": (1, 0), "left": (-1, 0), "bottom": (0, 1), "top": (0, -1)}


@dataclass(frozen=True, slots=True)
class ArrowPath:
    """An arrow: its ends, its control points, its tip (an SVG path, "" for none) and its colours' classes."""

    x1: float
    y1: float
    x2: float
    y2: float
    x3: float
    y3: float
    x4: float
    y4: float
    tip: str
    stroke: str
    fill: str


@dataclass(frozen=True, slots=True)
class MapLayout:
    """A map's bands and cards, where each node stands in the picture, by its id, and the picture's size in pixels."""

    bands: Sequence[CanvasNode]
    cards: Sequence[CanvasNode]
    place: Mapping[str, Box]
    width: float
    height: float


def place_map(nodes: Sequence[CanvasNode]) -> MapLayout:
    """Return where the nodes of a canvas stand in its picture; the legend is left out."""
    bands = [node for node in nodes if node.type == "group"]
    cards = [node for node in nodes if node.type == "file"]
    left = min((node.box.x for node in bands), default=0) - PAD / SCALE
    top = min((node.box.y for node in bands), default=0) - (PAD + 2 * HEAD) / SCALE
    place = {node.id: _scale(node.box, left, top) for node in nodes}
    width = max((place[node.id].x + place[node.id].width for node in bands), default=0) + PAD
    height = max((place[node.id].y + place[node.id].height for node in bands), default=0) + PAD
    return MapLayout(bands, cards, place, width, height)


def map_figure(title: str, nodes: Sequence[CanvasNode], edges: Sequence[CanvasEdge], words: Wording = CHINESE) -> str:
    """Return an SVG of a map's bands, cards and arrows; its legend is left out."""
    placed = place_map(nodes)
    bands, cards, place = placed.bands, placed.cards, placed.place
    names = [band_name(node, place[node.id]) for node in bands]
    titles = [line for node in cards for line in card_lines(node, place[node.id])]
    return draw(
        "map", placed.width, placed.height, title, list(_describe(nodes, words)), words.tag,
        bands=[_rectangle(place[node.id], f"f{SERIES[node.color]} c{SERIES[node.color]}") for node in bands],
        cards=[_rectangle(place[node.id], f"c{SERIES[node.color]}") for node in cards],
        curves=[map_arrow(edge, place[edge.start], place[edge.end]) for edge in edges],
        texts=[*names, *column_heads(nodes, place), *titles],
    ).svg  # fmt: skip


def _scale(box: CanvasBox, left: float, top: float) -> Box:
    return Box((box.x - left) * SCALE, (box.y - top) * SCALE, box.width * SCALE, box.height * SCALE, "")


def _rectangle(box: Box, role: str) -> Box:
    return Box(box.x, box.y, box.width, box.height, role)


def band_name(node: CanvasNode, box: Box) -> Text:
    """Return the name of a band, above it."""
    return Text(box.x, box.y - 6, fit(node.content, LABEL, box.width), "ink name")


def column_heads(nodes: Sequence[CanvasNode], place: Mapping[str, Box]) -> Iterator[Text]:
    """Yield what stands over the columns."""
    heads = [node for node in nodes if node.type == "text"][1:]
    for node in heads:
        box = place[node.id]
        yield Text(box.x + box.width / 2, PAD + LINE, node.content.lstrip("# "), "muted small middle")


def card_lines(node: CanvasNode, box: Box) -> Iterator[Text]:
    """Yield a card's name in one line or two."""
    lines = _break(card_name(node), box.width - 8)
    for number, line in enumerate(lines):
        y = box.y + box.height / 2 + LABEL * 0.36 + (number - (len(lines) - 1) / 2) * LINE
        yield Text(box.x + box.width / 2, y, line, "ink middle")


def _break(name: str, room: float) -> list[str]:
    """Return a name in lines no wider than `room`: broken at a space if there is one, else where the room ends."""
    if text_width(name, LABEL) <= room:
        return [name]
    end = next(end for end in range(len(name), 0, -1) if end == 1 or text_width(name[:end], LABEL) <= room)
    first = name[:end].rpartition(" ")[0] or name[:end]
    return [first, fit(name[len(first) :].strip(), LABEL, room)]


def card_name(node: CanvasNode) -> str:
    """Return the name that a card shows: that of its file."""
    return PurePosixPath(node.content).stem


def map_arrow(edge: CanvasEdge, start: Box, end: Box) -> ArrowPath:
    """Return an arrow from the side of one card to the side of another."""
    (x1, y1), (x4, y4) = _side(start, edge.start_side), _side(end, edge.end_side)
    (out_x, out_y), (in_x, in_y) = OUTWARD[edge.start_side], OUTWARD[edge.end_side]
    x4, y4 = x4 + in_x * TIP, y4 + in_y * TIP
    bend = max(19.0, min(41.0, (abs(x4 - x1) + abs(y4 - y1)) / 2))
    corners = ((-in_x * TIP, -in_y * TIP), (in_y * TIP / 2, in_x * TIP / 2), (-in_y * TIP / 2, -in_x * TIP / 2))
    tip = f"M{'L'.join(f'{x4 + across:.1f} {y4 + down:.1f}' for across, down in corners)}Z"
    series = SERIES[edge.color]
    return ArrowPath(
        x1, y1, x1 + out_x * bend, y1 + out_y * bend, x4 + in_x * bend, y4 + in_y * bend, x4, y4,
        tip if edge.pointed else "", f"c{series}", f"f{series}",
    )  # fmt: skip


def _side(box: Box, side: Side) -> tuple[float, float]:
    across, down = OUTWARD[side]
    return box.x + box.width * (1 + across) / 2, box.y + box.height * (1 + down) / 2


def _describe(nodes: Sequence[CanvasNode], words: Wording) -> Iterator[str]:
    """Yield the description for readers who do not see the picture: the notes of each column."""
    columns: dict[int, list[str]] = defaultdict(list)
    for node in (node for node in nodes if node.type == "file"):
        columns[node.box.x].append(card_name(node))
    for number, x in enumerate(sorted(columns), 1):
        head = words.map_column.format(number=number)
        yield f"{words.pair(head, words.enumeration.join(columns[x]))}{words.stop}"
