"""The JSON Canvas 1.0 specification as a check, written from https://jsoncanvas.org/spec/1.0/ (2024-03-11)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations

Fields = dict[str, Callable[[object], bool]]


def text(value: object) -> bool:
    return isinstance(value, str)


def integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def color(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[1-6]|#[0-9A-Fa-f]{6}", value) is not None


def one_of(*values: str) -> Callable[[object], bool]:
    return lambda value: value in values


NODE: Fields = {"id": text, "type": text, "x": integer, "y": integer, "width": integer, "height": integer}
# By type: what is required beside the attributes of every node, and what may be there.
TYPES: dict[str, tuple[Fields, Fields]] = {
    "text": ({"text": text}, {}),
    "file": ({"file": text}, {"subpath": lambda value: isinstance(value, str) and value.startswith("#")}),
    "link": ({"url": text}, {}),
    "group": (
        {},
        {"label": text, "background": text, "backgroundStyle": one_of("cover", "ratio", "repeat")},
    ),
}
SIDE, END = one_of("top", "right", "bottom", "left"), one_of("none", "arrow")
EDGE: Fields = {"id": text, "fromNode": text, "toNode": text}
EDGE_MAY: Fields = {
    "fromSide": SIDE, "toSide": SIDE, "fromEnd": END, "toEnd": END, "color": color, "label": text,
}  # fmt: skip


def breaches(written: str) -> list[str]:
    """Return everything in which a text is no canvas as the specification says."""
    data = json.loads(written)
    found = [f"top level: {key}" for key in data.keys() - {"nodes", "edges"}]
    ids = [item.get("id") for item in (*data.get("nodes", []), *data.get("edges", []))]
    found += [f"id {one!r} stands twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    nodes = {node.get("id") for node in data.get("nodes", [])}
    for node in data.get("nodes", []):
        must, may = TYPES.get(node.get("type"), ({"type": one_of(*TYPES)}, {}))
        found += _fields(node, {**NODE, **must}, {**may, "color": color})
    for edge in data.get("edges", []):
        found += _fields(edge, EDGE, EDGE_MAY)
        found += [f"{edge}: no node {edge.get(end)!r}" for end in ("fromNode", "toNode") if edge.get(end) not in nodes]
    return found


def _fields(item: dict[str, object], must: Fields, may: Fields) -> Iterator[str]:
    for name in must.keys() - item.keys():
        yield f"{item}: {name} is missing"
    for name, value in item.items():
        rule = {**must, **may}.get(name)
        if rule is None or not rule(value):
            yield f"{item}: {name} is {value!r}"


def overlaps(written: str) -> list[tuple[str, str]]:
    """Return the nodes that lie on each other, and those that lie neither inside nor outside a group."""
    nodes = json.loads(written)["nodes"]
    return [
        (one["id"], other["id"])
        for one, other in combinations(nodes, 2)
        if _meet(one, other) and not (_group_of(one, other) or _group_of(other, one))
    ]


def _meet(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[at] < other[at] + other[size] and other[at] < one[at] + one[size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def _group_of(group: dict[str, int | str], node: dict[str, int | str]) -> bool:
    return (
        group["type"] == "group"
        and node["type"] != "group"
        and all(
            group[at] <= node[at] and node[at] + node[size] <= group[at] + group[size]  # type: ignore[operator]  # both numbers
            for at, size in (("x", "width"), ("y", "height"))
        )
    )
