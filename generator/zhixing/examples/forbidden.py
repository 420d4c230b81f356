"""What an expression may be made of: a whitelist of syntax, and what to write instead of the rest."""

from __future__ import annotations

import ast

from zhixing.examples.errors import ExampleError
from zhixing.problems import Code

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.keyword, ast.Attribute, ast.Subscript, ast.Slice,
    ast.Tuple, ast.List, ast.Name, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.USub, ast.UAdd, ast.Not,
    ast.And, ast.Or, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip

_EACH = "Repeat a step along an axis with `each AXIS:`"
_INSTEAD: dict[type[ast.AST], tuple[str, str]] = {
    ast.IfExp: ("`a if b else c`", "Write where(condition, a, b)"),
    ast.BitAnd: ("`&`", "Write `and`"),
    ast.BitOr: ("`|`", "Write `or`"),
    ast.Invert: ("`~`", "Write `not`"),
    ast.BitXor: ("`^`", "A power is written **"),
    ast.ListComp: ("A comprehension", _EACH),
    ast.SetComp: ("A comprehension", _EACH),
    ast.DictComp: ("A comprehension", _EACH),
    ast.GeneratorExp: ("A comprehension", _EACH),
    ast.JoinedStr: ("An f-string", "A label is a plain quoted string"),
    ast.NamedExpr: ("`:=`", "Name the step under `compute:`"),
    ast.Is: ("`is`", "Compare with =="),
    ast.IsNot: ("`is not`", "Compare with !="),
    ast.In: ("`in`", "Compare with =="),
    ast.NotIn: ("`not in`", "Compare with !="),
    ast.Lambda: ("`lambda`", "Name the step under `compute:`"),
    ast.Starred: ("`*` before a value", "Write each argument out"),
    ast.Dict: ("A dictionary", "Write values by label under `given:`"),
    ast.Set: ("A set", "Write a list in [ ]"),
    ast.Await: ("`await`", "Remove it"),
}


def check_tree(tree: ast.expr, most: int) -> None:
    """Hold a tree against the whitelist.

    Raises:
        ExampleError: it is nested deeper than `most` levels, or uses what the language does not have.
    """
    level: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    for _ in range(most):
        for node, parent in level:
            _check_node(node, parent)
        level = [(child, node) for node, _ in level for child in ast.iter_child_nodes(node)]
    # Operators and contexts are leaves of one level more, which says nothing about depth.
    deep = next((node for node, _ in level if isinstance(node, ast.expr)), None)
    if deep:
        what = f"This expression is nested more than {most} deep"
        raise ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", deep)
    for node, parent in level:
        _check_node(node, parent)


def _check_node(node: ast.AST, parent: ast.AST) -> None:
    """Check one node; an operator has no place of its own, so its parent's is named."""
    if not isinstance(node, _ALLOWED):
        plain = (f"{type(node).__name__}", "Use arithmetic, comparisons, indexing and the functions of the language")
        what, mend = _INSTEAD.get(type(node), plain)
        place = node if hasattr(node, "col_offset") else parent
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, f"{what} is not part of the language", mend, place)
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "Only named functions can be called", "Call it by its name", node)
    if isinstance(node, ast.keyword) and node.arg is None:
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, "`**` arguments are not read", "Write each argument out", node)
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | None):
        what = f"{node.value!r} is not part of the language"
        raise ExampleError(Code.EXPRESSION_FORBIDDEN, what, "Use numbers, labels in quotes, or None", node)
