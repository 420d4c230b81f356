r"""The LaTeX of the very expression that ran.

`softmax(Q @ K.T / sqrt(2))` is `\operatorname{softmax}\!\left(\frac{Q K^{\top}}{\sqrt{2}}\right)`. Where axes are
matched by name in a way that matrix notation would hide (broadcasting, a sum along an axis, an axis used as a number),
entries are printed with their indices instead. Brackets follow the syntax tree: `W_2 (W_1 x)` keeps its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zhixing.examples import latex_axes
from zhixing.examples.latex_axes import Declared, axes_of, broadcasts, declared, looks_back
from zhixing.examples.latex_calls import call_piece
from zhixing.examples.latex_names import label, name_piece, number_piece
from zhixing.examples.latex_pieces import Level, Piece, at_least, behind, fraction, joined, raised, with_index
from zhixing.examples.model import Axis, Example, Step

COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: r"\le",
    ast.Gt: ">",
    ast.GtE: r"\ge",
    ast.Eq: "=",
    ast.NotEq: r"\neq",
}


def formula(example: Example, step: Step) -> str:
    r"""Return a step's name and the expression that computed it: `h_{t} = \tanh\!\left(x_{t} + h_{t - 1} U\right)`."""
    printer = Printer(example.symbols, declared(example, step))
    indexed = broadcasts(step.expression.tree, printer.known)
    own = (step.each,) if step.each else ()
    indices = (*own, *(step.name.axes if indexed else ()))
    left = with_index(name_piece(step.name.name, example.symbols), tuple(printer.axis(name) for name in indices))
    return f"{left.text} = {printer.value(step.expression.tree).text}"


