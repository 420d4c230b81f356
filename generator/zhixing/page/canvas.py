"""A canvas as a page: its cards where they lie, the lines between them, and what both say as text.

Source: https://jsoncanvas.org/spec/1.0/. Bounds are counted: what is beyond them is left out, and the page says so.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.compose import Results
from zhixing.page.checked import Examples
from zhixing.page.context import Page, ShowBase
from zhixing.page.public import Private
from zhixing.page.read import read_markdown
from zhixing.page.tags import Tags
from zhixing.page.tree import (
    NOWHERE,
    Arrow,
    Block,
    Board,
    Callout,
    Card,
    Document,
    Footnote,
    Heading,
    Item,
    Link,
    List,
    Paragraph,
    Place,
    Text,
    walk,
)
from zhixing.source import Source
from zhixing.vault.note import read_note
from zhixing.vault.vault import Vault

SUFFIX = ".canvas"
MAX_CARDS = 1_000
MAX_ARROWS = 3_000
MAX_GROUPS = 200
MAX_TEXT = 200_000
# What the notes that the cards of one canvas show may cost, and those of all canvases of a vault.
MAX_SHOWN = 100_000
SHARED = 2_000_000
_MARGIN = 20
_FARTHEST = 1_000_000
_LARGEST = 20_000
_NAME = 40
_SIDES = frozenset({"top", "right", "bottom", "left"})
_COLOUR = re.compile(r"[1-6]|#[0-9A-Fa-f]{3,8}")
_PATH = re.compile(r"[^\[\]|#^\n\r]+")
_SUBPATH = re.compile(r"#[^\[\]|\n\r]+")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>|[#>*_`=~\[\]!|-]+")


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a canvas: `content` is its text, the path of its file, its address or its label."""

    id: str
    type: str
    content: str
    x: int
    y: int
    width: int
    height: int
    color: str = ""
    subpath: str = ""

    @property
    def name(self) -> str:
        """What the node is called where there is room for a few words."""
        if self.type == "file":
            place = " ".join(_MARKUP.sub(" ", self.subpath).split())
            return f"{PurePosixPath(self.content).stem}{f' > {place}' if place else ''}"
        lines = (" ".join(_MARKUP.sub(" ", line).split()) for line in self.content[:1000].splitlines())
        first = next((line for line in lines if line), "…")
        return first if len(first) <= _NAME else f"{first[: _NAME - 1]}…"

    def contains(self, other: Node) -> bool:
        """Return whether the middle of another node lies in this one, which is larger."""
        x, y = other.x + other.width / 2, other.y + other.height / 2
        inside = self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height
        return inside and self.width * self.height > other.width * other.height


@dataclass(frozen=True, slots=True)
class Canvas:
    """The nodes of a canvas in the order to read them, its arrows, and how many entries are not shown."""

    nodes: tuple[Node, ...]
    arrows: tuple[Mapping[str, object], ...]
    left_out: int = 0


def read_canvas(text: str) -> Canvas | None:
    """Return what a canvas holds; None where its text is none."""
    try:
        data = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    said = [one if isinstance(one, list) else [] for one in (data.get("nodes"), data.get("edges"))]
    read = [node for one in said[0] if (node := _read_node(one)) is not None]
    groups = [node for node in read if node.type == "group"][:MAX_GROUPS]
    cards = _bounded([node for node in read if node.type != "group"])
    known = {node.id for node in (*groups, *cards)}
    arrows = [one for one in said[1] if _is_arrow(one, known)][:MAX_ARROWS]
    left_out = sum(map(len, said)) - len(groups) - len(cards) - len(arrows)
    return Canvas(tuple(_in_order(groups, cards)), tuple(arrows), left_out)


