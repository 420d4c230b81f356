r"""A reader of printed formulas that takes mathematics at its word and returns the value that a textbook gives it.

`P^{2}` is a matrix square, `e^{P}` a matrix exponential, matrices side by side are multiplied, `x_{4}` is the entry
with the label 4, and an index is bound once. What a textbook gives no meaning, or two, is an error: `\frac{1}{P}`, a
norm with an axis below it, a sum followed by `+` without brackets. The reader knows the names and axes of a run
and nothing of how formulas are printed.

A value has free indices (`i` of `x_{i}`), then positional dimensions with the names of their axes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np

from zhixing.language.arrays import close
from zhixing.language.expression import parse_expression
from zhixing.language.latex_tree import label
from zhixing.language.model import Dimension, Given, Quantity, Run
from zhixing.language.run import evaluate, run_example
from zhixing.language.words import FUNCTIONS
from zhixing.language.words.word import Entrywise
from zhixing.source import Source, Span

_SPACE = re.compile(r"(?:\s|\\[,!; ])*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LETTER = re.compile(r"\\(?:mathrm|text)\{(?:[^{}]|\\[{}])*\}|\\[A-Za-z]+|[^\W\d]|\S")
_DERIVATIVE = re.compile(r"\{\\partial (.*?)\}\{\\partial (.*?)\}(?=$|,|\\right\))")


def _find_sign(values: Any) -> Any:
    """Return signs; refuse to tell that of what may be nothing but rounding."""
    if np.any((values != 0) & (np.abs(values) < 1e-13)):
        raise NotSmoothError("the sign of a number that may be rounding alone")
    return np.sign(values)


_ENTRYWISE: Mapping[str, Callable[..., Any]] = {
    r"\tanh": np.tanh, r"\sigma": lambda x: 1 / (1 + np.exp(-x)), r"\operatorname{sgn}": _find_sign,
    r"\operatorname{ReLU}": lambda x: np.maximum(x, 0), r"\operatorname{round}": np.rint,
}  # fmt: skip
"""Functions that are applied to an array entry by entry by convention."""
_SCALAR: Mapping[str, Callable[..., Any]] = {
    r"\exp": np.exp, r"\ln": np.log, r"\sin": np.sin, r"\cos": np.cos, r"\tan": np.tan,
    r"\log_{2}": np.log2, r"\log_{10}": np.log10,
}  # fmt: skip
"""Functions that mean something else of a matrix."""


def _standardize(x: Any, axis: Any, eps: float = 0.0) -> Any:
    return (x - np.mean(x, axis=axis, keepdims=True)) / np.sqrt(np.var(x, axis=axis, keepdims=True) + eps)


def _softmax(x: Any, axis: Any, temperature: float = 1.0) -> Any:
    high = np.max(x, axis=axis, keepdims=True)
    e = np.exp((x - np.where(np.isfinite(high), high, 0)) / temperature)
    return e / np.sum(e, axis=axis, keepdims=True)


def logsumexp(x: Any, axis: Any, *, keepdims: bool) -> Any:
    high = np.max(x, axis=axis, keepdims=True)
    return high + np.log(np.sum(np.exp(x - high), axis=axis, keepdims=keepdims))


def _entropy(x: Any, axis: Any) -> Any:
    return -np.sum(np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0), axis=axis)


_REDUCTIONS: Mapping[str, Callable[..., Any]] = {
    r"\operatorname{mean}": np.mean, r"\operatorname{Var}": np.var, r"\operatorname{std}": np.std, r"\max": np.max,
    r"\min": np.min, r"\operatorname{entropy}": _entropy, r"\operatorname{all}": np.all, r"\operatorname{any}": np.any,
}  # fmt: skip
_BEST = {r"\operatorname{arg\,max}": np.argmax, r"\operatorname{arg\,min}": np.argmin}


def _run_up(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis: function(x, axis=axis[0])


_KEEPING = {
    r"\operatorname{cumsum}": _run_up(np.cumsum),
    r"\operatorname{cumprod}": _run_up(np.cumprod),
    r"\operatorname{softmax}": _softmax,
    r"\operatorname{log\,softmax}": lambda x, axis: x - logsumexp(x, axis=axis, keepdims=True),
    r"\operatorname{normalize}": _standardize,
}
_COMPARED: Mapping[str, Callable[..., Any]] = {
    "<": np.less, r"\le": np.less_equal, ">": np.greater, r"\ge": np.greater_equal, "=": close,
    r"\neq": lambda a, b: ~close(a, b),
}  # fmt: skip


class UnreadableError(Exception):
    """A formula has no meaning, or more than one."""


class NotSmoothError(UnreadableError):
    """What a formula says depends on rounding: a slope where there is a kink, a comparison of numbers all but equal."""


def _print_parts(base: str, below: Sequence[str], mark: str) -> str:
    script = f"_{{{', '.join(below)}}}" if below else ""
    return f"{base}{script}" + (f"^{{{mark}}}" if mark else "")


def _differentiate(run: Run, above: str, below: str, step: float) -> Any:
    """Return how a number changes with each entry of a given quantity, by central differences."""
    values = np.asarray(run.quantities[below].values, float)
    slopes = np.empty_like(values)
    for place in np.ndindex(values.shape):
        moved = [values.copy(), values.copy()]
        moved[0][place] += step
        moved[1][place] -= step
        high, low = (_run_with(run, below, one, above) for one in moved)
        slopes[place] = (high - low) / (2 * step)
    return slopes


def _run_with(run: Run, name: str, values: Any, result: str) -> float:
    example = run.example
    steps = tuple(step for step in example.steps if step.name.name != name)
    declarations = [*(one.name for one in example.given), *(one.name for one in example.steps)]
    declared = next(one for one in declarations if one.name == name)
    others = tuple(one for one in example.given if one.name.name != name)
    changed = Given(declared, replace(run.quantities[name], values=values))
    done, _ = run_example(replace(example, given=(*others, changed), steps=steps), Source("", ""), {})
    if result not in done.quantities:
        raise NotSmoothError(f"{result} has no value where {name} is another number")
    return float(done.quantities[result].values)


@dataclass(frozen=True)
class Value:
    """An array with free indices first, then positional dimensions; `on` is the axis whose positions it holds."""

    values: Any
    free: tuple[str, ...] = ()
    pos: tuple[str, ...] = ()
    on: str = ""

    def along(self, free: Sequence[str]) -> Any:
        """Return the array with these free indices in this order, of size 1 where it has them not."""
        order = [self.free.index(f) for f in free if f in self.free]
        moved = self.values.transpose([*order, *range(len(self.free), self.values.ndim)])
        return moved[(*(slice(None) if f in self.free else None for f in free), ...)]


def number(value: float) -> Value:
    """Return a single number."""
    return Value(np.asarray(float(value)))


@dataclass(frozen=True)
class Symbols:
    """What printed symbols stand for: quantities by base and scripts, axes by their symbol."""

    quantities: Mapping[tuple[str, tuple[str, ...], str], str]
    axes: Mapping[str, str]


@dataclass
class Reader:
    """Reads one formula over a run. `wide`: powers of e that a run cannot compute have a value."""

    text: str
    run: Run
    symbols: Symbols
    bound: dict[str, Value] = field(default_factory=dict)
    indices: dict[str, str] = field(default_factory=dict)
    starts: dict[str, dict[float, Any]] = field(default_factory=dict)
    place: int = 0
    limits: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    functions: Mapping[str, tuple[tuple[str, ...], str, bool]] = field(default_factory=dict)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    wide: bool = False

    # Scanning.

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.place)
        self.place = match.end() if match else self.place

    def sees(self, *marks: str) -> str:
        """Return the mark that stands next, or ""."""
        self.skip()
        for mark in marks:
            if self.text.startswith(mark, self.place):
                after = self.text[self.place + len(mark) : self.place + len(mark) + 1]
                if not (mark[-1].isalpha() and mark[0] == "\\" and after.isascii() and after.isalpha()):
                    return mark
        return ""

    def take(self, *marks: str) -> str:
        found = self.sees(*marks)
        if not found:
            raise UnreadableError(f"{marks} expected at {self.text[self.place : self.place + 30]!r}")
        self.place += len(found)
        return found

    def maybe(self, *marks: str) -> str:
        return self.take(*marks) if self.sees(*marks) else ""

    def group_text(self) -> str:
        """Return the text of a group in braces."""
        self.take("{")
        start, depth = self.place, 1
        while depth:
            if self.place >= len(self.text):
                raise UnreadableError("a brace is open")
            here = self.text[self.place]
            if here == "\\":
                self.place += 1
            elif here in "{}":
                depth += 1 if here == "{" else -1
            self.place += 1
        return self.text[start : self.place - 1]

    def inner(self, text: str) -> Reader:
        return replace(self, text=text, place=0)

    def read_all(self, statement: bool = False) -> Value:
        value = self.statement() if statement else self.sum()
        self.skip()
        if self.place < len(self.text):
            raise UnreadableError(f"left over: {self.text[self.place :]!r}")
        return value

    # Statements.

    def statement(self) -> Value:
        value = self.conjunction()
        while self.maybe(r"\lor"):
            value = self.logical(np.logical_or, value, self.conjunction())
        return value

    def conjunction(self) -> Value:
        value = self.negation()
        while self.maybe(r"\land"):
            value = self.logical(np.logical_and, value, self.negation())
        return value

    def logical(self, function: Callable[..., Any], *parts: Value) -> Value:
        return self.entry_by_entry(lambda *xs: function(*xs).astype(float), parts, alone=False)

    def negation(self) -> Value:
        if self.maybe(r"\lnot"):
            return self.logical(np.logical_not, self.negation())
        return self.comparison()

    def comparison(self) -> Value:
        sides, signs = [self.side()], []
        while sign := self.maybe(*_COMPARED):
            signs.append(sign)
            sides.append(self.side())
        if not signs:
            return sides[0] if isinstance(sides[0], Value) else self.label_value(sides[0], None)
        value = number(1)
        for sign, a, b in zip(signs, sides, sides[1:], strict=False):
            x, y = self.label_value(a, b), self.label_value(b, a)
            self.entry_by_entry(_refuse_rounding, (x, y), alone=True)
            if x.pos and self.depth_of_statement:
                raise UnreadableError("an array is compared entry by entry without indices")
            value = self.logical(
                np.logical_and, value, self.entry_by_entry(_compare_with(_COMPARED[sign]), (x, y), alone=True)
            )
        return value

    depth_of_statement: int = 0

    def side(self) -> Value | str:
        self.skip()
        words = {
            text for axis, own in self.run.example.axes.items() if not own.numbers for text in self.positions_of(axis)
        }
        found = self.sees(*sorted(words, key=len, reverse=True))
        if found and found not in self.symbols.axes and (found, (), "") not in self.symbols.quantities:
            self.place += len(found)
            return found
        return self.sum()

    def label_value(self, side: Value | str, other: Value | str | None) -> Value:
        if isinstance(side, Value):
            return side
        if isinstance(other, str):
            return number(side == min(side, other))  # two labels are equal, or one comes first
        if not isinstance(other, Value) or not other.on:
            raise UnreadableError(f"the label {side} is compared with no axis")
        return number(self.positions_of(other.on)[side])

    def positions_of(self, axis: str) -> Mapping[str, int]:
        words = self.run.example.axes[axis].labels
        plain = [label(text).text for text in words]
        return {text if plain.count(text) == 1 else f"{text}_{{{place}}}": place for place, text in enumerate(plain)}

    # Arithmetic.

    def sum(self) -> Value:
        sign = self.maybe("-")
        value, big = self.product()
        value = self.scale(value, -1) if sign else value
        while sign := self.maybe("+", "-"):
            if big:
                raise UnreadableError("a sum sign takes in the product behind it, and perhaps what follows")
            right, big = self.product()
            value = self.add(value, self.scale(right, -1) if sign == "-" else right)
        return value

    def scale(self, value: Value, factor: float) -> Value:
        return replace(value, values=value.values * factor)

    def add(self, a: Value, b: Value) -> Value:
        if (
            len(a.pos) > len(b.pos) > 0
            and [*map(_axis, a.pos[-len(b.pos) :])] == [*map(_axis, b.pos)]
            and not a.free
            and not b.free
        ):
            return replace(a, values=a.values + b.values)
        return self.entry_by_entry(np.add, (a, b), alone=True)

    def entry_by_entry(self, function: Callable[..., Any], parts: Sequence[Value], *, alone: bool) -> Value:
        """Apply a function to entries; `alone` says that it may be applied to whole arrays of one shape."""
        with_pos = [part for part in parts if part.pos]
        if with_pos and not alone:
            raise UnreadableError("an array stands where entries are combined")
        shapes = {part.values.shape[len(part.free) :] for part in with_pos}
        if len(shapes) > 1:
            raise UnreadableError(f"arrays of the shapes {shapes}")
        free = tuple(dict.fromkeys(f for part in parts for f in part.free))
        most = max((len(part.pos) for part in parts), default=0)
        arrays = [
            x[(..., *([None] * (most - len(part.pos))))] if (x := part.along(free)) is not None else x for part in parts
        ]
        return Value(np.asarray(function(*arrays)), free, with_pos[0].pos if with_pos else ())

    def product(self) -> tuple[Value, bool]:
        value, big = self.tight()
        while sign := self.maybe(r"\cdot", r"\odot", "/", r"\bmod", r"\times"):
            right, big = self.tight()
            value = self.multiply(value, right, sign)
        return value, big

    def multiply(self, a: Value, b: Value, sign: str) -> Value:
        if sign == r"\odot":
            if not a.pos or not b.pos:
                raise UnreadableError("⊙ stands between arrays")
            return self.entry_by_entry(np.multiply, (a, b), alone=True)
        if sign in ("/", r"\bmod"):
            if b.pos or (a.pos and sign != "/"):
                raise UnreadableError("a division by an array")
            return self.entry_by_entry(np.divide if sign == "/" else _find_rest, (a, b), alone=True)
        if len(a.pos) == len(b.pos) == 1:
            free = tuple(dict.fromkeys((*a.free, *b.free)))
            return Value(np.sum(a.along(free) * b.along(free), axis=-1), free)
        if a.pos and b.pos:
            raise UnreadableError("a dot between arrays that are no vectors")
        return self.entry_by_entry(np.multiply, (a, b), alone=True)

    def tight(self) -> tuple[Value, bool]:
        value, big = self.factor()
        while not big and self.starts_factor():
            right, big = self.factor()
            value = self.juxtapose(value, right)
        return value, big

    def starts_factor(self) -> bool:
        self.skip()
        ends = ("}", ")", "]", "&", ",", ";", "+", "-", "=", "<", ">", "/", r"\right", r"\cdot", r"\odot", r"\bmod",
                r"\times", r"\le", r"\ge", r"\neq", r"\land", r"\lor", r"\end", r"\\", r"\ldots", r"\dots",
                ":", "|")  # fmt: skip
        return self.place < len(self.text) and not self.sees(*ends)

    def juxtapose(self, a: Value, b: Value) -> Value:
        if not a.pos or not b.pos:
            return self.entry_by_entry(np.multiply, (a, b), alone=True)
        if len(a.pos) == len(b.pos) == 1:
            raise UnreadableError("two vectors side by side")
        return self.matrix_product(a, b)

    def matrix_product(self, a: Value, b: Value) -> Value:
        row, column = len(a.pos) > 1, len(b.pos) > 1
        lead_a, lead_b = a.pos[:-2], b.pos[:-2]
        lead = tuple(dict.fromkeys((*lead_a, *lead_b)))
        if set(lead_a) == set(lead) and lead_a != lead:
            lead = lead_a
        if set(lead) not in (set(lead_a), set(lead_b)):
            raise UnreadableError("stacks of matrices that do not match")
        lead = lead_b if set(lead_b) == set(lead) and set(lead_a) != set(lead) else lead
        free = tuple(dict.fromkeys((*a.free, *b.free)))
        x, y = (
            replace(v, free=(*v.free, *own), pos=v.pos[len(own) :]).along((*free, *lead))
            for v, own in ((a, lead_a), (b, lead_b))
        )
        x, y = x if row else x[..., None, :], y if column else y[..., None]
        if x.shape[-1] != y.shape[-2]:
            raise UnreadableError("a product of matrices whose sizes do not match")
        product = x @ y
        product = product if column else product[..., 0]
        product = product if row else product[(..., 0, slice(None))] if column else product[..., 0]
        return Value(product, free, (*lead, *a.pos[-2:-1], *(b.pos[-1:] if column else ())))

    # Factors.

    def factor(self) -> tuple[Value, bool]:
        self.skip()
        if sign := self.maybe(r"\sum", r"\prod"):
            return self.big(np.sum if sign == r"\sum" else np.prod), True
        value, bare = self.base()
        while self.sees("^"):
            value = self.power(value)
        return value, bare

    def power(self, value: Value) -> Value:
        self.take("^")
        exponent = self.group_text()
        if exponent == r"\top":
            if len(value.pos) < 2:
                return value
            return replace(
                value, values=np.swapaxes(value.values, -1, -2), pos=(*value.pos[:-2], value.pos[-1], value.pos[-2])
            )
        if exponent == "+":
            return self.library("pinv", [value], {})
        power = self.inner(exponent).read_all()
        if not value.pos:
            return self.entry_by_entry(np.float_power, (value, power), alone=False)
        if len(value.pos) != 2 or power.values.ndim or float(power.values) % 1 or value.free:
            raise UnreadableError("a power of an array")
        if value.values.shape[0] != value.values.shape[1]:
            raise UnreadableError("a power of a matrix that is not square")
        return replace(value, values=np.linalg.matrix_power(value.values, int(power.values)))

    def big(self, function: Callable[..., Any]) -> Value:
        self.take("_")
        with self.binding(_split(self.group_text())) as names:
            body, _ = self.product()
            sizes = [self.size_of(name) for name in names]
        if body.pos:
            raise UnreadableError("a sum of arrays over an index")
        return self.reduce_free(function, body, names, sizes)

    @contextmanager
    def binding(self, items: Sequence[str], *, again: bool = False) -> Iterator[list[str]]:
        """Bind indices while what follows is read. `again`: one that is in use may be bound."""
        before = self.indices, self.bound, self.limits
        names = []
        for item in items:
            symbol, _, limit = (part.strip() for part in item.partition("<"))
            if limit:
                self.limits = {**self.limits, symbol: self.count_below(symbol, self.inner(limit).read_all())}
            if symbol in self.bound or (symbol in self.indices and not again):
                raise UnreadableError(f"the index {symbol} is bound twice")
            if self.axis_of(symbol) is None:
                raise UnreadableError(f"{symbol} is no index")
            self.indices = {**self.indices, symbol: self.axis_of(symbol) or ""}
            names.append(symbol)
        yield names
        self.indices, self.bound, self.limits = before

    def count_below(self, symbol: str, limit: Value) -> int:
        """Return how many values of an index are below a limit, which are the first."""
        axis = self.run.example.axes.get(self.axis_of(symbol) or "")
        if axis is None or not axis.numbers:
            return int(limit.values)
        below = [number < float(limit.values) for number in axis.numbers]
        if below != sorted(below, reverse=True):
            raise UnreadableError(f"the values of {symbol} below {limit.values} are not the first")
        return sum(below)

    def axis_of(self, symbol: str) -> str | None:
        plain = symbol.replace("'", "")
        unnamed = len(plain) == 1 and plain.isalpha() and (plain, (), "") not in self.symbols.quantities
        return self.symbols.axes.get(plain, "" if unnamed else None)

    def size_of(self, symbol: str) -> int:
        """Return how many values an index takes; one that stands for no axis, as many as what it is an index of has."""
        if not self.axis_of(symbol):
            if symbol not in self.sizes:
                raise UnreadableError(f"nothing says how far {symbol} goes")
            return min(self.sizes[symbol], self.limits.get(symbol, 10**9))
        return min(self.run.example.axes[self.axis_of(symbol) or ""].size, self.limits.get(symbol, 10**9))

    def reduce_free(
        self, function: Callable[..., Any], body: Value, names: Sequence[str], sizes: Sequence[int]
    ) -> Value:
        free = tuple(f for f in body.free if f not in names)
        full = body.along((*free, *names))
        full = np.broadcast_to(full, (*full.shape[: len(free)], *sizes))
        return Value(np.asarray(function(full, axis=tuple(range(len(free), full.ndim)))), free)

    def base(self) -> tuple[Value, bool]:  # a case for each kind of factor
        self.skip()
        if match := _NUMBER.match(self.text, self.place):
            self.place = match.end()
            return number(float(match[0])), False
        opaque = any(self.sees(rf"\left({base}\right)") for base, _, _ in self.symbols.quantities if base[0] == "{")
        for begin, read in self.special().items():
            if self.sees(begin) and not opaque:
                self.take(begin)
                return read(), False
        if self.sees("e^") and ("e", (), "") not in self.symbols.quantities:
            self.take("e^")
            return self.power_of_e(self.inner(self.group_text()).read_all()), False
        operator = self.operator()
        if operator and not any(len(b) >= len(operator) and self.sees(b) for b, _, _ in self.symbols.quantities):
            return self.call(operator)
        return self.named(), False

    def special(self) -> Mapping[str, Callable[[], Value]]:
        if self.sees(*(base for base, _, _ in self.symbols.quantities if base.startswith("\\") and " " in base)):
            return {}
        return {
            r"\infty": lambda: number(np.inf), r"\mathrm{NaN}": lambda: number(np.nan), r"\frac": self.fraction,
            r"\sqrt": self.root, r"\mathbf{1}": self.indicator, r"\begin{cases}": self.cases,
            r"\begin{bmatrix}": self.matrix, r"\left": self.fenced,
        }  # fmt: skip

    def power_of_e(self, value: Value) -> Value:
        if value.pos:
            raise UnreadableError("e to the power of an array")
        wide = self.wide and np.any(np.abs(value.values) > 700)
        return replace(value, values=np.exp(value.values.astype(np.longdouble) if wide else value.values), on="")

    def fraction(self) -> Value:
        if match := _DERIVATIVE.match(self.text, self.place):
            self.place = match.end()
            return self.derivative(match[1], match[2])
        above = self.inner(self.group_text()).read_all()
        return self.multiply(above, self.inner(self.group_text()).read_all(), "/")

    def derivative(self, above: str, below: str) -> Value:
        """Differentiate a number with respect to a quantity that is given, by differences of two sizes."""
        names = {_print_parts(*parts): name for parts, name in self.symbols.quantities.items()}
        if above not in names or below not in names:
            raise UnreadableError(f"a derivative of {above} with respect to {below}")
        quantity = self.run.quantities[names[below]]
        fine, coarse = (_differentiate(self.run, names[above], names[below], step) for step in (1e-6, 1e-5))
        if not np.allclose(fine, coarse, rtol=1e-3, atol=1e-5 * (1 + np.max(np.abs(coarse)))):
            raise NotSmoothError(f"{above} has no derivative here")
        slopes = (100 * fine - coarse) / 99
        noise = 1e-8 * max(1.0, abs(float(self.run.quantities[names[above]].values)))
        return Value(np.where(np.abs(slopes) < noise, 0, slopes), (), quantity.axes)

    def root(self) -> Value:
        value = self.inner(self.group_text()).read_all()
        if value.pos:
            raise UnreadableError("a root of an array")
        return replace(value, values=np.sqrt(value.values))

    def indicator(self) -> Value:
        self.take(r"\left[")
        value = self.inner_statement()
        self.take(r"\right]")
        return value

    def inner_statement(self) -> Value:
        self.depth_of_statement += 1
        value = self.statement()
        self.depth_of_statement -= 1
        return value

    def cases(self) -> Value:
        chosen, conditions = [], []
        while True:
            chosen.append(self.sum())
            self.take("&")
            if self.maybe(r"\text{否则}"):
                break
            conditions.append(self.inner_statement())
            self.take(r"\\")
        self.take(r"\end{cases}")
        if any(c.pos for c in conditions):
            raise UnreadableError("cases by an array")
        return self.entry_by_entry(_choose(len(conditions)), (*conditions, *chosen), alone=True)

    def matrix(self) -> Value:
        rows: list[list[Value]] = [[]]
        while True:
            rows[-1].append(self.sum())
            if self.maybe(r"\\"):
                rows.append([])
            elif not self.maybe("&"):
                break
        self.take(r"\end{bmatrix}")
        return Value(np.array([[float(x.values) for x in row] for row in rows]), (), ("", ""))

    def evaluated(self) -> Value:
        r"""Read `\left. f \right|_{k = 3}`."""
        start, depth = self.place, 0
        while not (depth == 0 and self.text.startswith(r"\right|", self.place)):
            depth += bool(re.match(r"\\left(?![a-z])", self.text[self.place :]))
            depth -= bool(re.match(r"\\right(?![a-z])", self.text[self.place :]))
            self.place += 1
        inner = self.text[start : self.place]
        self.take(r"\right|")
        self.take("_")
        pairs = [part.split(" = ") for part in _split(self.group_text())]
        with self.binding([symbol for symbol, _ in pairs]) as names:
            value = self.inner(inner).read_all()
        for symbol, text in pairs:
            axis = self.axis_of(symbol) or ""
            rest = tuple(f for f in value.free if f != symbol)
            moved = Value(np.moveaxis(value.values, value.free.index(symbol), len(rest)), rest, (axis, *value.pos))
            value = self.index(moved, [text])
        del names
        return value

    def fenced(self) -> Value:  # noqa: PLR0911 - a case for each bracket
        if self.maybe("."):
            return self.evaluated()
        opening = self.take("(", "[", r"\lvert", r"\lVert", r"\lfloor", r"\lceil")
        if opening == r"\lfloor" and (quotient := self.whole_quotient()):
            return quotient
        if opening == "[":
            if found := self.array():
                return found
            items = self.arguments("]")
            return Value(np.array([x.values for x in items]), (), ("",) * (1 + items[0].values.ndim))
        value = self.statement() if opening == "(" else self.sum()
        self.take(r"\right")
        self.take(")", r"\rvert", r"\rVert", r"\rfloor", r"\rceil")
        if opening == "(":
            if self.sees("_"):
                self.take("_")
                return self.index(value, _split(self.group_text()))
            return value
        if opening == r"\lVert":
            return self.norm(value)
        if opening == r"\lvert" and value.pos:
            raise UnreadableError("bars around an array are a norm or a determinant")
        function = {r"\lvert": np.abs, r"\lfloor": np.floor, r"\lceil": np.ceil}[opening]
        return replace(value, values=function(value.values), on="")

    def whole_quotient(self) -> Value | None:
        r"""Read `\frac{a}{b} \right\rfloor`; None for anything else."""
        start = self.place
        if self.maybe(r"\frac"):
            above, below = (self.inner(self.group_text()).read_all() for _ in range(2))
            if self.maybe(r"\right"):
                self.take(r"\rfloor")
                if below.pos:
                    raise UnreadableError("a division by an array")
                return self.entry_by_entry(_divide_down, (above, below), alone=True)
        self.place = start
        return None

    def array(self) -> Value | None:
        r"""Read `\left[x_{i}\right]_{i}`, the array of the entries; None for a list."""
        start, depth = self.place, 0
        while self.place < len(self.text) and not (depth == 0 and self.text.startswith(r"\right]", self.place)):
            depth += bool(re.match(r"\\left(?![a-z])", self.text[self.place :]))
            depth -= bool(re.match(r"\\right(?![a-z])", self.text[self.place :]))
            self.place += 1
        inner = self.text[start : self.place]
        self.take(r"\right]")
        if not self.sees("_{"):
            self.place = start
            return None
        self.take("_")
        items = _split(self.group_text())
        with self.binding([item for item in items if item != r"\cdot"]) as names:
            value = self.inner(inner).read_all()
            sizes = [self.size_of(name) for name in names]
        free = tuple(f for f in value.free if f not in names)
        full = value.along((*free, *names))
        full = np.broadcast_to(full, (*full.shape[: len(free)], *sizes))
        axes = [self.axis_of(n) or "" for n in names]
        for place in (place for place, item in enumerate(items) if item == r"\cdot"):
            full = np.expand_dims(full, len(free) + place)
            axes.insert(place, "")
        return Value(full, free, tuple(axes))

    def norm(self, value: Value) -> Value:
        frobenius = self.sees("_{F}") and ("F" not in self.symbols.axes or True)
        if frobenius:
            self.take("_{F}")
        elif self.sees("_"):
            raise UnreadableError("an index below a norm says which norm")
        if len(value.pos) == 0 or (len(value.pos) == 1) == bool(frobenius):
            raise UnreadableError("a norm of a number, or a matrix norm without a name")
        over = tuple(range(len(value.free), value.values.ndim))
        return Value(np.sqrt(np.sum(np.square(value.values), axis=over)), value.free)

    # Functions.

    def operator(self) -> str:
        """Return the name of a function that stands next."""
        self.skip()
        match = re.compile(r"\\operatorname\{(?:[^{}]|\\_)*\}|\\mathbf\{I\}|\\log_\{\d+\}|\\[a-z]+").match(
            self.text, self.place
        )
        known = match and (
            match[0].startswith((r"\operatorname", r"\mathbf")) or match[0] in {**_SCALAR, **_ENTRYWISE, **_REDUCTIONS}
        )
        return match[0] if match and known else ""

    def call(self, operator: str) -> tuple[Value, bool]:  # noqa: PLR0911 - a case for each kind of function
        self.take(operator)
        if operator in (r"\operatorname{succ}", r"\operatorname{pred}"):
            return self.neighbour(1 if "succ" in operator else -1), False
        below = _split(self.group_text()) if self.maybe("_") else []
        if operator in _SCALAR and not self.sees(r"\left("):
            value = self.apply(_SCALAR[operator], [self.factor()[0]], alone=False)
            if self.starts_factor() or self.sees(r"\cdot"):
                raise UnreadableError("a function without brackets before a product")
            return value, False
        if operator in _REDUCTIONS or operator in _BEST or operator in _KEEPING:
            return self.reduction(operator, below), False
        self.take(r"\left(")
        options: dict[str, str] = {}
        known = operator in {**_SCALAR, **_ENTRYWISE}
        if operator in self.functions:
            return self.defined(operator), False
        word = "" if known else _word_name(operator)
        before = self.indices
        self.indices = before if known or FUNCTIONS[word].entrywise else {}
        arguments = self.arguments(")", options)
        self.indices = before
        if word and FUNCTIONS[word].entrywise and not options:
            return self.apply(_compute(word), arguments, alone=len(arguments) == 1), False
        if operator in _SCALAR:
            return self.apply(_SCALAR[operator], arguments, alone=False), False
        if operator in _ENTRYWISE:
            return self.apply(_ENTRYWISE[operator], arguments, alone=True), False
        return self.library(word, arguments, options, below), False

    def neighbour(self, distance: int) -> Value:
        """Return the number that stands beside the one of an index on its axis."""
        self.take(r"\!\left(", r"\left(")
        symbol = self.text[self.place : self.text.index(r"\right)", self.place)]
        self.place += len(symbol) + len(r"\right)")
        symbol, further = _step_aside(symbol)
        axis = self.run.example.axes.get(self.indices.get(symbol) or "")
        places = np.arange(self.size_of(symbol)) + distance + further if axis and axis.numbers else np.array([-1])
        if axis is None or places.min() < 0 or places.max() >= axis.size:
            raise UnreadableError(f"there is no number beside {symbol}")
        return Value(axis.values[places], (symbol,))

    def defined(self, operator: str) -> Value:
        """Apply a function as its own formula defines it, to numbers or to whole arrays."""
        parameters, body, of_numbers = self.functions[operator]
        before = self.indices
        self.indices = before if of_numbers else {}
        arguments = dict(zip(parameters, self.arguments(")"), strict=True))
        self.indices = before
        empty = replace(self.symbols, quantities={})
        inner = replace(
            self.inner(body), symbols=empty, indices={}, bound={}, limits={}, sizes={}, parameters=arguments
        )
        return inner.read_all()

    def apply(self, function: Callable[..., Any], arguments: Sequence[Value], *, alone: bool) -> Value:
        return self.entry_by_entry(function, arguments, alone=alone)

    def arguments(self, closing: str, options: dict[str, str] | None = None) -> list[Value]:
        """Read arguments up to a bracket; what stands behind `;` are options."""
        found = []
        while True:
            self.skip()
            start = self.place
            found.append(self.statement())
            del start
            if not self.maybe(","):
                break
        while self.maybe(";"):
            self.take(r"\mathrm")
            name = self.group_text().replace(r"\_", "_")
            self.take("=")
            start = self.place
            depth = 0
            while not (
                depth == 0 and (self.text.startswith(";", self.place) or self.text.startswith(r"\right", self.place))
            ):
                depth += self.text.startswith(r"\left", self.place) - self.text.startswith(r"\right", self.place)
                self.place += 1
            if options is not None:
                options[name] = self.text[start : self.place].strip()
        self.take(r"\right" + closing)
        return found

    def reduction(self, operator: str, below: Sequence[str]) -> Value:
        self.take(r"\left(")
        options: dict[str, str] = {}
        with self.binding(below, again=operator in _KEEPING) as names:
            arguments = self.arguments(")", options)
        extra = {name: float(self.inner(text).read_all().values) for name, text in options.items()}
        if len(arguments) > 1:
            if operator in _BEST:
                return number(int(_BEST[operator]([float(one.values) for one in arguments])))
            two = {r"\max": np.maximum, r"\min": np.minimum, r"\operatorname{all}": np.logical_and,
                   r"\operatorname{any}": np.logical_or}[operator]  # fmt: skip
            return self.apply(lambda *xs: reduce(two, xs), arguments, alone=False)
        value = arguments[0]
        if names and all(n in value.free for n in names):
            return self.reduce_over(operator, value, tuple(value.free.index(n) for n in names), extra)
        if names and value.free:
            raise UnreadableError("an index below a function that its argument has not")
        if not value.pos and value.free:
            raise UnreadableError("a function of many numbers is applied to one")
        axes = [self.axis_of(n) for n in names]
        over = tuple(len(value.free) + [*map(_axis, value.pos)].index(a or "") for a in axes) if names else ()
        if not names:
            over = tuple(range(len(value.free), value.values.ndim))
            over = over[-1:] if operator in _KEEPING else over
        return self.reduce_over(operator, value, over, extra)

    def reduce_over(self, operator: str, value: Value, over: tuple[int, ...], extra: Mapping[str, float]) -> Value:
        if operator in _KEEPING:
            return replace(value, values=_KEEPING[operator](value.values, axis=over, **extra))
        names = [*value.free, *value.pos]
        kept = [n for i, n in enumerate(names) if i not in over]
        free = tuple(n for i, n in enumerate(value.free) if i not in over)
        pos = tuple(kept[len(free) :])
        if operator in _REDUCTIONS:
            return Value(np.asarray(_REDUCTIONS[operator](value.values, axis=over), float), free, pos)
        moved = np.moveaxis(value.values, over, range(-len(over), 0))
        flat = moved.reshape(*moved.shape[: moved.ndim - len(over)], -1)
        single = names[over[0]] if len(over) == 1 else ""
        best = np.asarray(_BEST[operator](flat, axis=-1), float)
        if "|" in single:
            best = np.array([float(x) for x in single.partition("|")[2].split(",")])[best.astype(int)]
        return self.labelled(Value(best, free, pos, self.axis_of(single) or _axis(single)))

    def labelled(self, value: Value) -> Value:
        """Return positions of an axis of numbers as these numbers."""
        axis = self.run.example.axes.get(value.on)
        if axis is None or not axis.numbers:
            return value
        return replace(value, values=axis.values[np.asarray(value.values, int)], on="")

    def library(
        self, word: str, arguments: Sequence[Value], options: Mapping[str, str], below: Sequence[str] = ()
    ) -> Value:
        """Evaluate a function that has no textbook notation with the language's own; its arguments are whole arrays."""
        if any(value.free for value in arguments):
            raise UnreadableError(f"{word} of entries")
        quantities = {
            f"a{i}·": Quantity(
                v.values, tuple(Dimension(_axis(tag)) for tag in v.pos), (Dimension(v.on),) if v.on else ()
            )
            for i, v in enumerate(arguments)
        }
        texts = [name.replace("·", "_") for name in quantities]
        known = {name.replace("·", "_"): q for name, q in quantities.items()}
        for i, (name, text) in enumerate(options.items()):
            quoted = re.fullmatch(r"\\text\{([a-z]+)\}", text)
            if quoted:
                texts.append(f'{name}="{quoted[1]}"')
                continue
            letters = {symbol: axis for symbol, axis in self.symbols.axes.items() if symbol not in self.bound}
            value = replace(self.inner(text), indices=letters).read_all(statement=True)
            if value.free:
                value = replace(value, free=(), pos=tuple(self.axis_of(f) or "" for f in value.free))
            known[f"o{i}_"] = Quantity(value.values, tuple(Dimension(_axis(tag)) for tag in value.pos))
            texts.append(f"{name}=o{i}_")
        name_below = [text[8:-1].replace(r"\_", "_") for text in below if text.startswith(r"\mathrm{")]
        if word == "merge":
            texts.append(f"[{', '.join(self.axis_of(b) or '' for b in below)}]")
        elif below and not name_below:
            texts.append(f"axis=[{', '.join(self.axis_of(b) or '' for b in below)}]")
        dotted = f".{name_below[0]}" if name_below and word != "merge" else ""
        results = FUNCTIONS[word].results
        if not dotted and results != ("",):
            dotted = ".output" if "output" in results else f".{results[0]}"
        text = f"{word}({', '.join(texts)}){dotted}"
        run = replace(self.run, quantities={**self.run.quantities, **known})
        result = evaluate(run, parse_expression(text, Span(0, len(text))).tree)
        tags = [tag for value in arguments for tag in value.pos if "|" in tag]
        sizes = zip(result.axes, result.values.shape, strict=True)
        pos = tuple(next((t for t in tags if _axis(t) == axis and t.count(",") + 1 == n), axis) for axis, n in sizes)
        return Value(result.values, (), pos, result.on[0].axis if len(result.on) == 1 else "")

    # Names and indices.

    def named(self) -> Value:
        """Read a name with its scripts: a quantity, an entry of one, or an axis."""
        self.skip()
        opaque = {rf"\left({base}\right)": base for base, _, _ in self.symbols.quantities if base.startswith("{")}
        if found := self.sees(*opaque):
            self.take(found)
            return self.index(
                self.quantity(self.symbols.quantities[opaque[found], (), ""], []),
                _split(self.group_text()) if self.maybe("_") else [],
            )
        if found := self.sees(*sorted(self.parameters, key=len, reverse=True)):
            self.take(found)
            return self.index(self.parameters[found], _split(self.group_text()) if self.maybe("_") else [])
        bases = sorted({base for base, _, _ in self.symbols.quantities} | set(self.symbols.axes), key=len, reverse=True)
        base = self.sees(*(b for b in bases if self.could_be(b))) or self.letter()
        self.take(base)
        while self.text.startswith("'", self.place):
            base += "'"
            self.place += 1
        below = _split(self.group_text()) if self.sees("_{") and self.take("_") else []
        before, mark = self.place, ""
        for known in {m for b, _, m in self.symbols.quantities if b == base and m}:
            mark = mark or (self.maybe(f"^{{{known}}}") and known)
        if mark:
            try:
                return self.meaning(base, below, mark)
            except UnreadableError:
                self.place = before
        return self.meaning(base, below, "")

    def meaning(self, base: str, below: Sequence[str], mark: str) -> Value:
        """Return what a name with scripts stands for."""
        prefixes = [k for k in range(len(below) + 1) if (base, tuple(below[:k]), mark) in self.symbols.quantities]
        names = [f"{base}_{{{', '.join(below[:k])}}}" for k in range(1, len(below) + 1)]
        scripted = [k for k, name in enumerate(names, 1) if name.replace("'", "") in self.symbols.axes]
        if scripted and len(prefixes) < 2:
            k = scripted[-1]
            return self.axis_value(names[k - 1], below[k:])
        if not prefixes:
            return self.axis_value(base, below)
        if base in self.indices and 0 in prefixes:
            raise UnreadableError(f"{base} is a quantity and an index")
        found: list[Value] = []
        for k in reversed(prefixes):
            try:
                found.append(self.quantity(self.symbols.quantities[base, tuple(below[:k]), mark], below[k:]))
            except UnreadableError:
                if k == prefixes[0] and not found:
                    raise
        if len(found) > 1:
            raise UnreadableError(f"{base} with {below} has two meanings")
        return found[0]

    def could_be(self, base: str) -> bool:
        """Return whether a name is complete: one of several letters needs its superscript too."""
        marks = {m for b, _, m in self.symbols.quantities if b == base}
        rest = self.text[self.place + len(base) :]
        return not marks or "" in marks or " " not in base or any(rest.startswith(f"^{{{m}}}") for m in marks)

    def letter(self) -> str:
        match = _LETTER.match(self.text, self.place)
        if not match:
            raise UnreadableError("the formula ends")
        return match[0]

    def axis_value(self, base: str, below: Sequence[str]) -> Value:
        if base == r"\pi" and not below:
            return number(np.pi)
        if base in self.bound:
            if below:
                raise UnreadableError("an index of an index")
            return self.bound[base]
        axis = self.axis_of(base)
        if not axis:
            raise UnreadableError(f"nothing is called {base} with {below}")
        own = self.run.example.axes[axis]
        values, on = own.values, axis if own.labels and not own.numbers else ""
        if base in self.indices:
            if below:
                raise UnreadableError("an index of an index")
            return Value(values[: self.size_of(base)], (base,), (), on)
        whole = Value(values, (), (axis,), on)
        if not below:
            return whole
        if _is_span(below[0]):
            return self.index(whole, below)
        place = self.inner(below[0]).read_all()
        return replace(place, values=values[np.asarray(place.values, int)], on=on)

    def quantity(self, name: str, items: Sequence[str]) -> Value:
        quantity = self.run.quantities[name]
        on = quantity.on[0].axis if len(quantity.on) == 1 else ""
        value = self.labelled(Value(quantity.values, (), quantity.axes, on))
        return self.index(value, items, name) if items else value

    def index(self, value: Value, items: Sequence[str], name: str = "") -> Value:
        """Return entries: by labels, by indices, by arithmetic with them."""
        if len(items) - items.count(r"\cdot") > len(value.pos):
            raise UnreadableError(f"{len(items)} indices for {value.pos}")
        picks: list[tuple[Any, tuple[str, ...], tuple[str, ...]]] = []
        values, dims, new = value.values, list(value.pos), []
        for item in items:
            if item.strip() == r"\cdot":
                new.append(len(picks))
                continue
            axis = _axis(dims[len(picks)])
            if name in self.starts and not picks:
                values, found = self.with_starts(name, values, item)
                picks.append(found)
            else:
                size = values.shape[len(value.free) + len(picks)]
                picks.append(_within(dims[len(picks)], *self.pick(item.strip(), axis, _extent(dims[len(picks)], size))))
        for place in range(len(picks), len(dims)):
            size = values.shape[len(value.free) + place]
            picks.append((np.arange(size), (), (dims[place],)))
        return _gather(values, value, picks, new)

    def with_starts(self, name: str, values: Any, item: str) -> tuple[Any, Any]:
        """Extend a step of a loop by what stands before its first position."""
        axis = self.run.example.axes[self.run.quantities[name].axes[0]]
        before = self.starts[name]
        inner, distance = _step_aside(item)
        place = self.inner(inner).read_all()
        known = {**{float(v): i for i, v in enumerate(axis.values)}, **{k: axis.size + i for i, k in enumerate(before)}}
        if distance:
            here = [known[float(x)] + distance for x in np.ravel(place.values)]
            there = [here if here >= 0 else known[float(here)] for here in here]
            place = replace(place, values=np.array(there, float).reshape(place.values.shape))
            known = {float(i): i for i in range(len(known))}
        rows = [np.broadcast_to(row, values.shape[1:])[None] for row in before.values()]
        values = np.concatenate([values, *rows]) if rows else values
        flat = [known[float(x)] if float(x) in known else _missing(x) for x in np.ravel(place.values)]
        return values, (np.array(flat, int).reshape(place.values.shape), place.free, place.pos)

    def pick(self, item: str, axis: str, size: int) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
        """Return positions along an axis, with their free indices and dimensions."""
        inner, distance = _step_aside(item)
        if distance:
            places, free, pos = self.pick(inner, axis, size)
            if np.any(places + distance < 0) or np.any(places + distance >= size):
                raise UnreadableError(f"there is nothing {distance} from {inner}")
            return places + distance, free, pos
        if item == ":":
            return np.arange(size), (), (axis,)
        if _is_span(item) or item.startswith(r"\{"):
            found = self.span(item, axis)
            return found, (), (f"{axis}|{','.join(map(str, found))}",)
        if item in self.indices or item in self.bound:
            own = self.indices.get(item)
            if own == "" and self.sizes.setdefault(item, size) != size:
                raise UnreadableError(f"{item} goes over {self.sizes[item]} and over {size}")
            same = own is not None and self.alike(own, axis)
            if same and self.size_of(item) <= size:
                return np.arange(self.size_of(item)), (item,), ()
        single = self.position(item, axis, size)
        return single.values.astype(int), single.free, single.pos

    def alike(self, one: str, other: str) -> bool:
        """Return whether an index of one axis stands for the same positions along the other."""
        a, b = self.run.example.axes.get(one), self.run.example.axes.get(other)
        return a is None or b is None or a.numbers == b.numbers or not (a.numbers or b.numbers)

    def position(self, item: str, axis: str, size: int) -> Value:
        own = self.run.example.axes.get(axis)
        if own and own.labels and not own.numbers and item in self.positions_of(axis):
            return number(self.positions_of(axis)[item])
        if own and own.labels and not own.numbers and item.isdecimal():
            raise UnreadableError(f"{axis} has labels, and {item} is none of them")
        value = self.inner(item).read_all()
        if own and own.numbers:
            known = {float(x): i for i, x in enumerate(own.numbers)}
            found = [known[float(x)] if float(x) in known else _missing(x) for x in np.ravel(value.values)]
            value = replace(value, values=np.array(found, float).reshape(value.values.shape))
        whole = np.rint(value.values)
        if np.any(np.abs(whole - value.values) > 1e-9) or np.any(whole < 0) or np.any(whole >= size):
            raise UnreadableError(f"no entry {item} along {axis}")
        return replace(value, values=whole)

    def span(self, item: str, axis: str) -> Any:
        r"""Return the positions of `a \ldots b`, both included, or of `\{a, b, \ldots, c\}`."""
        size = self.run.example.axes[axis].size if axis in self.run.example.axes else 10**9
        text = item.removeprefix(r"\{").removesuffix(r"\}")
        if r"\ldots" not in text:
            return np.array([int(self.position(p, axis, size).values) for p in _split(text)])
        ends = [part.strip().strip(",") for part in text.split(r"\ldots")]
        first = [int(self.position(p, axis, size).values) for p in _split(ends[0])]
        last = int(self.position(ends[1].strip(" ,"), axis, size).values)
        step = first[1] - first[0] if len(first) > 1 else 1 if last >= first[0] else -1
        return np.arange(first[0], last + (1 if step > 0 else -1), step)


