"""What there is to know about a function of the language: one `Word`.

How it is computed and what that costs, how a call is printed as LaTeX and explained with its numbers, what mutation
puts in its place, and a sentence for the documentation. Who prints or explains a call interprets the fields below;
nothing outside this folder knows a function by its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from zhixing.language.model import Array
from zhixing.language.words.costs import Cost
from zhixing.language.words.signature import Signature, read_signature


class Accepts(Enum):
    """What an option may be.

    A number, a whole number, yes (1) or no (0), a word in quotes, or how many there are on both sides: one number for
    both or a list of two, where inf is no limit.
    """

    NUMBER = "a number"
    WHOLE = "a whole number"
    FLAG = "1 or 0"
    WORD = "a word in quotes"
    WHOLE_OR_WORD = "a whole number or a word in quotes"
    SIDES = "a whole number, or a list of two: before and after (inf: no limit)"


# How a function is called and computed.


@dataclass(frozen=True, slots=True)
class Entrywise:
    """A function of one or more quantities, entry by entry. `weight` is its work for an entry, about a nanosecond."""

    compute: Callable[..., Array]
    least: int = 1
    most: int = 1
    weight: int = 2


@dataclass(frozen=True, slots=True)
class Reduction:
    """A function that uses up the axes that `axis=` names, all of them where it is left out.

    `of_nothing` says whether it has a value where there is nothing to reduce.
    """

    compute: Callable[..., Array]
    weight: int = 4
    of_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Best:
    """A reduction to the position of an entry. `compute` returns positions along the last dimension."""

    compute: Callable[..., Array]
    weight: int = 40


@dataclass(frozen=True, slots=True)
class AlongAxis:
    """A function along the axes that `axis=` names, the last where it is left out, that keeps them all.

    `single` says that it works along one axis only, since its entries come one after another.
    """

    compute: Callable[..., Array]
    weight: int = 16
    options: Mapping[str, Accepts] = field(default_factory=dict)
    single: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """A function that puts the entries along one axis in order: the axis that `axis=` names, else the last.

    The dimension that it returns has no axis, since a place in the order has no label of the axis. `positions` says
    that it returns so many positions (its second argument), which print as labels, instead of values.
    """

    compute: Callable[..., Array]
    positions: bool = False
    weight: int = 100


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A function whose arguments are matched against a signature in axis letters, as those of the core are.

    `forms` are its signatures, of which the first whose numbers of axes fit is taken. `needed` are options that must be
    given (in their order behind the arrays, or by name), `options` those that may be, each with its type. `work` is the
    number of multiplications, `peak` the largest array made on the way, both for one of the leading positions.
    """

    compute: Callable[..., Any]
    forms: tuple[Signature, ...]
    work: Cost
    options: Mapping[str, Accepts] = field(default_factory=dict)
    needed: Mapping[str, Accepts] = field(default_factory=dict)
    peak: Cost | None = None


def mechanism(
    compute: Callable[..., Any],
    *forms: str,
    work: Cost,
    arrays: Mapping[str, str] | None = None,
    options: Mapping[str, Accepts] | None = None,
    needed: Mapping[str, Accepts] | None = None,
    peak: Cost | None = None,
) -> Mechanism:
    """Return a mechanism from its signatures as text; `arrays` has the shapes of arrays that are given by name."""
    signatures = tuple(read_signature(form, **(arrays or {})) for form in forms)
    return Mechanism(compute, signatures, work, options or {}, needed or {}, peak)


@dataclass(frozen=True, slots=True)
class Gradient:
    """The derivative of a single number with respect to each entry of a quantity; it is a step of its own."""


@dataclass(frozen=True, slots=True)
class Size:
    """The number of entries of a quantity."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Axes of a quantity, joined into one."""


Function = Entrywise | Reduction | Best | AlongAxis | Ordering | Mechanism | Gradient | Size | Merge

Partial = Callable[..., Array]
"""A derivative, as `derivatives.py` has them."""

# How a call is printed.


@dataclass(frozen=True, slots=True)
class Fences:
    r"""The argument stands between two marks: `\left\lvert x \right\rvert`."""

    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class BigOperator:
    r"""A sign with the axes below it stands before the argument, entry by entry: `\sum_{k} x_{k}`."""

    sign: str


class Layout(Enum):
    """Notations of a single function each."""

    ROOT = auto()
    POWER_OF_E = auto()
    CASES = auto()
    PSEUDO_INVERSE = auto()
    MERGE = auto()
    DERIVATIVE = auto()


Notation = Fences | BigOperator | Layout