def _read_node(said: object) -> Node | None:
    """Return a node, None where something that it needs is missing or no such thing."""
    if not isinstance(said, dict):
        return None
    kind = said.get("type")
    content = said.get({"text": "text", "file": "file", "link": "url", "group": "label"}.get(str(kind), ""), "")
    box = [_number(said.get(name)) for name in ("x", "y", "width", "height")]
    if not isinstance(said.get("id"), str) or not isinstance(content, str) or None in box:
        return None
    if kind not in {"text", "file", "link", "group"}:
        return None
    x, y, width, height = (number or 0 for number in box)
    color, subpath = said.get("color"), said.get("subpath")
    return Node(
        said["id"], str(kind), content, x, y, min(max(width, 1), _LARGEST), min(max(height, 1), _LARGEST),
        color if isinstance(color, str) and _COLOUR.fullmatch(color) else "",
        subpath if isinstance(subpath, str) else "",
    )  # fmt: skip


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(max(-_FARTHEST, min(value, _FARTHEST)))


def _is_arrow(said: object, known: set[str]) -> bool:
    ends = [said.get(end) for end in ("fromNode", "toNode")] if isinstance(said, dict) else [None]
    return all(isinstance(end, str) and end in known for end in ends)


def _bounded(cards: Sequence[Node]) -> list[Node]:
    """Return as many cards as a page shows."""
    kept, left = [], MAX_TEXT
    for card in cards[:MAX_CARDS]:
        left -= len(card.content)
        if left >= 0:
            kept.append(card)
    return kept


def _in_order(groups: Sequence[Node], cards: Sequence[Node]) -> list[Node]:
    """Return nodes from top to bottom and left to right, each group before what lies in it."""
    by_size = sorted(groups, key=lambda group: group.width * group.height)
    within: dict[str, list[Node]] = {}
    for node in (*groups, *cards):
        above = next((group.id for group in by_size if group.contains(node)), "")
        within.setdefault(above, []).append(node)
    ordered: list[Node] = []
    # Each group is larger than what lies in it, so none lies in itself.
    waiting = sorted(within.get("", []), key=_place, reverse=True)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        if node.type == "group" and node.id not in seen:
            seen.add(node.id)
            waiting += sorted(within.get(node.id, []), key=_place, reverse=True)
    return ordered


def _place(node: Node) -> tuple[int, int]:
    return (node.y, node.x)


# The page.


