"""SVG figures: how wide text is, the colours, the shapes that a figure is made of, and drawing them by a template."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhixing.show.round_steps import round_step
from zhixing.show.templates import environment

# Widths of text: generous estimates, since the reader's font is not known.

_NARROW = frozenset("iljft.,:;'|!()[] ·")
_WIDE = frozenset("mwMW@%—…→↓")


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is at a font size, erring on the wide side."""
    return sum(map(_em, text)) * size


def fit(text: str, size: float, width: float) -> str:
    """Return the text, cut with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = ""
    for character in text:
        if text_width(kept + character + "…", size) > width:
            break
        kept += character
    return kept + "…"


def thin_labels(labels: Sequence[str], size: float, room: float) -> tuple[int, bool]:
    """Return the distance between labelled positions, if each has `room`, and whether labels are turned.

    Numbers are thinned, words are turned.
    """
    widest = max(text_width(label, size) for label in labels)
    if widest <= room - 4:
        return 1, False
    if all(re.fullmatch(r"[-−]?\d+(\.\d+)?", label) for label in labels):
        return round_step((widest + 8) / room), False
    return math.ceil((size + 2) / room), True


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.95
    return 0.7 if character.isupper() else 0.6


# Colours: an opaque ground, inks and accents, each in a light and a dark scheme.
# A figure carries both schemes and follows `prefers-color-scheme`, which a page hands down to its pictures (Obsidian
# and Material do). The ground is opaque, so every text can be read even where a viewer picks the wrong scheme: on a
# transparent ground, one mid-tone ink cannot reach a contrast of 4.5 on both white and slate. Blue and orange stay
# apart for colour-blind readers. A cell is its accent at an opacity proportional to its value, over the base: one
# markup for both schemes.

RGB = tuple[int, int, int]
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: the contrast of text with its background."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One scheme's colours as `#rrggbb`. `series` are the curves of a plot."""

    ground: str
    base: str
    ink: str
    muted: str
    line: str
    grid: str
    hatch: str
    positive: str
    negative: str
    series: tuple[str, ...]


LIGHT = Theme(
    ground="#ffffff",
    base="#eef2f7",
    ink="#1f2328",
    muted="#59636e",
    line="#8a94a0",
    grid="#dfe4ea",
    hatch="#b4becb",
    positive="#08519c",
    negative="#a84300",
    series=("#0b5cad", "#b85c00", "#137a52", "#8e3aa0", "#b3261e", "#59636e"),
)
DARK = Theme(
    ground="#1e2129",
    base="#2a2f3a",
    ink="#e6e9ef",
    muted="#a5aebb",
    line="#78828f",
    grid="#353b47",
    hatch="#56606f",
    positive="#8ec7ff",
    negative="#ffb27d",
    series=("#7cbcff", "#ffb066", "#5fd3a5", "#dd9bea", "#ff9a91", "#b0b8c4"),
)


def mix(under: str, over: str, opacity: float) -> RGB:
    """Return the colour of `over` painted with an opacity on `under`."""
    pairs = zip(_channels(under), _channels(over), strict=True)
    red, green, blue = (round(a + (b - a) * opacity) for a, b in pairs)
    return red, green, blue


def contrast(one: RGB | str, other: RGB | str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on_cell(opacity: float, *, negative: bool = False) -> str:
    """Return the class of a number on a cell: its colour in the light scheme, then in the dark one if that differs."""
    light, dark = (_black_or_white(theme, opacity, negative=negative) for theme in (LIGHT, DARK))
    return light if light == dark else f"{light}-{dark}"


def _black_or_white(theme: Theme, opacity: float, *, negative: bool) -> Literal["black", "white"]:
    cell = mix(theme.base, theme.negative if negative else theme.positive, opacity)
    # One of the two always reaches 4.58: the contrast of black and white with a luminance of 0.179.
    return "black" if contrast(cell, "#000000") >= contrast(cell, "#ffffff") else "white"


def _channels(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: RGB | str) -> float:
    channels = _channels(colour) if isinstance(colour, str) else colour
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


# Shapes: placed texts, lines and boxes, printed by a template into deterministic SVG.

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
class Segment:
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


def draw(
    template: str, width: float, height: float, title: str, description: Sequence[str], lang: str, **parts: object
) -> Figure:
    """Return a figure printed by a template of `templates/figures`; `lang` is the language of its words."""
    size = (round(width), round(height))
    svg = (
        environment()
        .get_template(f"figures/{template}.svg")
        .render(
            width=size[0],
            height=size[1],
            title=title,
            description=description,
            lang=lang,
            themes=(LIGHT, DARK),
            **parts,
        )
    )
    return Figure(svg, *size)


_COLOURS = ((0.9, "#2e7d32"), (0.6, "#8a6d00"), (0.0, "#b3261e"))  # white on each has a contrast of at least 4.5


def badge(label: str, share: float) -> str:
    """Return an SVG badge for a share between 0 and 1; it is rounded down, so that 100 % means all."""
    value = f"{int(share * 100 + 1e-9)}%"
    colour = next(colour for least, colour in _COLOURS if share >= least)
    sizes = {"label_width": _width(label), "value_width": _width(value)}
    return environment().get_template("badges/coverage.svg").render(label=label, value=value, colour=colour, **sizes)


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return 12.0 * wide + 7.0 * (len(text) - wide) + 10
