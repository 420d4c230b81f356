"""Words that combine quantities entry by entry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.model import Array
from zhixing.language.words.derivatives import (
    of_gelu,
    of_sigmoid,
    of_silu,
    of_sqrt,
    of_tan,
    of_tanh,
    one_over,
    where_false,
    where_larger,
    where_smaller,
    where_true,
)
from zhixing.language.words.word import Entrywise, Explanation, Fences, Latex, Layout, Word


def _to_number(function: Callable[..., Array]) -> Callable[..., Array]:
    """Return a test that gives 1 for yes and 0 for no."""
    return lambda *arrays: np.asarray(function(*arrays), np.float64)


def _choose(condition: Array, chosen: Array, other: Array) -> Array:
    return np.asarray(np.where(condition != 0, chosen, other))


def _float16(x: Array) -> Array:
    return np.asarray(x, np.float16)


def _float32(x: Array) -> Array:
    return np.asarray(x, np.float32)


_GREEK_SIGMA = frozenset({"sigma", "σ"})

ENTRYWISE = (
    Word(
        "abs",
        Entrywise(np.abs),
        Latex(notation=Fences(r"\left\lvert ", r" \right\rvert")),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(np.sign,),
        sentence="Return each entry without its sign.",
    ),
    Word(
        "sign",
        Entrywise(np.sign),
        Latex(r"\operatorname{sgn}", of_arrays=True),
        Explanation.APPLIED,
        sentence="Return 1 for each positive entry, −1 for each negative one, 0 for 0.",
        no_gradient="it changes in jumps",
    ),
    Word(
        "floor",
        Entrywise(np.floor),
        Latex(notation=Fences(r"\left\lfloor ", r" \right\rfloor"), of_arrays=True),
        Explanation.APPLIED,
        neighbours=("ceil",),
        sentence="Return the largest whole number that is not above each entry.",
        no_gradient="it changes in jumps",
    ),
    Word(
        "ceil",
        Entrywise(np.ceil),
        Latex(notation=Fences(r"\left\lceil ", r" \right\rceil"), of_arrays=True),
        Explanation.APPLIED,
        neighbours=("floor",),
        sentence="Return the smallest whole number that is not below each entry.",
        no_gradient="it changes in jumps",
    ),
    Word(
        "round",
        Entrywise(np.rint),
        Latex(of_arrays=True),
        Explanation.APPLIED,
        sentence="Return the whole number nearest to each entry; a half goes to the even one.",
        no_gradient="it changes in jumps",
    ),
    Word(
        "sqrt",
        Entrywise(np.sqrt),
        Latex(notation=Layout.ROOT),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(of_sqrt,),
        sentence="Return the square root of each entry.",
    ),
    Word(
        "exp",
        Entrywise(np.exp, weight=10),
        Latex(r"\exp", Layout.POWER_OF_E),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(np.exp,),
        neighbours=("log",),
        sentence="Return e to the power of each entry.",
    ),
    Word(
        "log",
        Entrywise(np.log, weight=10),
        Latex(r"\ln", bare=True),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(one_over,),
        neighbours=("exp",),
        sentence="Return the natural logarithm of each entry.",
    ),
    Word(
        "log2",
        Entrywise(np.log2, weight=10),
        Latex(r"\log_{2}", bare=True),
        Explanation.APPLIED,
        gradient=(lambda x: one_over(x) / np.log(2),),
        sentence="Return the logarithm of each entry to base 2.",
    ),
    Word(
        "log10",
        Entrywise(np.log10, weight=10),
        Latex(r"\log_{10}", bare=True),
        Explanation.APPLIED,
        gradient=(lambda x: one_over(x) / np.log(10),),
        sentence="Return the logarithm of each entry to base 10.",
    ),
    Word(
        "sin",
        Entrywise(np.sin, weight=40),
        Latex(r"\sin"),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(np.cos,),
        neighbours=("cos",),
        sentence="Return the sine of each entry, an angle in radians.",
    ),
    Word(
        "cos",
        Entrywise(np.cos, weight=40),
        Latex(r"\cos"),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(lambda x: -np.sin(x),),
        neighbours=("sin",),
        sentence="Return the cosine of each entry, an angle in radians.",
    ),
    Word(
        "tan",
        Entrywise(np.tan, weight=40),
        Latex(r"\tan"),
        Explanation.APPLIED,
        gradient=(of_tan,),
        sentence="Return the tangent of each entry, an angle in radians.",
    ),
    Word(
        "tanh",
        Entrywise(core.tanh, weight=10),
        Latex(r"\tanh", of_arrays=True),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(of_tanh,),
        neighbours=("sigmoid",),
        numpy=np.tanh,
    ),
    Word(
        "relu",
        Entrywise(core.relu, weight=4),
        Latex(r"\operatorname{ReLU}", of_arrays=True),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(lambda x: np.heaviside(x, 0.0),),
        neighbours=("abs",),
        numpy=textbook.relu,
    ),
    Word(
        "sigmoid",
        Entrywise(core.sigmoid, weight=30),
        Latex(r"\sigma", unless=_GREEK_SIGMA, of_arrays=True),
        Explanation.APPLIED,
        within_sums=True,
        gradient=(of_sigmoid,),
        neighbours=("tanh",),
        numpy=textbook.sigmoid,
    ),
    Word(
        "gelu",
        Entrywise(core.gelu, weight=200),
        Latex(r"\operatorname{GELU}", of_arrays=True),
        Explanation.APPLIED,
        gradient=(of_gelu,),
        numpy=textbook.gelu,
    ),
    Word(
        "silu",
        Entrywise(core.silu, weight=30),
        Latex(r"\operatorname{SiLU}", of_arrays=True),
        Explanation.APPLIED,
        gradient=(of_silu,),
        numpy=textbook.silu,
    ),
    Word(
        "isnan",
        Entrywise(_to_number(np.isnan)),
        Latex(of_arrays=True),
        Explanation.APPLIED,
        sentence="Return 1 for each entry that is not a number, else 0.",
        no_gradient="it is 0 or 1",
        numpy=np.isnan,
    ),
    Word(
        "isinf",
        Entrywise(_to_number(np.isinf)),
        Latex(of_arrays=True),
        Explanation.APPLIED,
        sentence="Return 1 for each infinite entry, else 0.",
        no_gradient="it is 0 or 1",
        numpy=np.isinf,
    ),
    Word(
        "float16",
        Entrywise(_float16, weight=10),
        Latex(of_arrays=True),
        Explanation.APPLIED,
        sentence="Return each entry rounded to half precision, and stored so.",
        no_gradient="what it rounds to changes in jumps",
        numpy=np.float16,
    ),
    Word(
        "float32",
        Entrywise(_float32),
        Latex(of_arrays=True),
        Explanation.APPLIED,
        sentence="Return each entry rounded to single precision, and stored so.",
        no_gradient="what it rounds to changes in jumps",
        numpy=np.float32,
    ),
    Word(
        "maximum",
        Entrywise(np.maximum, 2, 2),
        Latex(r"\max"),
        Explanation.APPLIED,
        gradient=(where_larger, lambda a, b: where_larger(b, a)),
        neighbours=("minimum",),
        sentence="Return the larger of two quantities' entries.",
    ),
    Word(
        "minimum",
        Entrywise(np.minimum, 2, 2),
        Latex(r"\min"),
        Explanation.APPLIED,
        gradient=(where_smaller, lambda a, b: where_smaller(b, a)),
        neighbours=("maximum",),
        sentence="Return the smaller of two quantities' entries.",
    ),
    Word(
        "where",
        Entrywise(_choose, 3, 3, weight=4),
        Latex(notation=Layout.CASES),
        Explanation.BRANCH,
        gradient=(None, where_true, where_false),
        sentence="Return the second argument's entry where the first is not 0, else the third's.",
        numpy=np.where,
    ),
)