class Canvases:
    """Makes pages of the canvases of a vault, of which there are `count`: they share what notes may show in cards."""

    def __init__(
        self, vault: Vault, results: Results, private: Private, count: int, bases: ShowBase | None = None
    ) -> None:
        self.vault = vault
        self.results = results
        self.private = private
        self.examples = Examples(vault, results, faults=None)
        self.bases = bases
        self.left = min(MAX_SHOWN, SHARED // max(count, 1))

    def page(self, path: PurePosixPath, text: str, tags: Tags | None = None) -> Document:
        """Return the page of a canvas."""
        words = self.vault.wording
        name = Heading(NOWHERE, 1, "", (Text(NOWHERE, path.stem),))
        file = Paragraph(NOWHERE, (Link(NOWHERE, Place(path), (Text(NOWHERE, words.original_file),)),))
        canvas = read_canvas(text)
        if canvas is None:
            return Document(path, (name, _box(words.sheet_unreadable), file), wording=words)
        note = read_note(Source(str(path), ""), path)
        page = Page(self.vault, note, self.results, self.examples, self.private, self.left, tags, bases=self.bases)
        blocks: list[Block] = [name]
        if canvas.left_out:
            blocks.append(_box(words.cards_left_out.format(count=canvas.left_out)))
        if canvas.nodes:
            blocks.append(_board(canvas, page))
        if canvas.arrows:
            blocks.append(_list_arrows(canvas, words.canvas_arrows, words.colon))
        defined = {one.label: one for one in walk(tuple(blocks)) if isinstance(one, Footnote)}
        return Document(path, (*blocks, file), {**page.footnotes, **defined}, words)


def _box(title: str) -> Callout:
    return Callout(NOWHERE, "quote", (Text(NOWHERE, title),))


def _board(canvas: Canvas, page: Page) -> Board:
    left = min(node.x for node in canvas.nodes) - _MARGIN
    top = min(node.y for node in canvas.nodes) - 2 * _MARGIN
    right = max(node.x + node.width for node in canvas.nodes) + _MARGIN
    bottom = max(node.y + node.height for node in canvas.nodes) + _MARGIN
    cards = tuple(
        Card(
            NOWHERE, node.type, (node.x - left, node.y - top, node.width, node.height), node.color,
            _read_card(node, page),
        )
        for node in canvas.nodes
    )  # fmt: skip
    boxes = {node.id: card.box for node, card in zip(canvas.nodes, cards, strict=True)}
    return Board(NOWHERE, (right - left, bottom - top), cards, tuple(_arrow(one, boxes) for one in canvas.arrows))


def _read_card(node: Node, page: Page) -> tuple[Block, ...]:
    """Return what a card shows: Markdown, what an embed of its file shows, a link, or the name of a group."""
    if node.type == "group":
        return (Paragraph(NOWHERE, (Text(NOWHERE, node.content),)),) if node.content.strip() else ()
    if node.type == "link":
        return (Paragraph(NOWHERE, (Link(NOWHERE, node.content, (Text(NOWHERE, node.content),)),)),)
    if node.type == "text":
        # The line that tells authors that a map is generated is of no use to readers of the site.
        return read_markdown(page, node.content.replace(page.vault.wording.map_generated, ""))
    if not _PATH.fullmatch(node.content):
        return (Paragraph(NOWHERE, (Text(NOWHERE, node.content),)),)
    place = node.subpath if _SUBPATH.fullmatch(node.subpath) else ""
    return read_markdown(page, f"![[{node.content}{place}]]")


_Box = tuple[int, int, int, int]


def _arrow(said: Mapping[str, object], boxes: Mapping[str, _Box]) -> Arrow:
    start, end = boxes[str(said["fromNode"])], boxes[str(said["toNode"])]
    sides = (_side(said.get("fromSide"), start, end), _side(said.get("toSide"), end, start))
    color, label = said.get("color"), said.get("label")
    return Arrow(
        (_middle(start, sides[0]), _middle(end, sides[1])),
        sides,
        (said.get("fromEnd") == "arrow", said.get("toEnd") != "none"),
        label[:1000] if isinstance(label, str) else "",
        color if isinstance(color, str) and _COLOUR.fullmatch(color) else "",
    )


def _side(said: object, box: _Box, other: _Box) -> str:
    """Return the side of a box at which a line begins: the one that faces the other box where none is said."""
    if isinstance(said, str) and said in _SIDES:
        return said
    x = other[0] + other[2] / 2 - box[0] - box[2] / 2
    y = other[1] + other[3] / 2 - box[1] - box[3] / 2
    if abs(x) > abs(y):
        return "right" if x > 0 else "left"
    return "bottom" if y > 0 else "top"


def _middle(box: _Box, side: str) -> tuple[int, int]:
    x, y, width, height = box
    across = {"left": 0, "right": width}.get(side, width // 2)
    return (x + across, y + {"top": 0, "bottom": height}.get(side, height // 2))


def _list_arrows(canvas: Canvas, title: str, colon: str) -> Callout:
    """Return what the lines say, for those who do not see them, folded."""
    names = {node.id: node.name for node in canvas.nodes}
    lines = (_say_arrow(one, names, colon) for one in canvas.arrows)
    items = tuple(Item(NOWHERE, (Paragraph(NOWHERE, (Text(NOWHERE, line),)),)) for line in lines)
    return Callout(NOWHERE, "quote", (Text(NOWHERE, title),), (List(NOWHERE, items),), "-")


def _say_arrow(said: Mapping[str, object], names: Mapping[str, str], colon: str) -> str:
    label = said.get("label")
    way = f"{names[str(said['fromNode'])]} → {names[str(said['toNode'])]}"
    return f"{way}{colon}{' '.join(label[:1000].split())}" if isinstance(label, str) and label.strip() else way
