"""Function calls in expressions: which arguments a word takes, and handing them over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from zhixing.examples import reductions
from zhixing.examples.algebra import elementwise
from zhixing.examples.errors import ExampleError
from zhixing.examples.model import Array, Quantity
from zhixing.examples.reductions import KEEPERS, REDUCTIONS
from zhixing.examples.scope import Scope
from zhixing.examples.signature import Record, call
from zhixing.examples.vocabulary import CORE, ELEMENTWISE, WORDS, Core
from zhixing.problems import Code, did_you_mean

Evaluate = Callable[[ast.expr], Quantity]
REDUCTION_WORK = 4


def call_function(node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    """Return what a call gives.

    Raises:
        ExampleError: no such function, wrong arguments, axes that do not fit, or too much work.
    """
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in ELEMENTWISE:
        return _elementwise(name, node, scope, evaluate)
    if name in CORE:
        return _core(CORE[name], node, scope, evaluate)
    if name in _WITH_AXIS:
        return _with_axis(name, node, scope, evaluate)
    if name == "merge":
        return _merge(node, scope, evaluate)
    if name == "size":
        return Quantity(np.asarray(float(_arguments(node, 1, 1, evaluate)[0].values.size)))
    mend = did_you_mean(name, WORDS) or "See the vocabulary in the documentation of the language"
    raise ExampleError(Code.EXAMPLE_NAME, f"There is no function {name!r}", mend, node)


def _arguments(node: ast.Call, least: int, most: int, evaluate: Evaluate) -> list[Quantity]:
    if not least <= len(node.args) <= most:
        name = ast.unparse(node.func)
        count = str(least) if least == most else f"{least} to {most}"
        what = f"{name} takes {count} argument{'' if count == '1' else 's'}; {len(node.args)} are given"
        raise ExampleError(Code.EXAMPLE_VALUE, what, _SEVERAL.get(name, "Check the commas and brackets"), node)
    return [evaluate(argument) for argument in node.args]


def _keywords(node: ast.Call, known: Iterable[str]) -> dict[str, ast.expr]:
    known = list(known)
    for keyword in node.keywords:
        if keyword.arg not in known:
            mend = did_you_mean(str(keyword.arg), known) or (f"It takes {', '.join(known)}" if known else "Remove it")
            what = f"{ast.unparse(node.func)} takes no argument {keyword.arg!r}"
            raise ExampleError(Code.EXAMPLE_VALUE, what, mend, keyword.value)
    return {str(keyword.arg): keyword.value for keyword in node.keywords}


def axis_names(node: ast.expr, scope: Scope) -> list[str]:
    """Return the axes that `axis=键` or `axis=[行, 列]` names.

    Raises:
        ExampleError: it is no name of an axis.
    """
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    names = [item.id if isinstance(item, ast.Name) else ast.unparse(item) for item in nodes]
    for name in names:
        if name not in scope.axes:
            mend = did_you_mean(name, scope.axes) or "Name an axis, not its number"
            raise ExampleError(Code.EXAMPLE_NAME, f"{name!r} is no axis", mend, node)
    return names


def _elementwise(name: str, node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    word = ELEMENTWISE[name]
    _keywords(node, ())
    operands = _arguments(node, word.least, word.most, evaluate)
    return elementwise(word.function, operands, scope.axes, scope.budget, word.weight)


def _with_axis(name: str, node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    keywords = _keywords(node, ("axis", "eps") if name == "normalize" else ("axis",))
    (operand,) = _arguments(node, 1, 1, evaluate)
    names = axis_names(keywords["axis"], scope) if "axis" in keywords else None
    at = reductions.places(operand, names, scope.axes)
    if names is None and name in _LAST_BY_DEFAULT:
        at = at[-1:]
    scope.budget.work(operand.values.size * REDUCTION_WORK)
    if name in ("argmax", "argmin"):
        return reductions.arg(np.argmax if name == "argmax" else np.argmin, operand, at, scope.axes)
    if name in REDUCTIONS:
        return reductions.reduce(REDUCTIONS[name], operand, at)
    eps = evaluate(keywords["eps"]) if "eps" in keywords else Quantity(np.zeros(()))
    function = partial(_normalized, eps=float(eps.values)) if name == "normalize" else KEEPERS[name]
    return reductions.keep(function, operand, at) if at else _needs_axis(name)


def _needs_axis(name: str) -> Quantity:
    raise ExampleError(Code.EXAMPLE_AXES, f"{name} of a single number says nothing", "Give it a quantity with an axis")


def _normalized(values: Array, at: tuple[int, ...], eps: float) -> Array:
    """Subtract the mean and divide by √(variance + eps) along an axis, as layer normalisation does."""
    centred = values - np.mean(values, axis=at, keepdims=True)
    return np.asarray(centred / np.sqrt(np.mean(np.square(centred), axis=at, keepdims=True) + eps))


def _merge(node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    _keywords(node, ())
    if len(node.args) != 2:
        raise ExampleError(Code.EXAMPLE_VALUE, "merge takes a quantity and a list of axes", "merge(x, [头, 维])", node)
    return reductions.merge(evaluate(node.args[0]), axis_names(node.args[1], scope), scope.axes)


def _core(word: Core, node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    keywords = _keywords(node, word.form.keywords)
    arguments = _arguments(node, len(word.form.arguments), len(word.form.arguments), evaluate)
    values = {name: evaluate(value) for name, value in keywords.items()}
    return call(word.function, word.form, arguments=arguments, keywords=values, axes=scope.axes, budget=scope.budget)


_WITH_AXIS = frozenset({*REDUCTIONS, *KEEPERS, "argmax", "argmin", "normalize"})
_LAST_BY_DEFAULT = frozenset({*KEEPERS, "normalize"})
_SEVERAL = {"max": "For the larger of two, write maximum(a, b)", "min": "For the smaller of two, write minimum(a, b)"}
