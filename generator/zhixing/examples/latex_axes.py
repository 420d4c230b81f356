"""The axes of an expression, worked out from what is declared, without running it.

The printer needs them to tell a matrix product from a dot product, an elementwise product from a scaled array, and
where broadcasting happens. Where they cannot be known the answer is None, and the formula is printed without indices.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhixing.examples.model import Axis, Example, Step
from zhixing.examples.reductions import KEEPERS, REDUCTIONS
from zhixing.examples.vocabulary import CONSTANTS, ELEMENTWISE

Axes = tuple[str, ...]
REDUCING = frozenset({*REDUCTIONS, "argmax", "argmin"})
KEEPING = frozenset({*KEEPERS, "normalize"})


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known before a run: the axes of every name. `loop` is the axis of an `each`, `looped` its own steps."""

    axes: Mapping[str, Axis] = field(default_factory=dict)
    names: Mapping[str, Axes] = field(default_factory=dict)
    loop: str = ""
    looped: frozenset[str] = frozenset()


def declared(example: Example, step: Step | None = None) -> Declared:
    """Return what a step's expression may rest on, or (without a step) what stands after the last one."""
    names: dict[str, Axes] = {given.name.name: given.name.axes for given in example.given}
    loop = step.each if step else ""
    for other in example.steps:
        called = isinstance(other.expression.tree, ast.Call) and ast.unparse(other.expression.tree.func) == "attention"
        if not called:
            stacked = (other.each,) if other.each and other.each != loop else ()
            names[other.name.name] = (*stacked, *other.name.axes)
    looped = frozenset(other.name.name for other in example.steps if loop and other.each == loop)
    return Declared(example.axes, names, loop, looped)


def axis_names(node: ast.Call) -> Axes | None:
    """Return the axes that `axis=` names in a call, None where it is left out."""
    for keyword in node.keywords:
        if keyword.arg == "axis":
            listed = isinstance(keyword.value, ast.List | ast.Tuple)
            nodes = keyword.value.elts if listed else [keyword.value]  # type: ignore[attr-defined]  # has elts if listed
            return tuple(ast.unparse(item) for item in nodes)
    return None


def function_name(node: ast.expr) -> str:
    """Return the name of the function that a node calls, "" for any other node."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def operands(node: ast.expr) -> list[ast.expr] | None:
    """Return what an elementwise operation combines, entry by entry; None for any other node."""
    if isinstance(node, ast.BinOp):
        return None if isinstance(node.op, ast.MatMult) else [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    return node.args if isinstance(node, ast.Call) and function_name(node) in ELEMENTWISE else None


def indices(node: ast.Subscript) -> list[ast.expr]:
    """Return the items between the brackets of `x[…]`."""
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def looks_back(node: ast.expr, known: Declared) -> bool:
    """Tell whether a node is `h[t - 1]`, this loop's own step at another position."""
    own = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in known.looped
    return own and any(isinstance(n, ast.Name) and n.id == known.loop for n in ast.walk(indices(node)[0]))  # type: ignore[arg-type]  # a Subscript, by `own`


def axes_of(node: ast.expr, known: Declared) -> Axes | None:
    """Return the axes of an expression in order, or None where they cannot be known."""
    if (parts := operands(node)) is not None:
        return _union((axes_of(part, known) for part in parts), known)
    method = _KINDS.get(type(node))
    return method(node, known) if method else None


def _of_matmul(node: ast.BinOp, known: Declared) -> Axes | None:
    left, right = axes_of(node.left, known), axes_of(node.right, known)
    if not left or not right:
        return None
    batch = left[:-2] or right[:-2]
    if left[:-2] and right[:-2] and left[:-2] != right[:-2]:
        return None
    return (*batch, *left[-2:-1], *(right[-1:] if len(right) > 1 else ()))


def _of_transpose(node: ast.Attribute, known: Declared) -> Axes | None:
    inner = axes_of(node.value, known) if node.attr == "T" else None
    return inner if inner is None or len(inner) < 2 else (*inner[:-2], inner[-1], inner[-2])


