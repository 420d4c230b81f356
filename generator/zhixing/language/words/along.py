"""Words that work along the axes of one quantity: those that use them up, those that keep them, and words of form."""

from __future__ import annotations

import numpy as np

import zhixing.language.words.plain as textbook
from zhixing import core
from zhixing.language.model import Array
from zhixing.language.words.derivatives import (
    back_cumprod,
    back_cumsum,
    back_entropy,
    back_log_softmax,
    back_max,
    back_mean,
    back_min,
    back_norm,
    back_normalize,
    back_prod,
    back_softmax,
    back_sort,
    back_std,
    back_sum,
    back_var,
)
from zhixing.language.words.word import (
    Accepts,
    AlongAxis,
    Best,
    BigOperator,
    Explanation,
    Fences,
    Gradient,
    Latex,
    Layout,
    Merge,
    Ordering,
    Reduction,
    Size,
    Word,
)

At = tuple[int, ...]


def _norm(values: Array, axis: At) -> Array:
    return np.asarray(np.sqrt(np.sum(np.square(values), axis=axis)))


def _entropy(values: Array, axis: At) -> Array:
    # A single number is all of its distribution; the core wants an axis.
    return np.asarray(core.entropy(values, axis=axis) if axis else core.entropy(values[None], axis=0))


def _all(values: Array, axis: At) -> Array:
    return np.asarray(np.all(values, axis=axis), np.float64)


def _any(values: Array, axis: At) -> Array:
    return np.asarray(np.any(values, axis=axis), np.float64)


def _normalize(values: Array, axis: tuple[int, ...], eps: float = 0.0) -> Array:
    return core.layer_norm(values, axis=axis, eps=eps)


def _cumsum(values: Array, axis: At) -> Array:
    return np.asarray(np.cumsum(values, axis=axis[0]))


def _cumprod(values: Array, axis: At) -> Array:
    return np.asarray(np.cumprod(values, axis=axis[0]))


def _top(values: Array) -> Array:
    """Return the positions of all entries along the last axis, the largest first."""
    return np.argsort(-values, axis=-1, kind="stable")


REDUCTIONS = (
    Word(
        "sum",
        Reduction(np.sum, of_nothing=True),
        Latex(notation=BigOperator(r"\sum")),
        Explanation.SUM,
        gradient=back_sum,
        neighbours=("mean",),
        sentence="Return the sum of the entries along the axes.",
    ),
    Word(
        "mean",
        Reduction(np.mean),
        Latex(),
        Explanation.MEAN,
        gradient=back_mean,
        neighbours=("sum",),
        sentence="Return the mean of the entries along the axes.",
    ),
    Word(
        "var",
        Reduction(np.var, weight=8),
        Latex(r"\operatorname{Var}"),
        Explanation.VARIANCE,
        gradient=back_var,
        neighbours=("std",),
        sentence="Return the mean square distance of the entries along the axes from their mean.",
    ),
    Word(
        "std",
        Reduction(np.std, weight=8),
        Latex(),
        Explanation.DEVIATION,
        gradient=back_std,
        neighbours=("var",),
        sentence="Return the square root of the variance along the axes.",
    ),
    Word(
        "prod",
        Reduction(np.prod, of_nothing=True),
        Latex(notation=BigOperator(r"\prod")),
        Explanation.PRODUCT,
        gradient=back_prod,
        sentence="Return the product of the entries along the axes.",
    ),
    Word(
        "max",
        Reduction(np.max),
        Latex(r"\max"),
        Explanation.LIST,
        gradient=back_max,
        neighbours=("min",),
        hint="For the larger of two, write maximum(a, b)",
        sentence="Return the largest entry along the axes.",
    ),
    Word(
        "min",
        Reduction(np.min),
        Latex(r"\min"),
        Explanation.LIST,
        gradient=back_min,
        neighbours=("max",),
        hint="For the smaller of two, write minimum(a, b)",
        sentence="Return the smallest entry along the axes.",
    ),
    Word(
        "all",
        Reduction(_all, of_nothing=True),
        Latex(statement=True),
        None,
        neighbours=("any",),
        sentence="Return 1 where no entry along the axes is 0, else 0.",
        no_gradient="it is 0 or 1",
        numpy=np.all,
    ),
    Word(
        "any",
        Reduction(_any, of_nothing=True),
        Latex(statement=True),
        None,
        neighbours=("all",),
        sentence="Return 1 where an entry along the axes is not 0, else 0.",
        no_gradient="it is 0 or 1",
        numpy=np.any,
    ),
    Word(
        "norm",
        Reduction(_norm, of_nothing=True),
        Latex(notation=Fences(r"\left\lVert ", r" \right\rVert")),
        Explanation.NORM,
        gradient=back_norm,
        sentence="Return the root of the sum of the squares along the axes.",
        numpy=textbook.norm,
    ),
    Word(
        "entropy",
        Reduction(_entropy, weight=16, of_nothing=True),
        Latex(),
        Explanation.ENTROPY,
        gradient=back_entropy,
        sentence="Return the entropy of the probabilities along the axes, in nats.",
        numpy=textbook.entropy,
    ),
    Word(
        "argmax",
        Best(np.argmax),
        Latex(r"\operatorname{arg\,max}", chooses=True),
        Explanation.LIST,
        neighbours=("argmin",),
        sentence="Return the position of the largest entry along the axes; a tie is an error.",
        no_gradient="positions change in jumps",
    ),
    Word(
        "argmin",
        Best(np.argmin),
        Latex(r"\operatorname{arg\,min}", chooses=True),
        Explanation.LIST,
        neighbours=("argmax",),
        sentence="Return the position of the smallest entry along the axes; a tie is an error.",
        no_gradient="positions change in jumps",
    ),
)

