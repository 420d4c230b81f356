"""A picture of the results: CPU seconds of each generator by the number of notes, both on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from math import ceil, floor, log10

COLOURS = ("#0b6e99", "#8a8a8a", "#c4702b")
WIDTH, HEIGHT = 560, 320
LEFT, RIGHT, TOP, BOTTOM = 60, 120, 30, 44

Series = Mapping[str, Mapping[int, float]]


def plot(title: str, series: Series) -> str:
    """Return an SVG of curves, each a value by the number of notes."""
    sizes = sorted({size for one in series.values() for size in one})
    values = [value for one in series.values() for value in one.values()]
    if not values:
        return ""
    across = _scale(sizes[0], sizes[-1], LEFT, WIDTH - RIGHT)
    low, high = 10 ** floor(log10(min(values))), 10 ** ceil(log10(max(values)))
    up = _scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    parts += [_grid_up(10**power, up(10**power)) for power in range(floor(log10(low)), ceil(log10(high)) + 1)]
    parts += [f'<text x="{across(size):.0f}" y="{HEIGHT - 22}" text-anchor="middle">{size:,}</text>' for size in sizes]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 6}" text-anchor="middle">notes</text>')
    for (name, one), colour in zip(series.items(), COLOURS, strict=False):
        parts.append(_curve(name, [(across(size), up(value)) for size, value in sorted(one.items())], colour))
    style = 'font-family="sans-serif" font-size="12" role="img"'
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {style}>\n{back}\n' + "\n".join(parts) + "\n</svg>\n"


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return what places a value on a logarithmic axis; a single value stands in its middle."""
    span = log10(high) - log10(low)
    return lambda value: start + (end - start) * ((log10(value) - log10(low)) / span if span else 0.5)


def _grid_up(value: float, at: float) -> str:
    line = f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
    return f'{line}<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:g} s</text>'


def _curve(name: str, points: list[tuple[float, float]], colour: str) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points)
    x, y = points[-1]
    label = f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{escape(name)}</text>'
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'
