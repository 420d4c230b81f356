"""The lines of a canvas as SVG, which lies below its cards."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from zhixing.page.tree import Arrow

_OUT = {"top": (0, -1), "bottom": (0, 1), "left": (-1, 0), "right": (1, 0)}
_HEAD = 10
_BEND = (40, 200)


def draw_arrows(arrows: Sequence[Arrow], size: tuple[int, int]) -> str:
    """Return lines that leave and reach their cards at a right angle; "" where there are none."""
    if not arrows:
        return ""
    drawn = "".join([_draw(arrow) for arrow in arrows])
    box = f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}"'
    return f'<svg class="zx-arrows" {box} aria-hidden="true">{drawn}</svg>'


def _draw(arrow: Arrow) -> str:
    (x1, y1), (x2, y2) = arrow.ends
    (u1, v1), (u2, v2) = (_OUT[side] for side in arrow.sides)
    bend = min(max((abs(x2 - x1) + abs(y2 - y1)) // 3, _BEND[0]), _BEND[1])
    line = f"M{x1} {y1}C{x1 + bend * u1} {y1 + bend * v1} {x2 + bend * u2} {y2 + bend * v2} {x2} {y2}"
    heads = "".join(
        _head(end, _OUT[side])
        for end, side, pointed in zip(arrow.ends, arrow.sides, arrow.pointed, strict=True)
        if pointed
    )
    return f'<g{_color(arrow.color)}><path d="{line}"/>{heads}{_label(arrow, bend)}</g>'


def _head(end: tuple[int, int], out: tuple[int, int]) -> str:
    (x, y), (u, v) = end, out
    left = f"{x + _HEAD * u - _HEAD * v // 2} {y + _HEAD * v + _HEAD * u // 2}"
    right = f"{x + _HEAD * u + _HEAD * v // 2} {y + _HEAD * v - _HEAD * u // 2}"
    return f'<path class="zx-arrow-head" d="M{x} {y}L{left} {right}Z"/>'


def _label(arrow: Arrow, bend: int) -> str:
    """Return an arrow's label at the middle of its curve."""
    if not arrow.label.strip():
        return ""
    (x1, y1), (x2, y2) = arrow.ends
    (u1, v1), (u2, v2) = (_OUT[side] for side in arrow.sides)
    x = (4 * (x1 + x2) + 3 * bend * (u1 + u2)) // 8
    y = (4 * (y1 + y2) + 3 * bend * (v1 + v2)) // 8
    return f'<text x="{x}" y="{y}">{escape(" ".join(arrow.label.split())[:80], quote=False)}</text>'


def _color(color: str) -> str:
    """Return the class or style of a colour: one of the six of canvases, or one that is written out."""
    if len(color) == 1:
        return f' class="zx-color-{color}"'
    return f' style="--zx-color:{color}"' if color else ""
