"""Unlinked mentions: cases, and a slow version that looks for every name at every place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casefile import Case, cases
from small_vaults import vault_of
from zhixing.source import Span
from zhixing.vault.mentions import Mention, mentions, read_sentence
from zhixing.vault.vault import Vault


def of_case(notes: str) -> Vault:
    parts = (part.partition("\n") for part in notes.split("=== ")[1:])
    return vault_of({name: text for name, _, text in parts})


def line(one: Mention) -> str:
    row, column = one.source.source.position(one.span.start)
    text = one.span.of(one.source.source.text)
    return f"{one.source.path}:{row}:{column}: {text} → {one.target.path} | {read_sentence(one.source, one.span)}\n"


@pytest.mark.parametrize("case", cases("mentions.md"))
def test_case(case: Case) -> None:
    case.check("".join(line(one) for one in mentions(of_case(case.given))))


def test_what_is_hidden_is_nobody_s_prose() -> None:
    vault = vault_of({"a.md": "注意力，注意力\n", "注意力.md": "文\n"})
    found = mentions(vault, lambda note: [Span(0, 3)] if note.name == "a" else [])
    assert [one.span for one in found] == [Span(4, 7)]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("长" * 200, "长" * 200, f"…{'长' * 120}注意力{'长' * 120}…"),
        ("长" * 100, "长" * 100, f"{'长' * 100}注意力{'长' * 100}"),
        (f"`{'x' * 200}`前", f"后[[{'y' * 200}]]", "…前注意力后…"),
        (f"首。{'长' * 200}", "。尾", f"…{'长' * 120}注意力。"),
    ],
)
def test_a_long_sentence_is_cut_between_tokens(before: str, after: str, shown: str) -> None:
    vault = vault_of({"a.md": f"{before}注意力{after}\n", "注意力.md": "文\n"})
    assert [read_sentence(one.source, one.span) for one in mentions(vault)] == [shown]


LETTERS = ["a", "A", "b", "c", "注", "意", "力", "カ", "é", "e\u0301", "1", "_", "-", " ", "，", ".", "ß", "İ", "🙂"]
NAMES = st.text(st.sampled_from("abAB注意力カé1- ß🙂İ"), min_size=1, max_size=5).map(str.strip).filter(bool)


def decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name)


def is_spaced(letter: str) -> bool:
    """Tell whether a character belongs to a word that spaces part from others; its accents do, too."""
    word = letter.isalnum() or letter == "_" or unicodedata.combining(letter) > 0
    return word and not unicodedata.name(letter, "").startswith(("CJK", "KATAKANA"))


def whole(text: str, start: int, end: int) -> bool:
    """Tell whether a place is no part of a longer word."""
    before, after = text[start - 1] if start else " ", text[end] if end < len(text) else " "
    hyphen = start > 1 and before == "-" and is_spaced(text[start - 2]) and is_spaced(text[start])
    return not (
        (is_spaced(before) and is_spaced(text[start])) or hyphen or (is_spaced(text[end - 1]) and is_spaced(after))
    )


def slow(text: str, own: list[str], names: dict[str, str]) -> list[tuple[str, int, int]]:
    """Return which path is named where, by trying every name at every place."""
    found, at = [], 0
    while at < len(text):
        ends: dict[int, set[str]] = {}
        for name, path in [*((name, "") for name in own), *names.items()]:
            for form in (unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)):
                end = at + len(form)
                same = len(text[at:end]) == len(form) and all(
                    alike(a, b) for a, b in zip(text[at:end], form, strict=True)
                )
                counts = len(name) > 1 and any(letter.isalpha() for letter in name)
                if counts and same and whole(text, at, end):
                    ends.setdefault(end, set()).add(path)
        longest = max(ends, default=0)
        found += [(path, at, longest) for path in ends.get(longest, set()) if "" not in ends[longest]]
        at = longest or at + 1
    return sorted(found)


def alike(one: str, other: str) -> bool:
    return one == other or (len(one.lower()) == len(other.lower()) == 1 and one.lower() == other.lower())


@settings(deadline=None, max_examples=200)
@given(st.lists(NAMES, max_size=6, unique_by=lambda name: unicodedata.normalize("NFC", name).lower()), st.data())
def test_the_slow_version_finds_the_same(names: list[str], data: st.DataObject) -> None:
    pieces = st.sampled_from([*LETTERS, *names, *(name.upper() for name in names), *map(decomposed, names)])
    text = "文" + "".join(data.draw(st.lists(pieces, max_size=25)))
    assume(text.count("_") < 2)  # italics are titles of works, of which the slow version knows nothing
    owners = {name: f"{number}.md" for number, name in enumerate(names)}
    texts = {path: f'---\naliases: ["{name}"]\n---\n字\n' for name, path in owners.items()}
    vault = vault_of({"页面页面.md": text, **texts})

    found = sorted((str(one.target.path), one.span.start, one.span.end) for one in mentions(vault))

    assert found == slow(text, ["页面页面"], owners)