def latex(
    tree: ast.expr,
    symbols: Mapping[str, str],
    axes: Mapping[str, Axis],
    names: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """Return an expression or a statement as LaTeX. `names` gives the axes of quantities, where they are known."""
    return Printer(symbols, Declared(axes, names or {})).statement(tree).text


def example_latex(example: Example, tree: ast.expr) -> str:
    """Return an expression over an example's quantities, as they stand after its last step, as LaTeX."""
    return Printer(example.symbols, declared(example)).statement(tree).text


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions. `indexed`: as entries, with an index on every array; `inline`: inside a script."""

    symbols: Mapping[str, str]
    known: Declared
    indexed: bool = False
    inline: bool = False

    def value(self, node: ast.expr) -> Piece:
        """Print an expression as a number: a comparison is 1 where it holds, else 0."""
        if isinstance(node, ast.Compare | ast.BoolOp) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return Piece(rf"\mathbf{{1}}\!\left[{self.statement(node).text}\right]", Level.APPLIED)
        mode = self if self.indexed else replace(self, indexed=broadcasts(node, self.known))
        return mode.piece(node)

    def statement(self, node: ast.expr) -> Piece:
        """Print an expression as a statement, where a comparison stands for itself."""
        mode = self if self.indexed else replace(self, indexed=broadcasts(node, self.known))
        if isinstance(node, ast.Compare):
            return mode._compare(node)
        if isinstance(node, ast.BoolOp):
            return mode._bool(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Piece(rf"\lnot {at_least(mode.statement(node.operand), Level.BIG).text}", Level.NOT)
        return mode.value(node)

    def piece(self, node: ast.expr) -> Piece:
        """Print a node in this printer's own mode."""
        method = _METHODS.get(type(node))
        return method(self, node) if method else Piece(label(ast.unparse(node)))

    def axis(self, name: str) -> str:
        """Print an axis's name."""
        return name_piece(name, self.symbols).text

    def whole(self, node: ast.expr) -> Piece:
        """Print an operand that is taken as a whole, not entry by entry."""
        return replace(self, indexed=False).value(node)

    def as_entries(self, indexed: bool) -> Printer:
        """Return a printer that prints entries with their indices, or one that does not."""
        return replace(self, indexed=indexed)

    def script(self, node: ast.expr) -> str:
        """Print an exponent or an index."""
        return replace(self, inline=True).value(node).text

    def _entry(self, piece: Piece, node: ast.expr) -> Piece:
        """Put a whole array's axes under it, where entries are printed."""
        names = (axes_of(node, self.known) or ()) if self.indexed else ()
        return with_index(piece, tuple(self.axis(name) for name in names))

    def _constant(self, node: ast.Constant) -> Piece:
        return label_piece(node.value) if isinstance(node.value, str) else number_piece(_float(node.value))

    def _name(self, node: ast.Name) -> Piece:
        piece = name_piece(node.id, self.symbols)
        if node.id in self.known.looped:
            piece = with_index(piece, (self.axis(self.known.loop),))
        return piece if node.id not in self.known.names else self._entry(piece, node)

    def _binary(self, node: ast.BinOp) -> Piece:
        if isinstance(node.op, ast.MatMult):
            return self._matmul(node)
        if isinstance(node.op, ast.Pow):
            return raised(self.value(node.left), self.script(node.right))
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Mult):
            return self._times(node, left, right)
        if isinstance(node.op, ast.Add | ast.Sub):
            sign = "+" if isinstance(node.op, ast.Add) else "-"
            return Piece(f"{at_least(left, Level.SUM).text} {sign} {behind(right, Level.BIG).text}", Level.SUM)
        return self._divide(node.op, left, right)

    def _divide(self, op: ast.operator, left: Piece, right: Piece) -> Piece:
        if isinstance(op, ast.Mod):
            text = rf"{at_least(left, Level.LOOSE).text} \bmod {behind(right, Level.APPLIED).text}"
            return Piece(text, Level.LOOSE)
        quotient = fraction(left, right, inline=self.inline)
        return Piece(rf"\left\lfloor {quotient.text} \right\rfloor") if isinstance(op, ast.FloorDiv) else quotient

    def _times(self, node: ast.BinOp, left: Piece, right: Piece) -> Piece:
        sides = [axes_of(side, self.known) for side in (node.left, node.right)]
        literal = isinstance(node.left, ast.List) or isinstance(node.right, ast.List)
        arrays = not self.indexed and (all(sides) or (literal and any(sides)))
        matrix = isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.MatMult)
        right = behind(right, Level.TIGHT if matrix and (arrays or not sides[0]) else Level.APPLIED)
        return joined(at_least(left, Level.LOOSE), right, array=arrays)

    def _matmul(self, node: ast.BinOp) -> Piece:
        left, right = self.whole(node.left), behind(self.whole(node.right), Level.APPLIED)
        sides = [axes_of(side, self.known) for side in (node.left, node.right)]
        vectors = all(side is not None and len(side) == 1 for side in sides)
        product = joined(at_least(left, Level.LOOSE if vectors else Level.TIGHT), right, dot=vectors, elementwise=False)
        return self._entry(product, node)

    def _sign(self, node: ast.UnaryOp) -> Piece:
        operand = self.value(node.operand)
        if not isinstance(node.op, ast.USub):
            return operand
        operand = behind(operand, Level.LOOSE)
        return Piece(f"-{operand.text}", min(operand.level, Level.TIGHT))

    def _attribute(self, node: ast.Attribute) -> Piece:
        if node.attr == "T":
            return self._entry(raised(self.whole(node.value), r"\top"), node)
        dotted = ast.unparse(node)
        if dotted in self.symbols:
            return name_piece(dotted, self.symbols)
        if isinstance(node.value, ast.Call):
            return call_piece(self, node.value, field=node.attr)
        return with_index(self.whole(node.value), (name_piece(node.attr, {}).text,))

    def _subscript(self, node: ast.Subscript) -> Piece:
        items = latex_axes.indices(node)
        back = looks_back(node, self.known)
        base = name_piece(node.value.id, self.symbols) if back and isinstance(node.value, ast.Name) else None
        places = (*([""] if back else []), *(axes_of(node.value, self.known) or ()))
        texts = [self._index(item, places[i] if i < len(places) else "") for i, item in enumerate(items)]
        rest = [self.axis(name) for name in places[len(items) :]] if self.indexed else []
        return with_index(base or self._indexable(node.value), (*texts, *rest))

    def _indexable(self, node: ast.expr) -> Piece:
        return replace(self, indexed=False).piece(node)

    def _index(self, item: ast.expr, axis: str) -> str:
        if isinstance(item, ast.Slice):
            bounds = [self.script(bound) if bound else "" for bound in (item.lower, item.upper)]
            step = f":{self.script(item.step)}" if item.step else ""
            whole = self.indexed and axis and not any(bounds) and not step
            return self.axis(axis) if whole else f"{bounds[0]}:{bounds[1]}{step}"
        if isinstance(item, ast.Constant) and item.value is None:
            return r"\cdot"
        last = _from_the_end(item)
        if last and axis in self.known.axes:  # h_{-1} would read as the step before the first
            return str(self.known.axes[axis].size - last)
        return self.script(item)

    def _list(self, node: ast.List | ast.Tuple) -> Piece:
        rows = [item for item in node.elts if isinstance(item, ast.List)]
        if rows and len(rows) == len(node.elts) and not any(isinstance(x, ast.List) for row in rows for x in row.elts):
            lines = r" \\ ".join(" & ".join(self.value(item).text for item in row.elts) for row in rows)
            return Piece(rf"\begin{{bmatrix}} {lines} \end{{bmatrix}}")
        return Piece(rf"\left[{', '.join(self.value(item).text for item in node.elts)}\right]")

    def _compare(self, node: ast.Compare) -> Piece:
        sides = [at_least(self.value(side), Level.SUM).text for side in (node.left, *node.comparators)]
        rest = "".join(f" {COMPARISONS[type(op)]} {side}" for op, side in zip(node.ops, sides[1:], strict=True))
        return Piece(sides[0] + rest, Level.COMPARE)

    def _bool(self, node: ast.BoolOp) -> Piece:
        conjunction = isinstance(node.op, ast.And)
        level, sign = (Level.AND, r" \land ") if conjunction else (Level.OR, r" \lor ")
        parts = [at_least(self.statement(part), Level(level + 1)).text for part in node.values]
        return Piece(sign.join(parts), level)


def _from_the_end(item: ast.expr) -> int:
    """Return 1 for the index -1, the last position; 0 for an index that does not count from the end."""
    negative = (
        isinstance(item, ast.UnaryOp) and isinstance(item.op, ast.USub) and isinstance(item.operand, ast.Constant)
    )
    return int(item.operand.value) if negative else 0  # type: ignore[attr-defined]  # a negative constant, as tested


def label_piece(text: str) -> Piece:
    """Return a label as a piece."""
    return Piece(label(text))


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # the parser lets only numbers and labels pass
    except OverflowError:
        return float("inf")


_METHODS: dict[type[ast.expr], Callable[[Printer, Any], Piece]] = {
    ast.Name: Printer._name,
    ast.Constant: Printer._constant,
    ast.BinOp: Printer._binary,
    ast.UnaryOp: Printer._sign,
    ast.Attribute: Printer._attribute,
    ast.Subscript: Printer._subscript,
    ast.List: Printer._list,
    ast.Tuple: Printer._list,
    ast.Call: call_piece,
}
