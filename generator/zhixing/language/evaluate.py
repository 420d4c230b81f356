"""Evaluating an expression: a walk over its tree, with one function for each kind of node.

Every number is a float64, unless an expression asks for less with float16(...) or float32(...). Comparisons give 0
and 1. Nothing outside the vocabulary can be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from zhixing.core import CoreError
from zhixing.language.arrays import Item, close, describe, elementwise, index, matmul, position_of, root, transpose
from zhixing.language.calls import call_function
from zhixing.language.errors import ExampleError
from zhixing.language.model import Array, Axes, Axis, Dimension, Form, Quantity, Record, RecordForm, form_of, scalar
from zhixing.language.nodes import (
    Arithmetic,
    Binary,
    Boolean,
    Call,
    Compare,
    Comparison,
    Connective,
    Field,
    Index,
    Keyword,
    Label,
    ListLiteral,
    Name,
    NewAxis,
    Node,
    Number,
    Slice,
    Transpose,
    TupleLiteral,
    Unary,
    is_condition,
    mentions,
    quantity_name,
    text_of,
)
from zhixing.language.noise import refuse_accident, remove_noise
from zhixing.language.scope import Loop, Scope
from zhixing.language.undefined import find_empty_rows
from zhixing.language.words import CONSTANTS
from zhixing.problems import Code, did_you_mean

# Operators of expressions: arithmetic, comparisons, and comparisons within a tolerance for statements.


def _not_by_accident(divide: Callable[..., Array]) -> Callable[..., Array]:
    """Return a division that refuses quotients of which rounding decides the result."""

    def compute(a: Array, b: Array) -> Array:
        refuse_accident(a, b)
        return divide(a, b)

    return compute


_ARITHMETIC: dict[Arithmetic, tuple[Callable[..., Array], int]] = {
    "+": (np.add, 4),
    "-": (np.subtract, 4),
    "*": (np.multiply, 4),
    "/": (np.divide, 4),
    "//": (_not_by_accident(np.floor_divide), 60),
    "%": (_not_by_accident(np.mod), 60),
    "**": (np.power, 40),
}
"""Each operator with its work for an entry."""
_CANCELLING: frozenset[Arithmetic] = frozenset({"+", "-", "@", "%"})
"""Operators whose result may be nothing but the rounding of its operands; a product or a power never is."""
_COMPARE: dict[Comparison, Callable[..., Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_NEAR: dict[Comparison, Callable[..., Array]] = {"==": close, "!=": lambda a, b: ~close(a, b)}


def _as_floats(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: np.asarray(function(*arrays), np.float64)


def combine(operator: Arithmetic, a: Quantity, b: Quantity, scope: Scope) -> Quantity:
    """Return what an arithmetic operator gives."""
    if operator == "@":
        return matmul(a, b, scope.axes, scope.budget)
    function, weight = _ARITHMETIC[operator]
    return elementwise(function, (a, b), scope.axes, scope.budget, weight)


def negate(operand: Quantity, scope: Scope) -> Quantity:
    """Return an operand with the other sign."""
    return elementwise(np.negative, (operand,), scope.axes, scope.budget)


def deny(operand: Quantity, scope: Scope) -> Quantity:
    """Return 1 where an operand is 0, else 0."""
    return elementwise(_as_floats(np.logical_not), (operand,), scope.axes, scope.budget)


def connect(operator: Connective, a: Quantity, b: Quantity, scope: Scope) -> Quantity:
    """Return 1 where both operands (`and`), or one of them (`or`), are other than 0."""
    function = np.logical_and if operator == "and" else np.logical_or
    return elementwise(_as_floats(function), (a, b), scope.axes, scope.budget)


def compare(
    operator: Comparison, a: Quantity | Label, b: Quantity | Label, scope: Scope, *, statement: bool
) -> Quantity:
    """Return 1 where a comparison is true, else 0.

    In a statement, `==` and `!=` compare within a tolerance and need equal axes, and neither side may be empty.

    Raises:
        ExampleError: a label is compared with something without labels, or a statement compares no entry.
    """
    a, b = _find_label(a, b, scope), _find_label(b, a, scope)
    equality = operator in ("==", "!=")
    if statement and equality:
        _require_same_axes(a, b)
    function = _NEAR[operator] if statement and equality else _COMPARE[operator]
    result = elementwise(_as_floats(function), (a, b), scope.axes, scope.budget, 30 if statement and equality else 2)
    if statement and not result.values.size:
        what = "Nothing is compared here: a slice has left no entry"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Let the slice keep what the statement is about")
    return result


def _find_label(side: Quantity | Label, other: Quantity | Label, scope: Scope) -> Quantity:
    """Return a label as the position it stands at on the axis of what it is compared with."""
    if isinstance(side, Quantity):
        return side
    if isinstance(other, Quantity) and len(other.on) == 1:
        return scalar(position_of(side.text, scope.axes[other.on[0].axis]))
    what = f"{side.text!r} is compared with something that has no labels"
    raise ExampleError(Code.EXAMPLE_VALUE, what, "Compare a label with an axis or with argmax(...)")


def _require_same_axes(a: Quantity, b: Quantity) -> None:
    literal = not all(a.axes) or not all(b.axes)
    if not a.dimensions or not b.dimensions or (literal and a.values.shape == b.values.shape):
        return
    if sorted(a.axes) != sorted(b.axes):
        what = f"{describe(a)} is compared with {describe(b)}; over different axes `==` would say nothing"
        raise ExampleError(Code.EXAMPLE_AXES, what, "Name the step with the other's axes, or index one side")


# Indices inside `each AXIS:`: `h[t - 1]` looks back at a step of the loop, other indices must not wrap around.

Evaluate = Callable[[Node], Quantity]


def look_back(base: Node, item: Node, scope: Scope, evaluate: Evaluate) -> Quantity | None:
    """Return `h[t - 1]` inside `each t:`: the value of this loop's own step at an earlier position; else None.

    Raises:
        ExampleError: the index is no `t`, `t - 1` or the like, or there is no such value.
        NotComputedError: the step failed.
    """
    loop = scope.loop
    name = quantity_name(base)
    if not loop or name.partition(".")[0] not in loop.steps or not mentions(item, loop.axis.name):
        return None
    scope.require(name.partition(".")[0])
    shift = _shift(item, loop, evaluate)
    if shift is None:
        what = f"A step is looked back at as {name}[{loop.axis.name} - 1]"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Index with the loop's axis, less a whole number", item)
    return loop.past(name, loop.position + shift)


FARTHEST = 2**31
"""A distance at which no step can be."""


def _shift(node: Node, loop: Loop, evaluate: Evaluate) -> int | None:
    """Return how far `t`, `t - 1` or `t + k` is from this position; None for any other expression."""
    match node:
        case Name():
            return 0
        case Binary("+" | "-", Name(), right) if not mentions(right, loop.axis.name):
            distance = evaluate(right)
            value = float(distance.values) if not distance.dimensions else 0.5
            if value != round(value) or abs(value) >= FARTHEST:
                return None
            return int(value) if node.operator == "+" else -int(value)
    return None


def refuse_wrapping(node: Node, value: float, loop: Loop | None) -> None:
    """Refuse an index or a bound that becomes negative in a loop: it would count from the end.

    Raises:
        ExampleError: it does.
    """
    if loop and value < 0 and mentions(node, loop.axis.name):
        what = f"{text_of(node)} is {value:g} at {loop.axis.name} = {loop.position}, before the first position"
        raise ExampleError(Code.EXAMPLE_VALUE, what, f"Keep it inside: maximum({text_of(node)}, 0)", node)


Value = Quantity | Record | Label


class Evaluator:
    """Evaluates expressions in a scope. In a statement (`holds:`), `==` has a tolerance and needs equal axes.

    `axes` records the axes of every node evaluated; a node inside a loop has the same at each position. `forms`, where
    it is given, records the form of every node, and `values` its value.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        statement: bool = False,
        axes: dict[Node, Axes] | None = None,
        values: dict[Node, Value] | None = None,
        forms: dict[Node, Form | RecordForm] | None = None,
    ) -> None:
        self.scope = scope
        self.values = values
        self.forms = forms
        self.statement = statement
        self.axes: dict[Node, Axes] = {} if axes is None else axes

    def quantity(self, node: Node) -> Quantity:
        """Return the value of an expression.

        Raises:
            ExampleError: it cannot be computed; the error names the place at fault.
            NotComputedError: it needs a step that failed.
        """
        value = self.value(node)
        return value if isinstance(value, Quantity) else self._refuse_number(value, node)

    def value(self, node: Node) -> Quantity | Record:
        """Return the value of a step, which may have several results."""
        self.scope.budget.live = 0
        with np.errstate(all="ignore"):
            value = self._evaluate(node)
        return self._refuse_number(value, node) if isinstance(value, Label) else value

    def _evaluate_quantity(self, node: Node) -> Quantity:
        value = self._evaluate(node)
        return value if isinstance(value, Quantity) else self._refuse_number(value, node)

    def _refuse_number(self, value: Record | Label, node: Node) -> Quantity:
        if isinstance(value, Record):
            what, fix = "A record of several results stands here", f"Take one: {', '.join(value.fields)}"
        else:
            what, fix = f"{value.text!r} is text, and stands where a number is needed", "Use a label only as an index"
        raise ExampleError(Code.EXAMPLE_VALUE, what, fix, node)

    def _evaluate(self, node: Node) -> Value:
        budget = self.scope.budget
        live = budget.live
        try:
            budget.node()
            value = self._compute(node)
            budget.live = live  # the operands are done with
            budget.keep(_count_new_numbers(value, node))
        except ExampleError as error:
            raise error.at_span(node.span) from None
        except CoreError as error:
            fix = "See what it takes in the reference of the core"
            raise ExampleError(Code.EXAMPLE_RUN, f"The core says: {error}", fix, node) from None
        except MemoryError:
            what = "There is not enough memory for this"
            raise ExampleError(Code.EXAMPLE_COST, what, "Use smaller axes", node) from None
        except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise ExampleError(Code.EXAMPLE_RUN, f"NumPy says: {error}", "Check the shapes", node) from None
        if isinstance(value, Quantity) and node not in self.axes:
            self.axes[node] = value.axes
        self._record_form(node, value)
        if self.values is not None:
            budget.store(2 * _count_new_numbers(value, node))  # it is kept, and has an adjoint
            self.values[node] = value
        return value

    def _record_form(self, node: Node, value: Value) -> None:
        """Record the form of a node that was not evaluated before."""
        if self.forms is not None and node not in self.forms and not isinstance(value, Label):
            self.forms[node] = form_of(value)

    def _compute(self, node: Node) -> Value:  # noqa: C901, PLR0911, PLR0912 - a case for each kind of node
        match node:
            case Name():
                return self._look_up(node)
            case Number():
                return scalar(node.number)
            case Label():
                return node
            case Binary():
                return self._combine(node)
            case Call():
                return self._call(node)
            case Index():
                return self._pick(node)
            case Field():
                return self._take_field(node)
            case Transpose():
                return self._transpose(node)
            case Unary():
                return self._apply_sign(node)
            case Compare():
                return self._compare(node)
            case Boolean():
                return self._connect(node)
            case ListLiteral():
                return self._stack_items(node)
            case NewAxis() | TupleLiteral() | Slice() | Keyword():
                raise _no_value(node)

    def _combine(self, node: Binary) -> Value:
        left, right = self._evaluate_quantity(node.left), self._evaluate_quantity(node.right)
        value = combine(node.operator, left, right, self.scope)
        if node.operator not in _CANCELLING:
            return value
        return remove_noise(value, (left, right), lambda new: combine(node.operator, new[0], new[1], self._trial()))

    def _call(self, node: Call) -> Value:
        operands: dict[Node, Quantity] = {}

        def evaluate(argument: Node) -> Quantity:
            operands[argument] = self._evaluate_quantity(argument)
            return operands[argument]

        def call_again(changed: Sequence[Quantity]) -> Value:
            values = dict(zip(operands, changed, strict=True))
            return call_function(node, self._trial(), values.__getitem__)

        value = call_function(node, self.scope, evaluate)
        if node not in self.scope.masked and (rows := find_empty_rows(node, value)):
            self.scope.masked[node] = rows
        return remove_noise(value, tuple(operands.values()), call_again)

    def _trial(self) -> Scope:
        """Return the scope for a trial, which costs the run nothing: whether it is needed depends on the machine."""
        return replace(self.scope, budget=replace(self.scope.budget))

    def _look_up(self, node: Name) -> Value:
        found = self.scope.look_up(node.name)
        if isinstance(found, Axis):
            return self._read_axis(found)
        if found is not None:
            return found
        if node.name in CONSTANTS:
            return scalar(CONSTANTS[node.name])
        raise self.scope.unknown(node.name)

    def _read_axis(self, axis: Axis) -> Quantity:
        """Return an axis used as a value: a number inside its own loop, else its positions or numeric labels."""
        loop = self.scope.loop
        on = (Dimension(axis.name),) if axis.labels and not axis.numbers else ()
        if loop and loop.axis.name == axis.name:
            return Quantity(np.asarray(axis.value(loop.position)), on=on)
        self.scope.budget.work(axis.size)
        return Quantity(axis.values, (Dimension(axis.name),), on)

    def _apply_sign(self, node: Unary) -> Quantity:
        operand = self._evaluate_quantity(node.operand)
        if node.operator == "not":
            return deny(operand, self.scope)
        return negate(operand, self.scope) if node.operator == "-" else operand

    def _connect(self, node: Boolean) -> Quantity:
        result = self._evaluate_quantity(node.operands[0])
        for operand in node.operands[1:]:
            result = connect(node.operator, result, self._evaluate_quantity(operand), self.scope)
        return result

    def _compare(self, node: Compare) -> Quantity:
        sides = [self._evaluate_side(side) for side in node.sides]
        pairs = zip(node.operators, sides, sides[1:], strict=False)
        first, *others = (compare(op, a, b, self.scope, statement=self.statement) for op, a, b in pairs)
        for other in others:
            first = connect("and", first, other, self.scope)
        return first

    def _evaluate_side(self, node: Node) -> Quantity | Label:
        value = self._evaluate(node)
        return self._refuse_number(value, node) if isinstance(value, Record) else value

    def _stack_items(self, node: ListLiteral) -> Quantity:
        items = [self._evaluate_quantity(item) for item in node.items]
        shapes = {item.values.shape for item in items}
        if len(shapes) != 1 or any(any(item.axes) for item in items):
            what = "A list needs one or more numbers, or lists of one length"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write quantities with axes under `given:`")
        stacked = np.stack([item.values for item in items])
        return Quantity(stacked, tuple(Dimension("") for _ in stacked.shape))

    def _take_field(self, node: Field) -> Quantity:
        value = self._evaluate(node.record)
        if isinstance(value, Record) and node.name in value.fields:
            return value.fields[node.name]
        raise _no_field(node.name, value)

    def _transpose(self, node: Transpose) -> Quantity:
        value = self._evaluate(node.operand)
        if isinstance(value, Quantity):
            return transpose(value)
        raise _no_field("T", value)

    def _pick(self, node: Index) -> Quantity:
        past = look_back(node.base, node.items[0], self.scope, self._evaluate_quantity) if node.items else None
        base = self._evaluate_quantity(node.base) if past is None else past
        self.axes.setdefault(node.base, base.axes)
        self._record_form(node.base, base)
        if self.values is not None:
            self.values[node.base] = base
        return self.pick(base, node.items if past is None else node.items[1:])

    def pick(self, base: Quantity, items: Sequence[Node]) -> Quantity:
        """Return the entries of a quantity that indices name.

        Raises:
            ExampleError: an index does not fit.
        """
        indices = [
            self._read_item(item, base, sum(not isinstance(x, NewAxis) for x in items[:place]))
            for place, item in enumerate(items)
        ]
        return index(base, indices, self.scope.axes, self.scope.budget, items) if indices else base

    def _read_item(self, node: Node, base: Quantity, place: int) -> Item:
        if isinstance(node, NewAxis):
            return None
        if is_condition(node):
            what = "A condition is 0 or 1 and picks nothing"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write where(condition, a, b)", node)
        if isinstance(node, Slice):
            return self._read_slice(node)
        positions = self._read_own_positions(node, base.axes[place] if place < len(base.axes) else "")
        if positions is not None:
            return positions
        value = self._evaluate_side(node)
        if isinstance(value, Quantity) and not value.dimensions:
            refuse_wrapping(node, float(value.values), self.scope.loop)
        return value

    def _read_own_positions(self, node: Node, along: str) -> Quantity | None:
        """Return the positions of an axis that indexes itself or its second name, whatever its labels are; else None.

        With `s: t` and `t: 1..5`, `x[t]` has for each t what `x[s]` has at the same label.
        """
        axis = self.scope.look_up(node.name) if isinstance(node, Name) and along in self.scope.axes else None
        if not isinstance(axis, Axis) or axis.root != root(self.scope.axes, along):
            return None
        if self.scope.loop and self.scope.loop.axis.name == axis.name:
            return scalar(self.scope.loop.position)
        self._evaluate_side(node)  # records its axes and form
        positions = np.arange(axis.size, dtype=np.float64)
        return Quantity(positions, (Dimension(axis.name),), (Dimension(axis.name),))

    def _read_slice(self, node: Slice) -> slice:
        lower, upper, step = (self._read_bound(part) for part in node.bounds)
        if step == 0:
            what = "A slice cannot go on by 0"
            raise ExampleError(Code.EXAMPLE_VALUE, what, "Write x[::2] for every second entry", node)
        return slice(lower, upper, step)

    def _read_bound(self, node: Node | None) -> int | None:
        if node is None:
            return None
        bound = self._evaluate_quantity(node)
        value = np.nan if bound.dimensions else float(bound.values)
        if not np.isfinite(value) or value != round(value):
            raise ExampleError(Code.EXAMPLE_VALUE, "A slice is bounded by whole numbers", "Write x[1:3]", node)
        refuse_wrapping(node, value, self.scope.loop)
        return int(value)


def _no_value(node: NewAxis | TupleLiteral | Slice | Keyword) -> ExampleError:
    """Return the error for what stands only in an index or among arguments."""
    if isinstance(node, TupleLiteral):
        what = "Values parted by commas are no value"
        return ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Use [ ] for a list")
    what = "None stands only in an index"
    return ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Write x[None] for a new axis")


def _no_field(name: str, value: Value) -> ExampleError:
    """Return the error for a dot behind a value that has nothing of that name."""
    known = list(value.fields) if isinstance(value, Record) else ["T"]
    fix = did_you_mean(name, known) or f"Known: {', '.join(known)}"
    return ExampleError(Code.EXAMPLE_NAME, f"There is no .{name} here", fix)


def _count_new_numbers(value: Value, node: Node) -> int:
    """Return how many numbers a value takes in memory that nothing else keeps."""
    if isinstance(node, Name) or isinstance(value, Label):
        return 0
    fields = value.fields.values() if isinstance(value, Record) else (value,)
    return sum(field.values.size for field in fields)