@dataclass(frozen=True, slots=True)
class Latex:
    r"""How a call is printed: in its notation where it has one that fits, else as `operator\!\left(arguments\right)`.

    `operator` is `\operatorname{name}` where it is left out or where a quantity has one of the names in `unless`,
    which are printed alike. `bare` says that a plain number stands behind the operator without brackets; `statement`
    that the argument is printed as a statement; `of_arrays` that the function of an array is, by convention, that of
    its entries; `chooses` that the value is a position of an axis and prints as its label.
    """

    operator: str = ""
    notation: Notation | None = None
    unless: frozenset[str] = frozenset()
    bare: bool = False
    statement: bool = False
    of_arrays: bool = False
    chooses: bool = False


# How an entry of the result is explained with its numbers.


class Explanation(Enum):
    """What a derivation shows of an entry: which formula of the arguments' entries it is."""

    APPLIED = auto()  # the function, applied to its arguments' entries
    BRANCH = auto()  # the argument that a condition chose
    SUM = auto()
    PRODUCT = auto()
    RUNNING_SUM = auto()
    RUNNING_PRODUCT = auto()
    MEAN = auto()
    VARIANCE = auto()
    DEVIATION = auto()
    NORM = auto()
    ENTROPY = auto()
    LIST = auto()  # the function, applied to all entries
    SHARE = auto()  # a power of e over the sum of such powers
    STANDARD_SCORE = auto()
    COUNT = auto()
    WINDOW = auto()  # a kernel's numbers times those that it lies on
    ATTENTION = auto()  # scores, scaled, weights, output, each by its own formula


@dataclass(frozen=True, slots=True)
class Word:
    """A function of the language.

    Attributes:
        name: Its name in expressions.
        function: How it is called and computed: its signature, and its cost, counted before it runs.
        latex: How a call is printed.
        explanation: How an entry of its result is explained; None where only the number is shown.
        within_sums: Whether the call is kept visible in the terms of a sum, where others are only their number.
        scores: For a result that is a weight ("" for a single result), the result that holds its masked scores ("" for
            the first argument). A score of −∞ tells a weight that a mask took away from one that is small.
        gradient: How it is differentiated, from `derivatives.py`: a partial derivative for each argument of a word that
            works entry by entry (None for one that it does not depend on smoothly), else what takes the adjoint of the
            result to that of the argument. A function of the core is run and followed back as it is; `gradient` is what
            is run instead.
        no_gradient: Why it is not differentiated, to be read behind a colon; "" where it is.
        neighbours: The words that mutation puts in its place.
        reserves_name: Whether no quantity may have its name although it is a mechanism; of other words none may.
        hint: What to write instead where too many arguments are given.
        numpy: What computes it in a program that has NumPy alone: a function of NumPy, or one of `plain.py`. It may be
            left out where the word is computed by a function of NumPy itself.
        sentence: What it does, for the documentation; the first sentence of the core's docstring where it is empty.
    """

    name: str
    function: Function
    latex: Latex = Latex()
    explanation: Explanation | None = None
    within_sums: bool = False
    scores: Mapping[str, str] = field(default_factory=dict)
    gradient: tuple[Partial | None, ...] | Partial | None = None
    no_gradient: str = ""
    neighbours: tuple[str, ...] = ()
    reserves_name: bool = False
    hint: str = ""
    numpy: Callable[..., Any] | None = None
    sentence: str = ""

    @property
    def entrywise(self) -> bool:
        """Whether it combines quantities entry by entry."""
        return isinstance(self.function, Entrywise)

    @property
    def reduces(self) -> bool:
        """Whether it uses axes up."""
        return isinstance(self.function, Reduction | Best)

    @property
    def keeps_axis(self) -> bool:
        """Whether it works along an axis and keeps it."""
        return isinstance(self.function, AlongAxis)

    @property
    def reserved(self) -> bool:
        """Whether no quantity may have its name."""
        return self.reserves_name or not isinstance(self.function, Mechanism | Gradient)

    @property
    def results(self) -> tuple[str, ...]:
        """The names of its results; a single one has the name ""."""
        return tuple(self.function.forms[0].results) if isinstance(self.function, Mechanism) else ("",)

    @property
    def documentation(self) -> str:
        """What it does, in a sentence."""
        if self.sentence or isinstance(self.function, Size | Merge | Gradient):
            return self.sentence
        text = inspect.getdoc(self.function.compute) or ""
        return " ".join(text.partition("\n\n")[0].split())

    def operator(self, names: Collection[str] = ()) -> str:
        r"""Return the operator of a call where quantities have these names: `\ln`, `\operatorname{leaky\_relu}`."""
        if self.latex.operator and not self.latex.unless.intersection(names):
            return self.latex.operator
        escaped = self.name.replace("_", r"\_")
        return rf"\operatorname{{{escaped}}}"
