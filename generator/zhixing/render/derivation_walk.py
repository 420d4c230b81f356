r"""The walk from an entry of a result down to the numbers that gave it, one method for each kind of node."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from zhixing.examples.latex import COMPARISONS
from zhixing.examples.latex_axes import function_name
from zhixing.examples.latex_names import name_piece, number_piece
from zhixing.examples.model import Quantity, Run
from zhixing.examples.vocabulary import CONSTANTS
from zhixing.render import derivation_terms as terms
from zhixing.render.derivation_calls import APPLIED, CALLS, At, elementwise
from zhixing.render.derivation_steps import Evaluate
from zhixing.render.derivation_terms import Term, number_term


@dataclass
class Walk:
    """Explains entries of expressions in a run. `at` is an entry's place in the value of the node beside it."""

    run: Run
    evaluate: Evaluate
    digits: int = 5
    _values: dict[int, tuple[ast.expr, Quantity]] = field(default_factory=dict)

    def quantity(self, node: ast.expr) -> Quantity:
        """Return the value of a node, computed once."""
        if id(node) not in self._values:  # the node is kept too, so that its id stays its own
            self._values[id(node)] = (node, self.evaluate(self.run, node))
        return self._values[id(node)][1]

    def number(self, value: float) -> Term:
        """Return a number that is not explained further."""
        return number_term(value, self.digits)

    def entry(self, node: ast.expr, at: At) -> Term:
        """Return an entry of a node's value as a number."""
        return self.number(float(self.quantity(node).values[at]))

    def declared(self, node: ast.expr, axes: Sequence[str], at: At) -> Term:
        """Explain an entry at a place given in the order of declared axes, which may be another than computed."""
        own = self.quantity(node).axes
        known = sorted(own) == sorted(axes) and len(set(own)) == len(own)
        return self.term(node, tuple(at[list(axes).index(axis)] for axis in own) if known else at)

    def term(self, node: ast.expr, at: At) -> Term:
        """Explain an entry of an expression."""
        method = _METHODS.get(type(node))
        return method(self, node, at) if method else self.entry(node, at)

    def arithmetic(self, node: ast.expr, at: At) -> Term:
        """Explain an entry by arithmetic alone, as a term of a sum: a function is applied to a plain number."""
        if isinstance(node, ast.Call) and function_name(node) in APPLIED:
            return elementwise(self, node, at, self.entry)
        simple = isinstance(node, ast.UnaryOp) or (isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult))
        return self._combined(node, at, self.arithmetic) if simple else self._leaf(node, at)

    def part(self, whole: ast.expr, at: At, part: ast.expr) -> At:
        """Return where an operand's entry stands that goes into an entry of an elementwise operation."""
        dimensions, own = self.quantity(whole).axes, self.quantity(part).axes
        named = all(own) and len(set(dimensions)) == len(dimensions) and set(own) <= set(dimensions)
        return tuple(at[dimensions.index(axis)] for axis in own) if named else at[len(at) - len(own) :]

    def _leaf(self, node: ast.expr, at: At) -> Term:
        if isinstance(node, ast.Constant) and not isinstance(node.value, str):
            value = float(self.quantity(node).values)
            return Term(number_piece(value), value, plain=True)
        if isinstance(node, ast.Name) and node.id in CONSTANTS and node.id not in self.run.quantities:
            return Term(name_piece(node.id, {}), CONSTANTS[node.id], plain=True)
        return self.entry(node, at)

    def _operation(self, node: ast.BinOp | ast.UnaryOp, at: At) -> Term:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            return self.dot(node.left, node.right, self.quantity(node), at)
        return self._combined(node, at, self.term)

    def _combined(self, node: Any, at: At, explain: Callable[[ast.expr, At], Term]) -> Term:
        if isinstance(node, ast.UnaryOp):
            if not isinstance(node.op, ast.USub):
                return self.entry(node, at)
            return terms.negated(explain(node.operand, at))
        left, right = (explain(side, self.part(node, at, side)) for side in (node.left, node.right))
        return _ARITHMETIC[type(node.op)](left, right)

    def _compare(self, node: ast.Compare, at: At) -> Term:
        sides = (node.left, *node.comparators)
        if any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides):
            return self.entry(node, at)  # a label is compared, not a number
        explained = [self.term(side, self.part(node, at, side)) for side in sides]
        return terms.indicator(explained, [COMPARISONS[type(op)] for op in node.ops], self.entry(node, at).value)

    def dot(self, left: ast.expr, right: ast.expr, result: Quantity, at: At) -> Term:
        """Explain an entry of a matrix product: the sum of products along the axis that it uses up."""
        a, b = self.quantity(left), self.quantity(right)
        rows, columns = a.values.ndim > 1, b.values.ndim > 1
        batch = dict(zip(result.axes, at, strict=True))
        own = at[len(at) - columns - rows : len(at) - columns] if rows else ()
        column = at[len(at) - 1 :] if columns else ()
        lead_a = tuple(batch[axis] for axis in a.axes[:-2])
        lead_b = tuple(batch[axis] for axis in b.axes[:-2])
        pairs = (((*lead_a, *own, k), (*lead_b, k, *column)) for k in range(a.values.shape[-1]))
        factors = ((self.number(float(a.values[i])), self.number(float(b.values[j]))) for i, j in pairs)
        return terms.total([terms.times(x, y) for x, y in factors])

    def _call(self, node: ast.Call, at: At) -> Term:
        explain = CALLS.get(function_name(node))
        return explain(self, node, at) if explain and node.args else self.entry(node, at)

    def _attribute(self, node: ast.Attribute, at: At) -> Term:
        if node.attr == "T" and isinstance(node.value, ast.BinOp | ast.Call | ast.UnaryOp):
            return self.term(node.value, (*at[:-2], *at[:-3:-1]))
        if isinstance(node.value, ast.Call):
            return self.field(node.value, node.attr, at)
        return self.entry(node, at)

    def field(self, call: ast.expr, name: str, at: At) -> Term:
        """Explain an entry of a result of `attention(Q, K, V)`: its scores, weights or output."""
        if not isinstance(call, ast.Call) or function_name(call) != "attention" or len(call.args) != 3:
            return self.entry(ast.Attribute(call, name, ast.Load()), at)
        options = {keyword.arg: keyword.value for keyword in call.keywords}
        Q, K, V = call.args
        results = {one: ast.Attribute(call, one, ast.Load()) for one in ("scores", "masked", "weights", name)}
        if name == "scores":
            return self.dot(Q, ast.Attribute(K, "T", ast.Load()), self.quantity(results[name]), at)
        if name == "scaled" and "bias" not in options:
            score, scale = self.entry(results["scores"], at), options.get("scale")
            width = number_term(float(self.quantity(Q).values.shape[-1]))
            return terms.times(score, self.term(scale, ())) if scale else terms.divide(score, terms.root(width))
        if name == "weights":
            row = self.quantity(results["masked"]).values[at[:-1]]
            return terms.softmax([self.number(float(score)) for score in row], at[-1])
        if name == "output":
            return self.dot(results["weights"], V, self.quantity(results[name]), at)
        return self.entry(results[name], at)


_ARITHMETIC: dict[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.Add: terms.add,
    ast.Sub: lambda a, b: terms.add(a, b, "-"),
    ast.Mult: terms.times,
    ast.Div: terms.divide,
    ast.Pow: terms.power,
    ast.FloorDiv: terms.floor_divide,
    ast.Mod: terms.modulo,
}

_METHODS: dict[type[ast.expr], Callable[[Walk, Any, At], Term]] = {
    ast.Constant: Walk._leaf,
    ast.Name: Walk._leaf,
    ast.BinOp: Walk._operation,
    ast.UnaryOp: Walk._operation,
    ast.Call: Walk._call,
    ast.Compare: Walk._compare,
    ast.Attribute: Walk._attribute,
}
