"""Heading anchors: the one definition of slugs, and Obsidian's way of comparing headings."""

from __future__ import annotations

from collections.abc import Iterable


def slugify(text: str, separator: str = "-") -> str:
    """Return a heading's readable anchor (`数学形式`, `softmax-and-more`), as `slugify` of Python-Markdown's toc."""
    raise NotImplementedError


def anchors(texts: Iterable[str]) -> list[str]:
    """Return an anchor for each heading text of a note, in order; repeats get `_1`, `_2` as in Python-Markdown."""
    raise NotImplementedError


def heading_key(text: str) -> str:
    """Return what Obsidian compares of a heading: without punctuation, spaces folded, lower case, NFC."""
    raise NotImplementedError