def _axis(tag: str) -> str:
    """Return the axis of a dimension, of which a slice may have kept some positions."""
    return tag.partition("|")[0]


def _is_span(item: str) -> bool:
    r"""Return whether an index is `a \ldots b`, and does not only contain one."""
    for _ in range(item.count("{")):
        item = re.sub(r"(?<!\\)\{[^{}]*(?<!\\)\}", "", item)
    return r"\ldots" in item


def _extent(tag: str, size: int) -> int:
    """Return how many positions the axis of a dimension has, as far as a slice tells."""
    return max(map(int, tag.partition("|")[2].split(","))) + 1 if "|" in tag else size


def _within(tag: str, places: Any, free: tuple[str, ...], pos: tuple[str, ...]) -> tuple[Any, Any, Any]:
    """Turn positions of an axis into places among those that a slice kept."""
    if "|" not in tag:
        return places, free, pos
    kept = [int(place) for place in tag.partition("|")[2].split(",")]
    if not set(np.ravel(places).tolist()) <= set(kept):
        raise UnreadableError("an entry that a slice has cut off")
    found = [kept.index(int(place)) for place in np.ravel(places)]
    return np.array(found, int).reshape(np.shape(places)), free, pos


def _step_aside(item: str) -> tuple[str, int]:
    r"""Return an index without `\operatorname{pred}` or `\operatorname{succ}` around it, and how far these go."""
    for name, distance in ((r"\operatorname{pred}", -1), (r"\operatorname{succ}", 1)):
        opening = rf"{name}\!\left("
        if item.startswith(opening) and item.endswith(r"\right)"):
            inner, further = _step_aside(item[len(opening) : -len(r"\right)")])
            return inner, distance + further
    return item, 0


