"""Reading what is given: numbers, nested lists, mappings by label, grids, seeded arrays, texts and data files."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items
from decimal import Decimal
from functools import partial
from math import prod

import numpy as np

from zhixing.language.arrays import position_of
from zhixing.language.budget import Budget
from zhixing.language.data import DataFiles
from zhixing.language.errors import ExampleError
from zhixing.language.evaluate import Evaluator
from zhixing.language.expression import parse_expression
from zhixing.language.model import (
    Array,
    Axis,
    Declaration,
    Dimension,
    Expectation,
    Expression,
    Given,
    Printed,
    Quantity,
    Seeded,
)
from zhixing.language.names import normal_name
from zhixing.language.nodes import Index, Label
from zhixing.language.scope import Scope
from zhixing.language.words import CONSTANTS
from zhixing.markdown.yaml import Mapping, Node, Scalar, Sequence
from zhixing.numerals.read import ABOUT, last_numeral
from zhixing.problems import Code, did_you_mean
from zhixing.source import Span

# Numbers as people type them in an example: a value, and the tolerance that its printing implies.

EXACT = 1e-6
_PLAIN = re.compile(r"[+\-−]?\d{1,30}(?:\.\d{0,30})?(?:[eE][+\-]?\d{1,3})?")
_PERCENT = re.compile(r"\s*([+\-−]?[0-9]{1,30}(?:\.[0-9]{0,30})?)\s?[%％]\s*")
_THOUSANDS = re.compile(r"[+\-−]?[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?")
_MEASURE = re.compile(r"([+\-−]?[0-9]{1,30}(?:\.[0-9]{1,30})?)\s?([^\W\d_]{1,12}|[€$£¥])")
_FLAGS = {"yes": "1", "true": "1", "no": "0", "false": "0"}
_SPECIAL = {"inf": math.inf, "-inf": -math.inf, "−inf": -math.inf, "nan": math.nan}


def printed_number(text: str) -> tuple[float, float] | None:
    """Return the value and the tolerance of a printed number, or None where the text is no number.

    What a numeral accepts is the same here and in prose, and stands in `zhixing.numerals.read`.
    """
    text = text.strip()
    if text in _SPECIAL:
        return _SPECIAL[text], 0.0
    found = last_numeral(text, len(text))
    if found is None or found.span.end < len(text):
        return None
    before = text[: found.span.start].strip()
    return (found.value, found.tolerance) if not before or ABOUT.fullmatch(before) else None


def plain_number(text: str) -> float | None:
    """Return a number without a percent sign or 约, None for any other text: such labels make an axis numeric."""
    text = text.strip()
    value = float(text.replace("−", "-")) if _PLAIN.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None


# Numbers in YAML: written as such, in percent (`50%`), or as an expression of numbers (`log(0.6)`, `1/3`, `-inf`).


def read_number(node: Scalar) -> tuple[float, Span]:
    """Return a number and where it stands.

    Raises:
        ExampleError: it is no number, or text in quotes.
    """
    if node.quoted:
        what = f"{node.text!r} is text"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write a number without quotes").at_span(node.span)
    if not node.text:
        what = "A number is missing"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one").at_span(node.span)
    percent = _PERCENT.fullmatch(node.text)
    if percent:
        return float(Decimal(percent[1].replace("−", "-")).scaleb(-2)), node.span
    try:
        return float(node.text.replace("−", "-")), node.span
    except ValueError:
        pass
    fix = _advise_number(node.text.strip())
    if fix:
        raise ExampleError(Code.EXAMPLE_VALUE, f"{node.text!r} is no number here", fix).at_span(node.span)
    return constant(node), node.span


def _advise_number(text: str) -> str:
    """Return how to write what prose writes otherwise: `1,000`, `3kg`, `½`, `yes`; "" for every other text."""
    if _THOUSANDS.fullmatch(text):
        return f"Write {re.sub('[,，]', '', text)}; how numbers are printed stands under `formats:`"
    measure = _MEASURE.fullmatch(text)
    if measure and measure[2] not in CONSTANTS:
        return f"Write {measure[1]}; a unit stands under `formats:`, as {{unit: {measure[2]}}}"
    if text.lower() in _FLAGS:
        return f"Write {_FLAGS[text.lower()]}"
    parts = [unicodedata.normalize("NFKC", part) for part in text]
    fractions = [part.replace("⁄", "/") for part in parts if "⁄" in part]
    if len(fractions) == 1 and len(text) == 1:
        return f"Write {fractions[0]}"
    return ""


def constant(node: Scalar) -> float:
    """Return the value of an expression of numbers alone.

    Raises:
        ExampleError: it is no such expression, or not a single number.
    """
    try:
        tree = parse_expression(node.text, node.inner, flow=node.flow, places=node.places).tree
        quantity = Evaluator(Scope({})).quantity(tree)
    except ExampleError as error:
        raise error.at_span(node.span) from None
    if quantity.dimensions:
        what = f"{node.text!r} is a list; one number is needed"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write the list without quotes").at_span(node.span)
    return float(quantity.values)


# Seeded arrays: normal numbers that are the same on every machine and under every version of NumPy.


SEEDED_WORK = 30
"""Operations that a seeded number takes."""


def read_seeded(node: Mapping) -> tuple[float, int]:
    """Read `{normal: 1, seed: 7}`: return a standard deviation and a seed.

    Raises:
        ExampleError: the deviation is no number of at least 0, or the seed no whole number.
    """
    seed, deviation = node.get("seed"), node.get("normal")
    if not isinstance(seed, Scalar) or not seed.text.isascii() or not seed.text.isdigit() or len(seed.text) > 18:
        what = "A seeded array needs a whole number as seed"
        at = seed.span if seed else node.span
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {normal: 1, seed: 7}").at_span(at)
    spread, at = read_number(deviation) if isinstance(deviation, Scalar) else (np.nan, node.span)
    if not 0 <= spread < np.inf:
        what = "`normal:` needs a standard deviation, a number of at least 0"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {normal: 1, seed: 7}").at_span(at)
    return spread, int(seed.text)


def normal(seed: int, shape: tuple[int, ...]) -> Array:
    """Return standard normal numbers by Box and Muller's method.

    The uniform numbers are PCG64's raw output: NumPy promises that stream for ever, its distributions it does not.
    The first half of it makes the radii, the second the angles.

    Source: Box and Muller 1958, "A Note on the Generation of Random Normal Deviates"
    """
    count = math.prod(shape)
    raw = np.random.PCG64(seed).random_raw(2 * count)
    raw >>= np.uint64(11)  # the 53 bits of a float64
    uniform = raw * 2.0**-53
    radius, angle = uniform[:count], uniform[count:]
    np.negative(radius, out=radius)
    np.sqrt(-2.0 * np.log1p(radius), out=radius)  # 1 − u is never 0, so no logarithm is infinite
    angle *= 2.0 * np.pi
    radius *= np.cos(angle)
    return np.asarray(radius).reshape(shape)


# Reading what an example expects: printed values with the tolerance of their printing.

MAX_VALUES = 10_000
_WITHIN = {"is", "within"}


def read_expectations(target: Expression, node: Node, span: Span) -> list[Expectation]:
    """Read the values expected of a quantity: one, nested lists, a mapping by label, or {is: ..., within: ...}.

    Raises:
        ExampleError: a value is neither a number, a constant expression nor text; a tolerance is no percentage.
    """
    if isinstance(node, Mapping) and node.get("within") and {key.text for key, _ in node.items} <= _WITHIN:
        value = node.get("is")
        if value is None:
            fix = "Write {is: 4, within: 5%}"
            raise ExampleError(Code.EXAMPLE_VALUE, "`within:` needs `is:`", fix).at_span(node.span)
        return [Expectation(target, _printed(value, _share(node)), span)]
    if isinstance(node, Mapping):
        return list(_by_label(target, node))
    return [Expectation(target, _printed(node, None), span)]


def _by_label(target: Expression, node: Mapping) -> Iterator[Expectation]:
    """Expect entries by label; the labels left out are not looked at."""
    if not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "Nothing is expected here", "Give a value").at_span(node.span)
    for key, value in node.items:
        entry = Index(target.tree, (Label(key.text, span=key.span),), span=key.span)
        text = f'{target.text}["{key.text}"]'
        yield from read_expectations(Expression(text, entry, key.span), value, key.span)


def _share(node: Mapping) -> float:
    within = node.get("within")
    number = printed_number(within.text) if isinstance(within, Scalar) else None
    if number is None or not 0 < number[0] <= 1:
        what = "`within:` is no percentage"
        at = within.span if within else node.span
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Write {is: 4, within: 5%}").at_span(at)
    return number[0]


def _printed(node: Node, share: float | None) -> Printed | tuple[object, ...]:
    values, _ = _counted(node, share, 0)
    return values


def _counted(node: Node, share: float | None, count: int) -> tuple[Printed | tuple[object, ...], int]:
    """Return the values and how many have been read."""
    if isinstance(node, Scalar):
        return _value(node, share), count + 1
    if not isinstance(node, Sequence) or not node.items:
        raise ExampleError(Code.EXAMPLE_VALUE, "Values are numbers, text or lists", "Write [1, 2]").at_span(node.span)
    values: list[Printed | tuple[object, ...]] = []
    for item in node.items:
        value, count = _counted(item, share, count)
        values.append(value)
        if count > MAX_VALUES:
            what = f"More than {MAX_VALUES:,} values are expected"
            raise ExampleError(Code.EXAMPLE_COST, what, "State what they have in common under `holds:`")
    if len({shape_of(value) for value in values}) > 1:
        raise ExampleError(Code.EXAMPLE_VALUE, "The rows differ in length or depth", "Give each row as many").at_span(
            node.span
        )
    return tuple(values), count


def shape_of(values: object) -> tuple[int, ...]:
    """Return the shape of expected values, whose rows are known to be alike."""
    return (len(values), *shape_of(values[0])) if isinstance(values, tuple) else ()


def _value(node: Scalar, share: float | None) -> Printed:
    if not node.text.strip():
        raise ExampleError(Code.EXAMPLE_VALUE, "A value is missing", "Give one").at_span(node.span)
    if node.quoted:
        return Printed(node.text, node.inner, None)
    number = printed_number(node.text) or _expression(node)
    if number is None:
        return Printed(node.text.strip(), node.span, None)
    value, tolerance = number
    return Printed(node.text, node.span, value, tolerance if share is None else abs(value) * share)


def _expression(node: Scalar) -> tuple[float, float] | None:
    """Return the value of a constant expression such as sqrt(8), which is exact; None where the text is a label."""
    if not any(character in node.text for character in "(*/+"):
        return None
    try:
        return constant(node), EXACT
    except ExampleError:
        return None


Axes = dict[str, Axis]
Leaf = tuple[float, Span]  # a number and where it stands


def read_given(name: Declaration, node: Node, axes: Axes, budget: Budget, files: DataFiles | None = None) -> Given:
    """Read the values of a quantity into an array of its declared shape.

    Raises:
        ExampleError: the values are of another shape, are no numbers, are too many, or stand in a file that is not
            among the `files`.
    """
    shape = tuple(axes[axis].size for axis in name.axes)
    budget.hold(prod(shape))
    budget.store(prod(shape))
    dimensions = tuple(Dimension(axis) for axis in name.axes)
    labels = axes[name.axes[0]].labels if name.axes else ()
    if isinstance(node, Mapping) and (recipe := _recipe(node, labels, files or DataFiles())):
        return recipe(name, node, axes)
    if isinstance(node, Scalar) and shape and not node.block:
        value, span = read_number(node)
        return Given(name, lambda: Quantity(np.full(shape, value), dimensions), ((0, span),), prod(shape))
    if isinstance(node, Scalar) and node.block:
        leaves = _grid(node, shape, name)
    else:
        leaves = list(_leaves(node, [axes[axis] for axis in name.axes], name))
    values = np.array([value for value, _ in leaves], np.float64).reshape(shape)
    return Given(name, Quantity(values, dimensions), tuple((i, span) for i, (_, span) in enumerate(leaves)))


def _recipe(
    node: Mapping, labels: Items[str], files: DataFiles
) -> Callable[[Declaration, Mapping, Axes], Given] | None:
    """Return what makes the values that a mapping describes, None where it holds them by label.

    Raises:
        ExampleError: it describes a seeded array, a text or a data file with a key that these do not have.
    """
    keys = [key for key, _ in node.items]
    if all(key.text in labels for key in keys):
        return None
    recipes: tuple[tuple[str, str, Callable[[Declaration, Mapping, Axes], Given]], ...] = (
        ("normal", "seed", _seeded), ("text", "of", _text), ("file", "", partial(_file, files)),
    )  # fmt: skip
    for first, second, recipe in recipes:
        if first in (key.text for key in keys):
            wrong = next((key for key in keys if key.text not in (first, second)), None)
            if wrong:
                what = f"`{first}:` goes with {second!r}, not {wrong.text!r}" if second else f"`{first}:` stands alone"
                fix = did_you_mean(wrong.text, [second] if second else []) or "Remove it"
                raise ExampleError(Code.EXAMPLE_KEY, what, fix).at_span(wrong.span)
            return recipe
    return None


def _seeded(name: Declaration, node: Mapping, axes: Axes) -> Given:
    shape = tuple(axes[axis].size for axis in name.axes)
    spread, seed = read_seeded(node)
    dimensions = tuple(Dimension(axis) for axis in name.axes)
    work = SEEDED_WORK * prod(shape)
    return Given(
        name, lambda: Quantity(spread * normal(seed, shape), dimensions), work=work, seeded=Seeded(spread, seed)
    )


def _file(files: DataFiles, name: Declaration, node: Mapping, axes: Axes) -> Given:
    """Read the numbers of a data file; each number is taken as it stands there, and mutation changes none."""
    path = node.get("file")
    if not isinstance(path, Scalar) or not path.text:
        at = path.span if path else node.span
        raise ExampleError(Code.EXAMPLE_VALUE, "`file:` needs a path", "Write {file: folder/name.csv}").at_span(at)
    shape = tuple(axes[axis].size for axis in name.axes)
    try:
        values = files.array(path.text, shape)
    except ExampleError as error:
        raise error.at_span(path.span) from None
    return Given(name, Quantity(values, tuple(Dimension(axis) for axis in name.axes)), file=path.text)


def _leaves(node: Node, axes: Items[Axis], name: Declaration) -> Iterator[Leaf]:
    """Yield the numbers of nested lists and mappings in the order of the axes."""
    if not axes:
        if not isinstance(node, Scalar):
            count = f"{len(name.axes)} ax{'i' if len(name.axes) == 1 else 'e'}s" if name.axes else "no axes"
            what = f"{name.name} is declared with {count}, but its values are nested deeper"
            fix = "Declare the missing axis, or flatten the list"
            raise ExampleError(Code.EXAMPLE_VALUE, what, fix).at_span(node.span)
        yield read_number(node)
        return
    axis, *rest = axes
    if isinstance(node, Mapping):
        node = _given_by_label(node, axis)
    if not isinstance(node, Sequence):
        what = f"{name.name} needs a list or a mapping along {axis.name}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {axis.size} values in [ ]").at_span(node.span)
    if len(node.items) != axis.size:
        count = f"{len(node.items)} value{'' if len(node.items) == 1 else 's'}"
        what = f"{name.name} has {count} along {axis.name}, which has {axis.size} positions"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give one for each position").at_span(node.span)
    for item in node.items:
        yield from _leaves(item, rest, name)


def _given_by_label(node: Mapping, axis: Axis) -> Sequence:
    """Put a mapping's values into the order of the axis's labels."""
    places: dict[int, Node] = {}
    for key, value in node.items:
        try:
            places[position_of(key.text, axis)] = value
        except ExampleError as error:
            raise error.at_span(key.span) from None
    missing = [axis.label(place) for place in range(axis.size) if place not in places]
    if missing:
        what = f"The mapping lacks {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Give a value for every label of {axis.name}").at_span(node.span)
    return Sequence(tuple(places[place] for place in range(axis.size)), node.span)


def _grid(node: Scalar, shape: tuple[int, ...], name: Declaration) -> list[Leaf]:
    """Read a block of numbers, a line for each row."""
    rows = [row for row in _words(node.text) if row]
    widths = sorted({len(row) for row in rows})
    if len(shape) != 2 or (len(rows), *widths) != shape:
        sizes = "×".join(map(str, shape)) or "a single number"
        found = f"has {len(rows)} rows of {' and '.join(map(str, widths))} numbers"
        what = f"The grid of {name.name} {found}; {sizes} is declared"
        fix = "Write a line for each row, numbers parted by spaces"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix).at_span(node.span)
    return [_entry(node, start, end) for row in rows for start, end in row]


def _words(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield for each line where its words begin and end."""
    start = 0
    for line in text.splitlines(keepends=True):
        at, words = 0, []
        for word in line.split():
            at = line.index(word, at)
            words.append((start + at, start + at + len(word)))
            at += len(word)
        yield words
        start += len(line)


