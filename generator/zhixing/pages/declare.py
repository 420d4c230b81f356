"""Reading a `yaml list` block: which list stands below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Source
from zhixing.text.regions import Kind, Region
from zhixing.text.yamltree import Mapping, Scalar, YamlError, parse_yaml
from zhixing.vault.note import Note

INFO = ["yaml", "list"]
KEYS = ("id", "of", "by", "type", "folder", "status", "document")
LISTS = ("errata", "confirmed", "notes", "path", "core")
GROUPS = ("folder", "status", "type")


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
    problems = [
        source.problem(Code.LIST_INVALID, key.span, f"A list has no key {key.text!r}", _known(key.text, KEYS))
        for key, _ in pairs
        if isinstance(key, Scalar) and key.text not in KEYS
    ]
    if not values.get("id") or values.get("of") not in LISTS:
        what = "A list needs an id, and what it is of"
        problems.append(source.problem(Code.LIST_INVALID, fence.content, what, _known(values.get("of", ""), LISTS)))
    if values.get("by", GROUPS[0]) not in GROUPS:
        what = f"Notes cannot be grouped by {values['by']!r}"
        problems.append(source.problem(Code.LIST_INVALID, fence.content, what, _known(values["by"], GROUPS)))
    return (None, problems) if problems else (List(**values), [])


def _known(name: str, names: tuple[str, ...]) -> str:
    return did_you_mean(name, names) or f"Known: {', '.join(names)}"
