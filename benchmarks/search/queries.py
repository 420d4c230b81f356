"""What is typed into the search, and the pages that are meant."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.search.pages import Found

_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LATIN = re.compile(r"[A-Za-z]")
# ASCII letters and digits to their full-width forms.
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}


@dataclass(frozen=True, slots=True)
class Query:
    """What is typed, as `text`; `plain` is the same as pages have it. Any of the pages `meant` is right."""

    kind: str
    text: str
    plain: str
    meant: frozenset[str]


def make_queries(pages: Mapping[str, Found], aliases: Iterable[tuple[str, str]], pieces: int, seed: int) -> list[Query]:
    """Return every title, alias and heading, some pieces of titles and headings, and names in other case and width."""
    rng = random.Random(seed)  # noqa: S311  # the same queries each time
    named = [("title", page.title, where) for where, page in pages.items() if page.title]
    named += [("alias", alias, where) for alias, where in aliases if where in pages]
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, name, where in named:
        meant[kind, name].add(where)
    for where, page in pages.items():
        for heading in page.headings:
            meant["heading", heading].add(where)
    queries = [Query(kind, name, name, frozenset(found)) for (kind, name), found in meant.items()]
    queries += [
        Query("width", one.text.swapcase().translate(_WIDE), one.text, one.meant)
        for one in queries
        if one.kind != "heading" and _LATIN.search(one.text)
    ]
    return queries + _pieces(pages, pieces, rng)


def _pieces(pages: Mapping[str, Found], count: int, rng: random.Random) -> list[Query]:
    """Return pieces of two to four Han characters of titles and headings, wherever they begin."""
    runs = sorted({run for page in pages.values() for name in _names(page) for run in _HAN.findall(name)})
    found: set[str] = set()
    for _ in range(20 * count):
        run, length = rng.choice(runs), rng.choice((2, 3, 4))
        if len(run) >= length and len(found) < count:
            start = rng.randrange(len(run) - length + 1)
            found.add(run[start : start + length])
    return [Query("piece", piece, piece, _with(pages, piece)) for piece in sorted(found)]


def _names(page: Found) -> list[str]:
    return [page.title, *page.headings]


def _with(pages: Mapping[str, Found], piece: str) -> frozenset[str]:
    return frozenset(where for where, page in pages.items() if any(piece in name for name in _names(page)))
