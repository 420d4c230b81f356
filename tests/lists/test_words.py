"""The page of words: every word with its call, what it does, its formula, its source, and its gradient."""

from __future__ import annotations

import re

import pytest

from zhixing import core
from zhixing.language.words import FAMILIES, FUNCTIONS
from zhixing.lists.words import find_fields, list_words, write_call, write_shapes
from zhixing.wording.en import WORDING as ENGLISH
from zhixing.wording.zh import WORDING as CHINESE

# Words without a formula: a derivative, a change of shape, a choice, and what a word of another name says.
NO_FORMULA = {
    "grad",
    "merge",
    "eye",
    "pinv",
    "grouped_attention",
    "avg_pool1d",
    "avg_pool2d",
    "max_pool1d",
    "max_pool2d",
}


def entries() -> dict[str, str]:
    found: dict[str, str] = {}
    for text in list_words(CHINESE):
        name = re.match(r"\*\*(.+?)\*\*\n\n`", text)
        if name:
            found[name[1].replace("\\", "")] = text
    return found


def test_every_word_has_an_entry_under_its_family() -> None:
    assert list(entries()) == list(FUNCTIONS)
    assert len([text for text in list_words(ENGLISH) if text.startswith("**") and text.endswith(")**")]) <= len(
        FAMILIES
    )


def test_every_word_has_a_formula() -> None:
    assert {name for name, text in entries().items() if "\n$$\n" not in text} == NO_FORMULA


def test_every_word_says_whether_it_has_a_gradient() -> None:
    without = {name for name, text in entries().items() if "梯度：没有，因为" in text}

    assert without == {name for name, word in FUNCTIONS.items() if word.no_gradient}
    assert all("梯度：有" in text for name, text in entries().items() if name not in without)


def test_words_of_the_core_have_their_source() -> None:
    documented = {name for name in FUNCTIONS if name in core.__all__ and "Source" in find_fields(FUNCTIONS[name])}

    assert len(documented) > 50
    assert [name for name in documented if "出处：" not in entries()[name]] == []


def test_other_words_have_a_sentence_in_each_language() -> None:
    own = {name: word.documentation for name, word in FUNCTIONS.items() if name not in core.__all__}

    assert dict(ENGLISH.word_sentences) == own
    assert set(CHINESE.word_sentences) == set(own)


def test_each_reason_has_its_words_in_each_language() -> None:
    reasons = {word.no_gradient for word in FUNCTIONS.values() if word.no_gradient}

    assert set(ENGLISH.gradient_reasons) == set(CHINESE.gradient_reasons) == reasons
    assert set(ENGLISH.word_families) == set(CHINESE.word_families) == set(FAMILIES)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("abs", "abs(x)"),
        ("maximum", "maximum(a, b)"),
        ("where", "where(condition, a, b)"),
        ("sum", "sum(x, axis=k)"),
        ("softmax", "softmax(x, axis=k, temperature=)"),
        ("top_k", "top_k(x, 3, axis=k)"),
        ("positions", "positions(pos, features, base=)"),
        ("grad", "grad(loss, W)"),
        ("merge", "merge(x, [a, b])"),
    ],
)
def test_calls(name: str, call: str) -> None:
    assert write_call(FUNCTIONS[name]) == call


def test_shapes_are_told_by_letters() -> None:
    assert write_shapes(FUNCTIONS["additive_scores"]) == ["… n p, … m q, p h, q h, h → … n m"]
    assert write_shapes(FUNCTIONS["abs"]) == []