def _entry(node: Scalar, start: int, end: int) -> Leaf:
    """Read one number of a grid, at its own place."""
    places = tuple(node.offset(index) for index in range(start, end))
    return read_number(Scalar(node.text[start:end], node.part(start, end), places=places))


def _text(name: Declaration, node: Mapping, axes: Axes) -> Given:
    """Split a text at spaces into labels of an axis, as positions."""
    text, of = node.get("text"), node.get("of")
    if not isinstance(text, Scalar) or not isinstance(of, Scalar) or normal_name(of.text) not in axes:
        fix = did_you_mean(of.text, axes) if isinstance(of, Scalar) else ""
        what = "A text needs an axis whose labels its words are"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix or "Write {text: ..., of: AXIS}").at_span(node.span)
    axis = axes[normal_name(of.text)]
    words = [place for line in _words(text.text) for place in line]
    shape = tuple(axes[one].size for one in name.axes)
    if shape != (len(words),):
        sizes = "×".join(map(str, shape)) or "no axes"
        what = f"The text has {len(words)} words; {name.name} is declared with {sizes}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Declare an axis of size {len(words)}").at_span(text.span)
    values = np.array([_label(text, start, end, axis) for start, end in words], np.float64)
    return Given(name, Quantity(values, (Dimension(name.axes[0]),), (Dimension(axis.name),)))


def _label(text: Scalar, start: int, end: int, axis: Axis) -> int:
    try:
        return position_of(text.text[start:end], axis)
    except ExampleError as error:
        raise error.at_span(text.part(start, end)) from None
