"""A canvas as data, and its text: JSON Canvas 1.0, laid out line by line as Obsidian writes it.

Source: https://jsoncanvas.org/spec/1.0/ (2024-03-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

Side = Literal["top", "right", "bottom", "left"]
Value = str | int
_NAMED: Mapping[str, str] = {"text": "text", "file": "file", "group": "label"}


@dataclass(frozen=True, slots=True)
class CanvasBox:
    """A rectangle on the canvas in pixels; x runs to the right, y down."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CanvasNode:
    """A node: a `text`, a `file` (its path from the vault's root, `subpath` a place in it) or a `group` (its label)."""

    type: Literal["text", "file", "group"]
    content: str
    box: CanvasBox
    color: str = ""
    subpath: str = ""

    @property
    def id(self) -> str:
        """An id that depends on the content alone: the file's path, the label, or the text's first line."""
        return identifier(self.type, self.content.partition("\n")[0])


@dataclass(frozen=True, slots=True)
class CanvasEdge:
    """An arrow from one node to another, by their ids; a plain line if `pointed` is false."""

    start: str
    end: str
    start_side: Side = "right"
    end_side: Side = "left"
    color: str = ""
    pointed: bool = True


def identifier(*names: str) -> str:
    """Return sixteen hexadecimal digits, as in Obsidian's own ids, derived from names."""
    return sha256("\n".join(names).encode(errors="replace")).hexdigest()[:16]


def canvas_text(nodes: Iterable[CanvasNode], edges: Iterable[CanvasEdge]) -> str:
    """Return the text of a canvas: one node or edge a line. Nodes come in the order in which they are drawn."""
    drawn = ",\n".join(_line(_node(node)) for node in nodes)
    joined = ",\n".join(_line(_edge(edge)) for edge in edges)
    return f'{{\n\t"nodes":[\n{drawn}\n\t],\n\t"edges":[\n{joined}\n\t]\n}}'


def read_map(text: str) -> tuple[list[CanvasNode], list[CanvasEdge]]:
    """Return the nodes and edges of a canvas that `canvas_text` wrote; other canvases may hold what is unknown here."""
    data = json.loads(text)
    edges = [
        CanvasEdge(
            one["fromNode"], one["toNode"], one["fromSide"], one["toSide"], one.get("color", ""), "toEnd" not in one
        )
        for one in data["edges"]
    ]
    return [_read_node(one) for one in data["nodes"]], edges


def _read_node(data: dict[str, Any]) -> CanvasNode:
    box = CanvasBox(data["x"], data["y"], data["width"], data["height"])
    content = data[_NAMED[data["type"]]]
    return CanvasNode(data["type"], content, box, data.get("color", ""), data.get("subpath", ""))


def _line(pairs: Sequence[tuple[str, Value]]) -> str:
    known = {key: value for key, value in pairs if value != ""}
    return "\t\t" + json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def _node(node: CanvasNode) -> list[tuple[str, Value]]:
    box = node.box
    return [
        ("id", node.id), ("type", node.type), (_NAMED[node.type], node.content), ("subpath", node.subpath),
        ("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height), ("color", node.color),
    ]  # fmt: skip


def _edge(edge: CanvasEdge) -> list[tuple[str, Value]]:
    return [
        ("id", identifier("edge", edge.start, edge.end)),
        ("fromNode", edge.start), ("fromSide", edge.start_side), ("toNode", edge.end), ("toSide", edge.end_side),
        ("toEnd", "" if edge.pointed else "none"), ("color", edge.color),
    ]  # fmt: skip
