"""Heading anchors: the one definition of slugs, and Obsidian's way of comparing headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_NUMBERED = re.compile(r"(.*)_([0-9]{1,18})")
_SEPARATED = re.compile(r"[-\s]+")
_LEFT_OUT = re.compile(r"[^\w\s-]")
_MANY = 5000  # notes of one template have the same headings
# Obsidian's `stripHeading` blanks this punctuation on both sides before it compares.
_PUNCTUATION = re.compile(r"[!\"#$%&()*+,.:;<=>?@^`{|}~/\[\]\\\s]+")


@lru_cache(maxsize=_MANY)
def slugify(text: str, separator: str = "-") -> str:
    """Return a heading's readable anchor (`数学形式`, `softmax-and-more`), as `slugify` of Python-Markdown's toc."""
    kept = _LEFT_OUT.sub("", unicodedata.normalize("NFC", text)).strip().lower()
    if separator == "-":
        return _SEPARATED.sub("-", kept)
    return re.sub(rf"[{re.escape(separator)}\s]+", lambda _: separator, kept)


def anchors(texts: Iterable[str], given: Iterable[str] = ()) -> list[str]:
    """Return an anchor for each heading text of a note, in order; repeats get `_1`, `_2` as in Python-Markdown.

    Those that are `given` to headings by their author are taken.
    """
    taken = set(given)
    reached: dict[str, int] = {}
    return [_unique(slugify(text), taken, reached) for text in texts]


def spaced_anchors(texts: Iterable[str]) -> list[str]:
    """Return the anchors of code hosts: a hyphen for each space (`a--b` of `A & B`); repeats get `-1`, `-2`."""
    repeats: dict[str, int] = {}
    found = []
    for text in texts:
        slug = re.sub(r"\s", "-", _LEFT_OUT.sub("", unicodedata.normalize("NFC", text)).lower())
        count = repeats[slug] = repeats.get(slug, -1) + 1
        found.append(f"{slug}-{count}" if count else slug)
    return found


def _unique(slug: str, taken: set[str], reached: dict[str, int]) -> str:
    """Number a slug that is taken or empty, counting on from the number it may end in.

    `reached` says up to which number all of a base are taken: it keeps a thousand equal headings linear.
    """
    if not slug or slug in taken:
        numbered = _NUMBERED.fullmatch(slug)
        base, first = (numbered[1], int(numbered[2])) if numbered else (slug, 0)
        run = first <= reached.get(base, 0)
        count = max(first, reached.get(base, 0)) + 1 if run else first + 1
        while f"{base}_{count}" in taken:
            count += 1
        if run:
            reached[base] = count
        slug = f"{base}_{count}"
    taken.add(slug)
    return slug


@lru_cache(maxsize=_MANY)
def heading_key(text: str) -> str:
    """Return what Obsidian compares of a heading: without punctuation, spaces folded, lower case, NFC."""
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFC", text)).strip().lower()