def _of_name(node: ast.Name, known: Declared) -> Axes | None:
    name = node.id
    if name in known.names:
        return known.names[name]
    if name in known.axes:
        return () if name == known.loop else (name,)
    return () if name in CONSTANTS else None


def _union(parts: Iterable[Axes | None], known: Declared) -> Axes | None:
    found = list(parts)
    if None in found:
        return None
    names = {name for part in found for name in part or ()}
    whole = next((part for part in found if part is not None and set(part) == names), None)
    order = {name: place for place, name in enumerate(known.axes)}
    return whole if whole is not None else tuple(sorted(names, key=lambda name: order.get(name, len(order))))


def _of_subscript(node: ast.Subscript, known: Declared) -> Axes | None:
    base = axes_of(node.value, known)
    items = indices(node)[1:] if looks_back(node, known) else indices(node)
    if base is None or len(items) > len(base):
        return None
    kept: list[str] = []
    for axis, item in zip(base, items, strict=False):
        inside = (axis,) if isinstance(item, ast.Slice) else _of_item(item, axis, known)
        if inside is None:
            return None
        kept += [name for name in inside if name not in kept]
    return (*kept, *base[len(items) :])


def _of_item(item: ast.expr, axis: str, known: Declared) -> Axes | None:
    if isinstance(item, ast.Name) and item.id == known.loop == axis:
        return ()
    return axes_of(item, known)


def _of_call(node: ast.Call, known: Declared) -> Axes | None:
    name, over = function_name(node), axis_names(node)
    if name == "size" or (name in REDUCING and over is None):
        return ()
    if name not in REDUCING | KEEPING or not node.args:
        return None
    inner = axes_of(node.args[0], known)
    if inner is None or name in KEEPING:
        return inner
    used = {found for axis in over or () if (found := _own(axis, inner, known))}
    return tuple(axis for axis in inner if axis not in used) if len(used) == len(over or ()) else None


def _own(name: str, own: Axes, known: Declared) -> str:
    """Return which of a quantity's axes a name means: itself, else the one that shares its labels."""
    if name in own:
        return name
    roots = {axis: known.axes[axis].root or axis for axis in (*own, name) if axis in known.axes}
    return next((axis for axis in own if roots.get(axis) == roots.get(name)), "")


def _is_bias(node: ast.expr, axes: list[Axes]) -> bool:
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.BinOp)
    return product and isinstance(node.left.op, ast.MatMult) and axes[0][-1:] == axes[-1]  # type: ignore[attr-defined]  # `product`


def broadcasts(node: ast.expr, known: Declared) -> bool:
    """Tell whether an expression, printed without indices, would hide which axes are matched: an operand of an
    elementwise operation lacks an axis that another has, a sum runs along an axis, or an axis is used as a number.

    A bias added to every row of a product hides nothing: everybody writes X W + b.
    """
    if isinstance(node, ast.Name):
        return node.id in known.axes and node.id not in known.names and node.id != known.loop
    if (parts := operands(node)) is not None:
        axes = [found for part in parts if (found := axes_of(part, known))]
        mixed = any(set(a) != set(axes[0]) for a in axes[1:]) and not _is_bias(node, axes)
        return mixed or any(broadcasts(part, known) for part in parts)
    if isinstance(node, ast.Call) and function_name(node) in REDUCING | KEEPING and node.args:
        summed = function_name(node) in ("sum", "prod") and axis_names(node) is not None
        reduced_fully = axis_names(node) is None and function_name(node) in REDUCING
        known_axes = axes_of(node.args[0], known) is not None
        return (summed and known_axes) or (not reduced_fully and broadcasts(node.args[0], known))
    return False


_KINDS: dict[type[ast.expr], Callable[[Any, Declared], Axes | None]] = {
    ast.Constant: lambda _node, _known: (),
    ast.Name: _of_name,
    ast.BinOp: _of_matmul,
    ast.Attribute: _of_transpose,
    ast.Subscript: _of_subscript,
    ast.Call: _of_call,
}
