"""Functions that an example defines of expressions: `elu(x): where(x > 0, x, exp(x) - 1)`.

A call is replaced by the definition's body with the arguments in place of the parameters when the example is read, so
that everything else sees arithmetic and words of the language alone. A definition uses only those before it: none can
call itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zhixing.language.errors import ExampleError
from zhixing.language.expression import MAX_DEPTH
from zhixing.language.model import Definition, Expression
from zhixing.language.nodes import Call, Name, Node, children, map_children, walk
from zhixing.problems import Code

MAX_PARTS = 1000
"""The most nodes that an expression may have once its definitions are put in."""


def expand(expression: Expression, definitions: Mapping[str, Definition]) -> Expression:
    """Return an expression with the definitions put in; what was written is kept beside it.

    Raises:
        ExampleError: a call has other arguments than its definition, or the expression becomes too large.
    """
    if not definitions or not _calls(expression.tree, definitions):
        return expression
    expansion = _Expansion(definitions)
    tree = expansion.rewrite(expression.tree)
    parts, depth = _measure(tree, {})
    if parts > MAX_PARTS or depth > MAX_DEPTH:
        raise _too_large(expression.tree)
    return replace(expression, tree=tree, written=expression.tree, expanded=expansion.expanded)


def _calls(node: Node, definitions: Mapping[str, Definition]) -> bool:
    return any(isinstance(part, Call) and part.name in definitions for part in walk(node))


def _too_large(at: Node) -> ExampleError:
    what = f"With its definitions put in, this expression has more than {MAX_PARTS} parts or {MAX_DEPTH} levels"
    return ExampleError(Code.EXPRESSION_SYNTAX, what, "Name its parts as steps of their own", at)


def _measure(node: Node, known: dict[Node, tuple[int, int]]) -> tuple[int, int]:
    """Return how many parts and levels a tree has, in which a part may stand several times."""
    if node not in known:
        below = [_measure(child, known) for child in children(node)]
        known[node] = 1 + sum(parts for parts, _ in below), 1 + max((depth for _, depth in below), default=0)
    return known[node]


@dataclass
class _Expansion:
    """Puts definitions into one expression. `expanded` holds what each node that was written became."""

    definitions: Mapping[str, Definition]
    expanded: dict[Node, Node] = field(default_factory=dict)
    made: int = 0

    def rewrite(self, node: Node) -> Node:
        """Return a node with the definitions put in; the node itself where it calls none."""
        if not _calls(node, self.definitions):
            return node
        changed = map_children(node, self.rewrite)
        if isinstance(changed, Call) and changed.name in self.definitions:
            definition = self.definitions[changed.name]
            _check_arguments(definition, changed)
            changed = self.put_in(
                definition.body.tree, dict(zip(definition.parameters, changed.arguments, strict=True)), changed
            )
        self.expanded[node] = changed
        return changed

    def put_in(self, body: Node, arguments: Mapping[str, Node], call: Call) -> Node:
        """Return a definition's body with arguments in place of parameters, at the place of the call."""
        self.made += 1
        if self.made > MAX_PARTS:
            raise _too_large(call)
        if isinstance(body, Name) and body.name in arguments:
            return arguments[body.name]
        return replace(map_children(body, lambda part: self.put_in(part, arguments, call)), span=call.span)


def _check_arguments(definition: Definition, call: Call) -> None:
    if call.keywords or len(call.arguments) != len(definition.parameters):
        form = f"{definition.name}({', '.join(definition.parameters)})"
        what = f"{definition.name} is defined as {form}, and called otherwise"
        raise ExampleError(Code.EXAMPLE_VALUE, what, "Give it one argument for each parameter", call)
