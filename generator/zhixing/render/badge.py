"""The coverage badge: how much of what the prose states in numbers is backed by computation."""

from __future__ import annotations

import unicodedata

from zhixing.render.environment import environment

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
