"""Function calls in expressions: which arguments a word takes, and handing them over."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from zhixing.examples import reductions
from zhixing.examples.algebra import elementwise
from zhixing.examples.core_words import CORE, Core, Kind
from zhixing.examples.costs import Option
from zhixing.examples.errors import ExampleError
from zhixing.examples.matching import call
from zhixing.examples.model import Quantity
from zhixing.examples.quantity import scalar
from zhixing.examples.reductions import KEEPER_OPTIONS, KEEPERS, OF_NOTHING, REDUCTIONS
from zhixing.examples.scope import Scope
from zhixing.examples.signature import Record, Signature
from zhixing.examples.vocabulary import ELEMENTWISE, WORDS
from zhixing.problems import Code, did_you_mean

Evaluate = Callable[[ast.expr], Quantity]
WEIGHTS = {"softmax": 16, "normalize": 16, "entropy": 16, "argmax": 40, "argmin": 40, "var": 8, "std": 8}
"""The work of functions with `axis=` for an entry, where it is not 4."""


def call_function(node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    """Return what a call gives.

    Raises:
        ExampleError: no such function, wrong arguments, axes that do not fit, or too much work.
    """
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if scope.has(name):
        what = f"{name!r} is a quantity or an axis of this example, not a function"
        raise ExampleError(Code.EXAMPLE_NAME, what, "Index with [ ], multiply with *, or rename it", node)
    if name in ELEMENTWISE:
        word = ELEMENTWISE[name]
        _keywords(node, ())
        operands = _arguments(node, word.least, word.most, evaluate)
        return elementwise(word.function, operands, scope.axes, scope.budget, word.weight)
    if name in CORE:
        return _core(CORE[name], node, scope, evaluate)
    if name in REDUCTIONS or name in KEEPERS or name in ("argmax", "argmin"):
        return _with_axis(name, node, scope, evaluate)
    if name == "merge":
        return _merge(node, scope, evaluate)
    if name == "size":
        _keywords(node, ())
        return scalar(_arguments(node, 1, 1, evaluate)[0].values.size)
    mend = did_you_mean(name, WORDS) or "See the vocabulary in the documentation of the language"
    raise ExampleError(Code.EXAMPLE_NAME, f"There is no function {name!r}", mend, node)


def _arguments(node: ast.Call, least: int, most: int, evaluate: Evaluate) -> list[Quantity]:
    if not least <= len(node.args) <= most:
        name = ast.unparse(node.func)
        count = str(least) if least == most else f"{least} to {most}"
        given = f"{len(node.args)} {'is' if len(node.args) == 1 else 'are'} given"
        what = f"{name} takes {count} argument{'' if count == '1' else 's'}; {given}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, _SEVERAL.get(name, "Check the commas and brackets"), node)
    return [evaluate(argument) for argument in node.args]


def _keywords(node: ast.Call, known: Iterable[str]) -> dict[str, ast.expr]:
    known = list(known)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg in (other.arg for other in node.keywords[:place]):
            what = f"{ast.unparse(node.func)} is given {keyword.arg!r} twice"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Keep one of them", keyword)
        if keyword.arg not in known:
            mend = did_you_mean(str(keyword.arg), known) or (f"It takes {', '.join(known)}" if known else "Remove it")
            what = f"{ast.unparse(node.func)} takes no argument {keyword.arg!r}"
            raise ExampleError(Code.EXAMPLE_VALUE, what, mend, keyword)
    return {str(keyword.arg): keyword.value for keyword in node.keywords}


def axis_names(node: ast.expr, scope: Scope) -> list[str]:
    """Return the axes that `axis=键` or `axis=[行, 列]` names.

    Raises:
        ExampleError: it is no name of an axis.
    """
    nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    for item in nodes:
        name = item.id if isinstance(item, ast.Name) else ""
        if name not in scope.axes:
            mend = did_you_mean(name, scope.axes) or "Name an axis, not its number"
            raise ExampleError(Code.EXAMPLE_NAME, f"{ast.unparse(item)!r} is no axis", mend, item)
    return [item.id for item in nodes if isinstance(item, ast.Name)]


def _with_axis(name: str, node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    option = KEEPER_OPTIONS.get(name, "axis")
    keywords = _keywords(node, dict.fromkeys(("axis", option)))
    (operand,) = _arguments(node, 1, 1, evaluate)
    names = axis_names(keywords["axis"], scope) if "axis" in keywords else None
    at = reductions.places(operand, names, scope.axes)
    scope.budget.work(operand.values.size * WEIGHTS.get(name, 4))
    if name not in OF_NOTHING and (not operand.values.size or (not at and name not in REDUCTIONS)):
        what = f"{name} of {'nothing' if at else 'a single number'} says nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Give it a quantity with an axis", node)
    if name in ("argmax", "argmin"):
        return reductions.arg(np.argmax if name == "argmax" else np.argmin, operand, at, scope.axes)
    if name in REDUCTIONS:
        return reductions.reduce(REDUCTIONS[name], operand, at)
    at = at[-1:] if names is None else at
    options = {key: _option(Kind.NUMBER, key, value, evaluate) for key, value in keywords.items() if key != "axis"}
    return reductions.keep(lambda values, places: KEEPERS[name](values, places, **options), operand, at)


def _merge(node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity:
    _keywords(node, ())
    if len(node.args) != 2:
        raise ExampleError(Code.EXAMPLE_VALUE, "merge takes a quantity and a list of axes", "merge(x, [头, 维])", node)
    return reductions.merge(evaluate(node.args[0]), axis_names(node.args[1], scope), scope.axes)


def _core(word: Core, node: ast.Call, scope: Scope, evaluate: Evaluate) -> Quantity | Record:
    first = word.forms[0]
    most = max(len(form.arguments) for form in word.forms)
    keywords = _keywords(node, (*first.keywords, *word.needed, *word.options))
    needed = [name for name in word.needed if name not in keywords]
    if needed and len(node.args) >= first.least + len(needed):
        keywords |= dict(zip(needed, node.args[-len(needed) :], strict=True))
        node = ast.copy_location(ast.Call(node.func, node.args[: -len(needed)], node.keywords), node)
    elif needed:
        what = f"{ast.unparse(node.func)} needs {', '.join(needed)}"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Write {needed[0]}=2", node)
    arguments = _arguments(node, first.least, most, evaluate)
    form = _form(word, arguments)
    kinds = {**word.needed, **word.options}
    options = {name: _option(kinds[name], name, value, evaluate) for name, value in keywords.items() if name in kinds}
    arrays = {name: evaluate(value) for name, value in keywords.items() if name not in kinds}
    return call(
        word.function, form, arguments=arguments, keywords=arrays, options=options, costs=(word.peak, word.work),
        axes=scope.axes, budget=scope.budget,
    )  # fmt: skip


def _form(word: Core, arguments: list[Quantity]) -> Signature:
    """Return the signature whose arguments without leading dimensions have as many axes as those given."""

    def fits(form: Signature) -> bool:
        if not form.least <= len(arguments) <= len(form.arguments):
            return False
        pairs = zip(arguments, form.arguments, strict=False)
        return all(shape.leading or len(value.dimensions) == len(shape.letters) for value, shape in pairs)

    return next((form for form in word.forms if fits(form)), word.forms[0])


def _option(kind: Kind, name: str, node: ast.expr, evaluate: Evaluate) -> Option:
    """Read an option: a word in quotes or a single number.

    Raises:
        ExampleError: it is of another kind.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if kind in (Kind.WORD, Kind.WHOLE_OR_WORD):
            return node.value
    elif kind is not Kind.WORD:
        value = evaluate(node)
        if not value.dimensions and (number := _number(kind, float(value.values))) is not None:
            return number
    raise ExampleError(Code.EXAMPLE_VALUE, f"{name}= is {kind.value}", "Give it one", node)


def _number(kind: Kind, value: float) -> float | int | bool | None:
    if kind is Kind.NUMBER:
        return value
    if kind is Kind.FLAG:
        return bool(value) if value in (0, 1) else None
    return int(value) if np.isfinite(value) and value == round(value) and abs(value) < 2**31 else None


_SEVERAL: Mapping[str, str] = {
    "max": "For the larger of two, write maximum(a, b)",
    "min": "For the smaller of two, write minimum(a, b)",
}
