"""Holding printed derivations against a run: each side, worked out as printed, gives the next one as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
from textbook import functions_of, symbols_of

from textbook_reader import Reader, UnreadableError, Value, _split
from zhixing.language.model import Expression, Run
from zhixing.show import terms
from zhixing.show.derivation import derivation

_DEEPER = re.compile(r"\\(?:begin|end)\{[a-z]+\}|\\left(?![a-z])|\\right(?![a-z])|\\[{}]|\\\\|\\[a-zA-Z]+|[{}=]")
_DECIMALS = re.compile(r"\.(\d+)")
_EXPONENT = re.compile(r"\\times 10\^\{(-?\d+)\}")


def misderivations(run: Run, reference: Expression) -> Iterator[str]:
    """Yield the lines of a derivation that do not hold.

    Where a long sum is cut, the whole one is read, and the cut one has to begin and end as it does.
    """
    printed = derivation(run, reference)
    with patch.object(terms, "LONGEST", 10**9):
        whole = derivation(run, reference)
    reader = Reader("", run, symbols_of(run), functions=functions_of(run), wide=True)
    for line, full in zip(_lines(printed), _lines(whole), strict=True):
        wrong = _cut_wrongly(line, full) or _find_wrong(reader, full)
        if wrong:
            yield f"{line}\n    {wrong}"


def _lines(text: str) -> list[str]:
    if not text.startswith(r"\begin{aligned}"):
        return [text]
    inner = text.removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}")
    found = [line.replace(" &= ", " = ", 1) for line in _cut(inner, r"\\")]
    return [line for line in found if line != r"&\vdots"]


def _cut(text: str, *signs: str) -> list[str]:
    """Return the parts of a text between signs that stand in no brackets."""
    parts, depth, start = [], 0, 0
    for match in _DEEPER.finditer(text):
        mark = match[0]
        depth += mark.startswith((r"\begin", r"\left")) and mark != r"\leftarrow"
        depth += (mark in ("{", r"\{")) - (mark in ("}", r"\}"))
        depth -= mark.startswith(r"\end") or mark == r"\right"
        if mark in signs and not depth:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def _cut_wrongly(line: str, full: str) -> str:
    """Return how a line with dots differs from the whole one before or behind them."""
    pieces = re.split(r"\\dots", line)
    if len(pieces) == 1:
        return "" if line == full else f"is printed otherwise: {full}"
    place = 0
    for piece in pieces:
        found = full.find(piece.strip(" +"), place)
        if found < 0:
            return f"{piece} is no part of {full}"
        place = found
    return ""


def _find_wrong(reader: Reader, line: str) -> str:
    sides = _cut(line, "=", r"\approx")
    signs = re.findall(r"=|\\approx", re.sub("|".join(map(re.escape, sorted(sides, key=len, reverse=True))), "", line))
    try:
        return _compare_sides(reader, sides, signs)
    except UnreadableError as error:
        return f"unreadable: {error}"


def _compare_sides(reader: Reader, sides: list[str], signs: list[str]) -> str:
    left, *between, result = sides
    first = reader.inner(left).read_all(statement=True)
    expected, half = _read_result(reader, first, result)
    if not _near(first.values, expected, half):
        return f"{left} is {first.values}, printed {result}"
    for text, sign in zip(between, signs[1:], strict=True):
        if first.on and r"\operatorname{arg\," in text:
            continue  # the place in the printed list, of which a slice may have cut the beginning
        value = float(reader.inner(text).read_all(statement=True).values)
        within = half if sign == "=" else max(10 * half, 1e-3 * abs(expected), 1e-6)
        within = max(within, 1e-4 * abs(expected)) if r"\partial" in text else within
        if not _near(value, expected, within):
            return f"{text} is {value}, printed {sign} {result}"
    return ""


def _near(value: float, expected: float, half: float) -> bool:
    if not np.isfinite(expected) or not np.isfinite(value):
        return bool(np.array_equal(value, expected, equal_nan=True))
    return bool(abs(value - expected) <= half * (1 + 1e-9) + 1e-9 * max(abs(expected), abs(value)) + 1e-12)


def _read_result(reader: Reader, first: Value, text: str) -> tuple[float, float]:
    """Return the value of a printed result and half a unit of its last decimal; a label stands for its position."""
    axes = reader.run.example.axes
    if first.on and text in (labels := reader.positions_of(first.on)):
        return float(labels[text]), 0.0
    words = {word for axis in axes for word in reader.positions_of(axis)}
    if len(parts := _split(text)) > 1 and words.issuperset(parts):
        return float(first.values), 0.0  # a position over several axes
    plain = re.sub(r"\\,\\(text|mathrm)\{.*\}|^(\\text\{[^}]*\}|\\\$)", "", text).replace("{,}", "")
    percent = plain.endswith(r"\%")
    value = float(reader.inner(plain.removesuffix(r"\%")).read_all().values) * (0.01 if percent else 1)
    decimals, power = _DECIMALS.search(plain), _EXPONENT.search(plain)
    exponent = int(power[1]) if power else 0
    half = 0.5 * 10.0 ** (exponent - len(decimals[1]) - 2 * percent) if decimals else 0.0
    return value, half or 1e-6
