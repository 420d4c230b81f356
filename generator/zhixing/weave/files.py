"""Whole files that are generated, other than figures: the same three verdicts, with the checksum inside the file.

The text has room for it: the first `zhixing:file`, in whatever the file's language takes for a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.weave.regions import Verdict, Woven, checksum, judge

# What becomes of a whole file that is generated, by its verdict, and what is said of it.

_REGENERATE = "Run `zhixing regenerate`"


@dataclass(frozen=True, slots=True)
class Telling:
    """How a kind of file is spoken of: where it is missing, stale, or edited by hand."""

    missing: str
    stale: str
    edited: str
    fix: str
    stale_code: Code
    edited_code: Code


def settled(source: Source, verdict: Verdict, computed: str, telling: Telling, *, accept: bool) -> Woven:
    """Return what a file should hold: what it has where it is fresh, or edited and `accept` is not set."""
    keep = verdict is Verdict.FRESH or (verdict is Verdict.EDITED and not accept)
    problems = tuple(_problems(source, verdict, telling, accept=accept))
    return Woven(source.text if keep else computed, {source.path: verdict}, problems)


def _problems(source: Source, verdict: Verdict, telling: Telling, *, accept: bool) -> Iterator[Problem]:
    if verdict is Verdict.MISSING:
        yield source.problem(telling.stale_code, 0, telling.missing, _REGENERATE)
    elif verdict is Verdict.STALE:
        yield source.problem(telling.stale_code, 0, telling.stale, _REGENERATE)
    elif verdict is Verdict.EDITED and not accept:
        yield source.problem(telling.edited_code, 0, telling.edited, telling.fix)


SEAL = "zhixing:file"
_SEAL = re.compile(rf"{SEAL}(?: ([0-9a-f]{{8}})(?![0-9a-f]))?")
_TELLING = Telling(
    missing="The file is not written yet",
    stale="The file is not what would be generated now",
    edited="This generated file was edited by hand, or is somebody's own",
    fix="Keep it under another name, or take what is generated with `zhixing regenerate --accept`",
    stale_code=Code.FILE_STALE,
    edited_code=Code.FILE_EDITED,
)
# What JSON Canvas says is meant where nothing is said.
_DEFAULTS = {"toEnd": "arrow", "fromEnd": "none"}


def weave_file(source: Source, text: str, counted: Callable[[str], str], *, accept: bool = False) -> Woven:
    """Return what a generated file should hold. `source` is the file now, empty where there is none.

    `counted` gives what counts of such a text: files that are alike in that are the same. A file that the tool did not
    write, or that was edited since, is left alone unless `accept` is set.
    """
    found = _SEAL.search(source.text)
    now, then = counted(_SEAL.sub(SEAL, source.text, count=1)), counted(text)
    mark = found[1] or "" if found else ""
    verdict = judge(now, then, mark) if source.text else Verdict.MISSING
    return settled(source, verdict, sealed(text, counted), _TELLING, accept=accept)


def sealed(text: str, counted: Callable[[str], str]) -> str:
    """Return a text with its checksum, as it is written to disk."""
    return _SEAL.sub(f"{SEAL} {checksum(counted(text))}", text, count=1)


def lines(text: str) -> str:
    """Return what counts of a text: all of it but how its lines end."""
    return text.replace("\r\n", "\n").rstrip()


def canvas(text: str) -> str:
    """Return what counts of a canvas: which nodes and edges there are and what they say.

    Their order does not, nor how the JSON is laid out, nor what Obsidian adds of itself when somebody moves a card.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(data, dict):
        return text
    return _json({key: _items(value) for key, value in data.items() if key != "metadata"})


def _items(value: object) -> object:
    return sorted((_plain(item) for item in value), key=_json) if isinstance(value, list) else value


def _plain(item: object) -> object:
    """Return a node or an edge without what is empty or goes without saying."""
    if not isinstance(item, dict):
        return item
    return {key: value for key, value in item.items() if value not in ({}, [], "", None, _DEFAULTS.get(key))}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
