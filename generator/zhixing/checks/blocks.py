"""Fenced blocks: those that nearly declare an example or a list, and examples that expect nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from zhixing.checks.names import one_slip
from zhixing.markdown.blocks import Kind
from zhixing.problems import Code, Problem
from zhixing.vault.note import Note

if TYPE_CHECKING:  # a look at one note needs no runs, which take long to import
    from zhixing.language.book import Declared

_KINDS = {"example": "yaml example", "list": "yaml list"}
_LANGUAGES = ("yaml", "yml")
_SYNONYMS = {"例子": "example", "示例": "example", "examples": "example", "列表": "list"}
_NEAR = 0.75
_LONGEST = 80


def check_blocks(note: Note) -> Iterator[Problem]:
    """Yield a problem for each block whose info string is nearly that of an example or a list: nothing reads it."""
    for region in note.regions:
        if region.kind is Kind.FENCE and (meant := find_meant(region.info)):
            what = f"The block is marked {region.info[:_LONGEST]!r}, so nothing runs it"
            yield note.source.problem(Code.BLOCK_MISSPELT, region.span, what, f"Write ```{meant}")


def find_meant(info: str) -> str:
    """Return `yaml example` or `yaml list` where an info string is nearly one of them, "" where it is it or far off."""
    if info.split() in (kind.split() for kind in _KINDS.values()):
        return ""
    words = [word for word in re.split(r"[\s\-_:,{}.=]+", info[:_LONGEST].lower()) if word]
    if len(words) == 1:
        language = next((name for name in _LANGUAGES if words[0].startswith(name)), "")
        words = [language, words[0].removeprefix(language)] if language else words
    for language, word in (words[:2], words[1::-1]) if len(words) > 1 else ():
        if any(one_slip(language, name) for name in _LANGUAGES):
            kind = _SYNONYMS.get(word) or next((kind for kind in _KINDS if _near(word, kind)), "")
            return _KINDS.get(kind, "")
    return ""


def _near(word: str, kind: str) -> bool:
    return one_slip(word, kind) or (len(kind) > len("list") and SequenceMatcher(None, word, kind).ratio() >= _NEAR)


def check_expectations(declared: Iterable[Declared]) -> Iterator[Problem]:
    """Yield a problem for each example that expects nothing. A variation need not: the answer of its exercise does."""
    for one in declared:
        if one.example and not one.example.variation and not one.example.expectations and not one.example.holds:
            what = f"The example {one.example.id!r} expects nothing, so nobody notices when what it computes changes"
            fix = "Pin what matters under `expect:`, worked out by hand or from a source"
            yield one.note.source.problem(Code.EXPECT_MISSING, one.example.span, what, fix)
