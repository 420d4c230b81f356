"""Heading anchors agree with Python-Markdown's toc; headings are compared as Obsidian compares them."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.extensions.toc import slugify_unicode, unique

from casefile import Case, cases
from hostile import guard
from zhixing.markdown.slugs import anchors, heading_key, slugify


@pytest.mark.parametrize("case", cases("anchors.md"))
def test_case(case: Case) -> None:
    texts = case.given.splitlines()
    shown = [f"{anchor} | {heading_key(text)}\n" for anchor, text in zip(anchors(texts), texts, strict=True)]
    case.check("".join(shown))


@given(st.text(max_size=20))
@settings(deadline=None)
def test_slugs_are_those_of_python_markdown_in_nfc(text: str) -> None:
    slug = slugify(text)
    assert slug == slugify_unicode(normalize("NFC", text), "-")
    assert slugify(slug) == slug


@given(st.lists(st.sampled_from(["甲", "甲_1", "甲_2", "甲_01", "", "?", "_1", "_3", "a", "A", "a_1_1"]), max_size=12))
@settings(deadline=None, max_examples=300)
def test_repeats_are_numbered_as_by_python_markdown(texts: list[str]) -> None:
    taken: set[str] = set()
    assert anchors(texts) == [unique(slugify(text), taken) for text in texts]


def test_many_equal_headings_take_linear_time() -> None:
    with guard():
        assert len(set(anchors(["甲"] * 50_000))) == 50_000
        anchors([f"_{'9' * 5000}"] * 2)