ALONG_AXIS = (
    Word(
        "softmax",
        AlongAxis(core.softmax, options={"temperature": Accepts.NUMBER}),
        Latex(),
        Explanation.SHARE,
        scores={"": ""},
        gradient=back_softmax,
        neighbours=("normalize",),
        numpy=textbook.softmax,
    ),
    Word(
        "log_softmax",
        AlongAxis(core.log_softmax, weight=20),
        Latex(r"\operatorname{log\,softmax}"),
        gradient=back_log_softmax,
        numpy=textbook.log_softmax,
    ),
    Word(
        "normalize",
        AlongAxis(_normalize, options={"eps": Accepts.NUMBER}),
        Latex(),
        Explanation.STANDARD_SCORE,
        gradient=back_normalize,
        neighbours=("softmax",),
        sentence="Return the entries with mean 0 and variance 1 along the axis (or axes): `layer_norm` with eps = 0.",
        numpy=textbook.normalize,
    ),
    Word(
        "cumsum",
        AlongAxis(_cumsum, weight=4, single=True),
        explanation=Explanation.RUNNING_SUM,
        gradient=back_cumsum,
        neighbours=("cumprod",),
        sentence="Return for each position along the axis the sum of the entries up to it, its own included.",
        numpy=np.cumsum,
    ),
    Word(
        "cumprod",
        AlongAxis(_cumprod, weight=4, single=True),
        explanation=Explanation.RUNNING_PRODUCT,
        gradient=back_cumprod,
        neighbours=("cumsum",),
        sentence="Return for each position along the axis the product of the entries up to it, its own included.",
        numpy=np.cumprod,
    ),
)

ORDERINGS = (
    Word(
        "sort",
        Ordering(np.sort),
        gradient=back_sort,
        sentence="Return the entries from the smallest to the largest along the axis, which loses its labels.",
    ),
    Word(
        "top_k",
        Ordering(_top, positions=True),
        sentence="Return the positions of the k largest entries along the axis, the largest first; a tie is an error.",
        no_gradient="positions change in jumps",
        numpy=textbook.top_k,
    ),
)

FORM = (
    Word(
        "grad",
        Gradient(),
        Latex(notation=Layout.DERIVATIVE),
        sentence="Return how a single number changes with each entry of a quantity: `g[a, b]: grad(loss, W)`.",
        no_gradient="a gradient is not differentiated again",
    ),
    Word(
        "size",
        Size(),
        explanation=Explanation.COUNT,
        sentence="Return how many entries there are.",
        no_gradient="a number of entries does not change",
        numpy=np.size,
    ),
    Word(
        "merge",
        Merge(),
        Latex(notation=Layout.MERGE),
        sentence="Join axes into one, the first named varying slowest, at the place of the last.",
    ),
)