def _divide_down(a: Any, b: Any) -> Any:
    """Return a quotient rounded down; one that is a whole number but for the rounding of machines is that number."""
    near = np.rint(a / b)
    return np.where(np.abs(a / b - near) <= 1e-12 * np.abs(near), near, np.floor_divide(a, b))


def _find_rest(a: Any, b: Any) -> Any:
    """Return the rest of a division, 0 where the quotient is a whole number but for rounding."""
    near = np.rint(a / b)
    return np.where((near != 0) & (np.abs(a / b - near) <= 1e-12 * np.abs(near)), 0.0, np.mod(a, b))


def _missing(label_value: Any) -> int:
    raise UnreadableError(f"there is no entry {label_value}")


def _compare_with(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, b: function(a, b).astype(float)


def _refuse_rounding(a: Any, b: Any) -> Any:
    """Refuse to tell whether numbers are equal, or which is larger, that differ by rounding alone."""
    if np.any(close(a, b) & (a != b)):
        raise NotSmoothError("the sides differ by rounding alone")
    return a


def _choose(conditions: int) -> Callable[..., Any]:
    def choose(*arrays: Any) -> Any:
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        full = [np.broadcast_to(array, shape) for array in arrays]
        return np.select([c != 0 for c in full[:conditions]], full[conditions:-1], full[-1])

    return choose


def _gather(values: Any, value: Value, picks: Sequence[Any], new: Sequence[int]) -> Value:
    if sum(bool(pos) and array.ndim > len(pos) + len(free) for array, free, pos in picks):
        raise UnreadableError("an index with dimensions of its own")
    free = tuple(dict.fromkeys((*value.free, *(f for _, own, _ in picks for f in own))))
    out = [(place, axis) for place, (_, _, pos) in enumerate(picks) for axis in pos]
    selection: list[Any] = []
    for i in range(len(value.free)):
        ones = [1] * (len(free) + len(out))
        ones[i] = values.shape[i]
        selection.append(np.arange(values.shape[i]).reshape(ones))
    for place, (array, own, pos) in enumerate(picks):
        aligned = Value(array, own, pos).along(free)
        before = sum(p < place for p, _ in out)
        shape = (
            *aligned.shape[: len(free)],
            *([1] * before),
            *aligned.shape[len(free) :],
            *([1] * (len(out) - before - len(pos))),
        )
        selection.append(aligned.reshape(shape))
    taken = values[tuple(selection)] if selection else values
    dims = [axis for _, axis in out]
    for where in new:
        at = sum(p < where for p, _ in out)
        taken = np.expand_dims(taken, len(free) + at)
        dims.insert(at, "")
    return Value(taken, free, tuple(dims), value.on)


def _split(text: str) -> list[str]:
    """Split at commas outside brackets."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"\\left(?![a-z])|\\right(?![a-z])|\\[{}]|\\.|[{},]", text):
        mark = match[0]
        depth += (mark in ("{", r"\left", r"\{")) - (mark in ("}", r"\right", r"\}"))
        if mark == "," and not depth:
            parts.append(text[start : match.start()].strip())
            start = match.end()
    return [*parts, text[start:].strip()]


def _compute(word: str) -> Callable[..., Any]:
    function = FUNCTIONS[word].function
    assert isinstance(function, Entrywise)
    return function.compute


def _word_name(operator: str) -> str:
    for name, word in FUNCTIONS.items():
        if word.operator() == operator:
            return name
    raise UnreadableError(f"no function is called {operator}")
