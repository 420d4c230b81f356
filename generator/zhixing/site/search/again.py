"""The search after an edit: only the files that hold a term of a page that has changed are written again.

What the search knew of such a page stands in the page's own file. The terms that it has no longer, or has now, are
changed in the files that hold them, so that the folder holds the bytes that writing all of it would give.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhixing.site.files import write_changed, write_folder
from zhixing.site.search.index import (
    FIELDS,
    Entry,
    Written,
    count_shards,
    decode,
    encode,
    file,
    hash_of,
    measure,
    record,
    spell,
    split,
    terms_by_field,
    write_index,
    write_search,
)
from zhixing.site.search.text import Section

# The pages that get a term in one of its lists, and those that lose it.
_Change = tuple[set[int], set[int]]
_Changes = dict[str, dict[int, _Change]]


def write_search_again(
    before: Written, folder: Path, changed: Mapping[str, Entry], others: Iterable[tuple[str, str]]
) -> Written:
    """Write the search of pages that have changed, by their addresses, and of others, given by titles and addresses.

    Raises OSError, ValueError or LookupError where the folder does not hold what was written.
    """
    now = [*others, *((entry.title, url) for url, entry in changed.items())]
    numbers = {url: number for number, (_, url) in enumerate(before.names)}
    if sorted(now) != sorted(before.names):  # what they are numbered by follows from the names
        kept = [_read_page(folder, numbers[url]).entry for _, url in now if url not in changed]
        return write_search([*kept, *changed.values()], folder)
    known = {numbers[url]: _read_page(folder, numbers[url]) for url in changed}
    pages = {numbers[url]: known[numbers[url]].exchange(entry) for url, entry in changed.items()}
    differences = _compare({number: (known[number], page) for number, page in pages.items()})
    if not pages:
        return before
    digests, size = _renew_index(before, folder, differences)
    for number, page in pages.items():
        name, text = file(f"d{number}", record(page.entry, page.pinyin))
        digests[name] = write_changed(folder / name, text, is_there=True)
    written = Written(before.names, size, digests)
    write_index(written, folder)
    return written


@dataclass(frozen=True, slots=True)
class _Page:
    """What the search knows of a page, and how its Chinese names are spelled."""

    entry: Entry
    pinyin: Sequence[str]

    def exchange(self, entry: Entry) -> _Page:
        """Return the page with another entry. Names that are the same are not spelled again, which takes long."""
        same = (entry.title, entry.aliases) == (self.entry.title, self.entry.aliases)
        return _Page(entry, self.pinyin if same else spell(entry))


def _compare(pages: Mapping[int, tuple[_Page, _Page]]) -> _Changes:
    """Return the lists that change, by term and by the number of the list."""
    changes: _Changes = defaultdict(lambda: defaultdict(lambda: (set(), set())))
    for number, (old, new) in pages.items():
        before, after = (terms_by_field(page.entry, page.pinyin) for page in (old, new))
        for field in range(FIELDS):
            had, has = set(before[field]), set(after[field])
            for term in has - had:
                changes[term][field][0].add(number)
            for term in had - has:
                changes[term][field][1].add(number)
    return changes


def _renew_index(before: Written, folder: Path, changes: _Changes) -> tuple[dict[str, str], int]:
    """Write the files of the index that change; return the digests of all files, and the size of the index."""
    total, count = len(before.names), before.shards
    shards = {one: _read_shard(folder, one) for one in {hash_of(term) % count for term in changes}}
    size = before.size
    for term, lists in changes.items():
        shard = shards[hash_of(term) % count]
        known = shard.pop(term, "")
        renewed = _renew(known, lists, total)
        size += (measure(term, renewed) if renewed else 0) - (measure(term, known) if known else 0)
        if renewed:
            shard[term] = renewed
    digests = dict(before.digests)
    if count_shards(size) != count:
        return _split_again(digests, folder, shards, count), size
    for number, shard in shards.items():
        name, text = file(f"t{number}", dict(sorted(shard.items())))
        digests[name] = write_changed(folder / name, text, is_there=True)
    return digests, size


def _renew(lists: str, changes: Mapping[int, _Change], total: int) -> str:
    """Return the lists of a term after a change, "" for a term of no page."""
    parts = lists.split("|")
    parts += [""] * (FIELDS - len(parts))
    for field, (added, removed) in changes.items():
        parts[field] = encode(sorted((set(decode(parts[field])) - removed) | added), total)
    return "|".join(parts).rstrip("|")


def _split_again(
    digests: Mapping[str, str], folder: Path, changed: Mapping[int, dict[str, str]], count: int
) -> dict[str, str]:
    """Write the index in another number of files."""
    shards = (changed[number] if number in changed else _read_shard(folder, number) for number in range(count))
    index = {term: lists for shard in shards for term, lists in shard.items()}
    pages = {name: found for name, found in digests.items() if name.startswith("d")}
    parts = (file(f"t{number}", shard) for number, shard in enumerate(split(index)))
    return pages | write_folder(folder, parts, also=[*pages, "index.js"])


def _read_shard(folder: Path, number: int) -> dict[str, str]:
    shard = _read(folder, f"t{number}")
    if not isinstance(shard, dict):
        raise ValueError("no part of an index")
    return shard


def _read_page(folder: Path, number: int) -> _Page:
    url, title, aliases, status, pinyin, sections, around = _read(folder, f"d{number}")
    own = tuple(Section(heading, id_, text, code) for heading, id_, text, code in sections)
    others = tuple(Section(heading, "", text) for heading, text in around)
    return _Page(Entry(url, title, own, tuple(aliases), status, others), pinyin)


def _read(folder: Path, name: str) -> Any:
    text = (folder / f"{name}.js").read_text(encoding="utf-8")
    start, end = f'zhixingSearch("{name}",', ")\n"
    if not (text.startswith(start) and text.endswith(end)):
        raise ValueError(f"{name}.js is no file of a search")
    return json.loads(text[len(start) : -len(end)])
