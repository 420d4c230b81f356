"""What every figure is made of: placed texts and lines, printed by a template into deterministic SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zhixing.render.colour import DARK, LIGHT
from zhixing.render.environment import environment

PAD = 12.0
"""Room around a figure, inside its ground."""

WIDEST = 460.0
"""A figure is no wider than this (in CSS pixels) if it can help it, so that a phone shrinks its text little."""

LABEL = 13.0
"""Font size of labels."""

SMALL = 11.5
"""Font size of axis names, ticks and keys."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure: its SVG text, and its natural size in CSS pixels."""

    svg: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text at a baseline point. `role` is its CSS classes, anchoring among them: `start`, `middle` or `end`."""

    x: float
    y: float
    text: str
    role: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line; `role` is its CSS class."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `role` is its CSS class, `opacity` that of its fill."""

    x: float
    y: float
    width: float
    height: float
    role: str
    opacity: float = 1.0


def draw(template: str, width: float, height: float, title: str, description: Sequence[str], **parts: object) -> Figure:
    """Return a figure printed by a template of `templates/figures`."""
    size = (round(width), round(height))
    svg = (
        environment()
        .get_template(f"figures/{template}.svg")
        .render(width=size[0], height=size[1], title=title, description=description, themes=(LIGHT, DARK), **parts)
    )
    return Figure(svg, *size)
