"""The colours of figures: an opaque ground, inks and accents, each in a light and a dark reading.

A figure carries both and follows `prefers-color-scheme`, which a page hands down to its pictures (Obsidian and Material
do). The ground is opaque, so that where a viewer's guess is wrong the figure is a card of the other kind, and every
text in it can still be read: a transparent ground with one mid-tone ink cannot reach a contrast of 4.5 on both white
and slate. Blue and orange stay apart for colour-blind readers. A cell is its accent at an opacity proportional to its
value, over the base: one markup for both readings.
"""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3: text against what is behind it."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One reading's colours as `#rrggbb`. `series` are the curves of a plot."""

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
    """Return what is seen where `over` is painted at an opacity on `under`."""
    pairs = zip(_channels(under), _channels(over), strict=True)
    red, green, blue = (round(a + (b - a) * opacity) for a, b in pairs)
    return red, green, blue


def contrast(one: RGB | str, other: RGB | str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on_cell(opacity: float, *, negative: bool = False) -> str:
    """Return the class of a number on a cell: `k` (black) or `w` (white) in the light reading, then in the dark one."""
    return "".join(_black_or_white(theme, opacity, negative=negative) for theme in (LIGHT, DARK))


def _black_or_white(theme: Theme, opacity: float, *, negative: bool) -> str:
    cell = mix(theme.base, theme.negative if negative else theme.positive, opacity)
    # One of the two always reaches 4.58: the contrast of black and white with a luminance of 0.179.
    return "k" if contrast(cell, "#000000") >= contrast(cell, "#ffffff") else "w"


def _channels(colour: str) -> RGB:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: RGB | str) -> float:
    channels = _channels(colour) if isinstance(colour, str) else colour
    red, green, blue = (_linear(channel / 255) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
