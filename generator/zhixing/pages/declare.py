"""Reading a `yaml list` block: which list stands below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zhixing.examples.twins import normal_name
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source
from zhixing.text.regions import Kind, Region
from zhixing.text.yamltree import Mapping, Node, Scalar, YamlError, parse_yaml
from zhixing.vault.note import Note

INFO = ["yaml", "list"]
KEYS = ("id", "of", "by", "type", "folder", "status", "document")
LISTS = ("errata", "confirmed", "notes", "path", "core", "map")
GROUPS = ("folder", "status", "type")
_ID = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True)
class List:
    """A list as declared: what it is of, how it is grouped, and which notes or document it keeps to ("" for all)."""

    id: str
    of: str
    by: str = ""
    type: str = ""
    folder: str = ""
    status: str = ""
    document: str = ""


def list_fences(note: Note) -> Iterator[Region]:
    """Yield the fenced blocks of a note that declare lists."""
    return (region for region in note.regions if region.kind is Kind.FENCE and region.info.split() == INFO)


def read_list(source: Source, fence: Region) -> tuple[List | None, list[Problem]]:
    """Return the list that a block declares, or why it declares none."""
    try:
        tree = parse_yaml(source.text, fence.content)
    except YamlError as error:
        return None, [source.problem(Code.LIST_INVALID, error.at, error.what, error.mend)]
    pairs = tree.pairs if isinstance(tree, Mapping) else ()
    values = {k.text: v.text for k, v in pairs if isinstance(k, Scalar) and isinstance(v, Scalar)}
    values["id"] = normal_name(values.get("id", "").strip())
    at = {k.text: v.span for k, v in pairs if isinstance(k, Scalar)}
    problems = list(_pairs(source, pairs))

    def wrong(key: str, what: str, mend: str) -> None:
        problems.append(source.problem(Code.LIST_INVALID, at.get(key, fence.content), what, mend))

    if not values["id"] or values.get("of") not in LISTS:
        wrong("of", "A list needs an id, and what it is of", _known(values.get("of", ""), LISTS))
    elif not _ID.fullmatch(values["id"]):
        mend = "Use letters, Chinese characters, digits, - and _, at most 60"
        wrong("id", f"{values['id'][:60]!r} cannot be an id", mend)
    if values.get("by", GROUPS[0]) not in GROUPS:
        wrong("by", f"Notes cannot be grouped by {values['by']!r}", _known(values["by"], GROUPS))
    return (None, problems) if problems else (List(**values), [])


def _pairs(source: Source, pairs: Iterable[tuple[Node, Node]]) -> Iterator[Problem]:
    """Yield a problem for each key that a list does not have, stands twice, or holds more than a single value."""
    seen: set[str] = set()
    for key, value in pairs:
        name = key.text if isinstance(key, Scalar) else ""
        if name not in KEYS:
            what, mend = f"A list has no key {name!r}", _known(name, KEYS)
            yield source.problem(Code.LIST_INVALID, key.span, what, mend)
        elif name in seen:
            yield source.problem(Code.LIST_INVALID, key.span, f"{name!r} stands twice", "Remove one of them")
        elif not isinstance(value, Scalar):
            what = f"{name!r} has more than a single value"
            yield source.problem(Code.LIST_INVALID, value.span, what, "Write one value in the same line")
        seen.add(name)


def _known(name: str, names: tuple[str, ...]) -> str:
    return did_you_mean(name, names) or f"Known: {', '.join(names)}"
