"""Generated files: the same verdicts as for regions; canvases and templates carry their checksum inside.

Their text has room for it: the first `zhixing:file`, in whatever the file's language takes for a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from zhixing.markdown.generated import SEAL
from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.weave.regions import Verdict, Woven, checksum, judge_text

_REGENERATE = "Run `zhixing regenerate`"


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages for a kind of file: where it is missing, stale, or edited by hand."""

    missing: str
    stale: str
    edited: str
    fix: str
    stale_code: Code
    edited_code: Code


def resolve_verdict(source: Source, verdict: Verdict, computed: str, messages: Messages, *, accept: bool) -> Woven:
    """Return the text that a file should have: its own if it is fresh, or edited while `accept` is not set."""
    keep = verdict is Verdict.FRESH or (verdict is Verdict.EDITED and not accept)
    problems = tuple(_problems(source, verdict, messages, accept=accept))
    return Woven(source.text if keep else computed, {source.path: verdict}, problems)


def _problems(source: Source, verdict: Verdict, messages: Messages, *, accept: bool) -> Iterator[Problem]:
    if verdict is Verdict.MISSING:
        yield source.problem(messages.stale_code, 0, messages.missing, _REGENERATE)
    elif verdict is Verdict.STALE:
        yield source.problem(messages.stale_code, 0, messages.stale, _REGENERATE)
    elif verdict is Verdict.EDITED and not accept:
        yield source.problem(messages.edited_code, 0, messages.edited, messages.fix)


_SEAL = re.compile(rf"{SEAL}(?: ([0-9a-f]{{8}})(?![0-9a-f]))?")
_MESSAGES = Messages(
    missing="The file is not written yet",
    stale="The file is not what would be generated now",
    edited="This generated file was edited by hand, or is somebody's own",
    fix="Keep it under another name, or take what is generated with `zhixing regenerate --accept`",
    stale_code=Code.FILE_STALE,
    edited_code=Code.FILE_EDITED,
)
# The defaults of JSON Canvas.
_DEFAULTS = {"toEnd": "arrow", "fromEnd": "none"}


def weave_file(source: Source, text: str, content: Callable[[str], str], *, accept: bool = False) -> Woven:
    """Return the text that a generated file should have. `source` is the file now, empty if it does not exist.

    `content` returns the part of such a text that matters: files with the same content count as the same. A file that
    the tool did not write, or that was edited since, is left alone unless `accept` is set.
    """
    found = _SEAL.search(source.text)
    now, then = content(_SEAL.sub(SEAL, source.text, count=1)), content(text)
    mark = found[1] or "" if found else ""
    verdict = judge_text(now, then, mark) if source.text else Verdict.MISSING
    return resolve_verdict(source, verdict, seal_file(text, content), _MESSAGES, accept=accept)


def seal_file(text: str, content: Callable[[str], str]) -> str:
    """Return a text with its checksum, as it is written to disk."""
    return _SEAL.sub(f"{SEAL} {checksum(content(text))}", text, count=1)


def text_content(text: str) -> str:
    """Return a text without the kind of its line ends."""
    return text.replace("\r\n", "\n").rstrip()


def canvas_content(text: str) -> str:
    """Return the nodes and edges of a canvas in one order and one layout of the JSON.

    What Obsidian adds when a card is moved is left out.
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
    """Return a node or an edge without empty values and defaults."""
    if not isinstance(item, dict):
        return item
    return {key: value for key, value in item.items() if value not in ({}, [], "", None, _DEFAULTS.get(key))}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
