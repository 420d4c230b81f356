"""The expression tree: where its nodes stand, and that its text reads back as the same tree."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zhixing.language.errors import ExampleError
from zhixing.language.expression import MAX_LENGTH, parse_expression
from zhixing.language.nodes import Binary, Name, Node, Number, replace_node, text_of, walk
from zhixing.source import Span


def tree_of(text: str) -> Node:
    return parse_expression(text, Span(0, len(text))).tree


LEAVES = ["x", "权重", "2", "0.5", "1e-6", "1e999", '"小明"', "a.weights", "pi"]
FORMS = [
    "({0}) + ({1})", "({0}) - ({1})", "({0}) * ({1})", "({0}) / ({1})", "({0}) // ({1})", "({0}) % ({1})",
    "({0}) ** ({1})", "({0}) @ ({1})", "-({0})", "+({0})", "not ({0})", "({0}) and ({1})", "({0}) or ({1})",
    "({0}) < ({1}) <= ({0})", "({0}) != ({1})", "({0}).T", "sum({0}, axis=[a, b])", "f({0}, ({1}), k={0})",
    "x[{0}, ({1}):, ::2, None]", "({0})[{1}]", "[{0}, {1}]", "merge({0}, (a, b))", "f((a,))",
]  # fmt: skip


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(FORMS), inner, inner).map(lambda parts: parts[0].format(*parts[1:]))


EXPRESSIONS = st.recursive(st.sampled_from(LEAVES), _larger, max_leaves=8)


@settings(deadline=None, max_examples=300)
@given(EXPRESSIONS)
def test_the_text_of_a_tree_reads_back_as_the_tree(text: str) -> None:
    assume(len(text) <= MAX_LENGTH)
    tree = tree_of(text)
    printed = text_of(tree)

    assert repr(tree_of(printed)) == repr(tree)
    assert len(printed) <= len(ast.unparse(ast.parse(text, mode="eval")))


@settings(deadline=None, max_examples=100)
@given(EXPRESSIONS)
def test_a_node_stands_where_its_text_stands(text: str) -> None:
    assume(len(text) <= MAX_LENGTH)
    for node in walk(tree_of(text)):
        if not isinstance(node, Name | Number):
            continue
        assert repr(tree_of(node.span.of(text))) == repr(node)


@settings(deadline=None, max_examples=50)
@given(EXPRESSIONS)
def test_every_name_is_visited_and_can_be_replaced(text: str) -> None:
    assume(len(text) <= MAX_LENGTH)
    tree = tree_of(text)
    names = [node for node in walk(tree) if isinstance(node, Name)]

    assert sorted(node.name for node in names) == sorted(re.findall(r"Name\(name='(.*?)'\)", repr(tree)))
    for node in names:
        changed = replace_node(tree, node, Name("另一个", span=node.span))
        assert repr(changed).count("另一个") == 1
        assert sum(one not in list(walk(tree)) for one in walk(changed) if isinstance(one, Name)) == 1


def test_places_are_those_of_the_note_however_the_text_is_typed() -> None:
    tree = parse_expression("权重∗∗２ ＋ ∞", Span(10, 19)).tree

    assert isinstance(tree, Binary)
    assert [node.span for node in walk(tree)] == [
        Span(10, 19), Span(10, 15), Span(18, 19), Span(10, 12), Span(14, 15)
    ]  # fmt: skip


def test_a_mistake_is_placed_at_the_part_that_is_wrong() -> None:
    with pytest.raises(ExampleError) as refused:
        parse_expression("  a + （b if c else d)", Span(40, 62))

    assert refused.value.span == Span(47, 60)
