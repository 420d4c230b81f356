"""Lists: reading `yaml list` blocks, and the Markdown below them.

The language and its core are imported by the lists that show them: a build without such lists need not load them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from zhixing.language.book import Book, Declared
from zhixing.language.errors import ExampleError
from zhixing.language.names import normal_name
from zhixing.lists.canvas import canvas_text
from zhixing.lists.concept_map import draw_map, relations
from zhixing.lists.map_figure import MOST, map_figure
from zhixing.markdown.blocks import Region
from zhixing.markdown.links import TokenKind
from zhixing.markdown.yaml import LIST, WIDE, Scalar, find_wide_colon, read_yaml
from zhixing.markdown.yaml import Mapping as YamlMapping
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.show.escape import escape_markdown
from zhixing.show.sources import anchor, document_name
from zhixing.source import Source
from zhixing.vault.graph import levels
from zhixing.vault.note import Note
from zhixing.vault.resolve import resolve_path
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

if TYPE_CHECKING:
    from zhixing.language.model import Run, Said

    Published = tuple[tuple[Declared, Run], ...]
    """Examples of notes that may be seen, with their runs."""
    Cells = Callable[[Run, Said], tuple[str, ...]]
    """What a row of a table of statements has before the source and the example."""

# Reading a `yaml list` block.

KEYS = ("id", "of", "by", "type", "folder", "status", "document")
LISTS = ("errata", "consistent", "confirmed", "notes", "path", "core", "words", "map")
GROUPS = ("folder", "status", "type")
_ID = re.compile(r"[\w-]{1,60}")


@dataclass(frozen=True, slots=True)
class List:
    """A list as declared: its kind, its grouping, and the notes or the document it is limited to ("" for all)."""

    id: str
    of: str
    by: str = ""
    type: str = ""
    folder: str = ""
    status: str = ""
    document: str = ""


def read_list(source: Source, fence: Region) -> tuple[List | None, list[Problem]]:
    """Return the list that a block declares, or why it declares none."""
    root, problems = read_yaml(source, fence.content, LIST)
    if root is None:
        return None, problems
    if not isinstance(root, YamlMapping):
        wide = find_wide_colon(root)
        what, fix = (
            WIDE if wide is not None else ("The block is not a mapping of keys to values", "Begin with `id: NAME`")
        )
        return None, [source.problem(Code.LIST_INVALID, root.span if wide is None else wide, what, fix)]
    problems += [*_check_keys(source, root), *_check_values(source, fence, root)]
    return (None, problems) if problems else (List(**_values(root)), [])


def _values(root: YamlMapping) -> dict[str, str]:
    values = {key.text: value.text for key, value in root.items if isinstance(value, Scalar)}
    return values | {"id": normal_name(values.get("id", "").strip())}


def _check_values(source: Source, fence: Region, root: YamlMapping) -> Iterator[Problem]:
    """Yield a problem for an id, a kind of list and a grouping that are missing or not known."""
    values = _values(root)
    at = {key.text: value.span for key, value in root.items}

    def wrong(key: str, what: str, fix: str) -> Problem:
        return source.problem(Code.LIST_INVALID, at.get(key, fence.content), what, fix)

    if not values["id"] or values.get("of") not in LISTS:
        yield wrong("of", "A list needs an id, and what it is of", _list_known(values.get("of", ""), LISTS))
    elif not _ID.fullmatch(values["id"]):
        fix = "Use letters, Chinese characters, digits, - and _, at most 60"
        yield wrong("id", f"{values['id'][:60]!r} cannot be an id", fix)
    if values.get("by", GROUPS[0]) not in GROUPS:
        yield wrong("by", f"Notes cannot be grouped by {values['by']!r}", _list_known(values["by"], GROUPS))


def _check_keys(source: Source, root: YamlMapping) -> Iterator[Problem]:
    """Yield a problem for each key that a list does not have, or that holds more than a single value."""
    for key, value in root.items:
        if key.text not in KEYS:
            what, fix = f"A list has no key {key.text!r}", _list_known(key.text, KEYS)
            yield source.problem(Code.LIST_INVALID, key.span, what, fix)
        elif not isinstance(value, Scalar):
            what = f"{key.text!r} has more than a single value"
            yield source.problem(Code.LIST_INVALID, value.span, what, "Write one value in the same line")


def _list_known(name: str, names: tuple[str, ...]) -> str:
    return did_you_mean(name, names) or f"Known: {', '.join(names)}"


CANVAS = ".canvas"  # a list of kind `map` puts a file of its name beside its note
BAR = "\\|"  # in a cell of a table


def list_body(one: List, vault: Vault, published: Published) -> str:
    """Return the Markdown to write below a list's block; `published` are the vault's examples of `find_published`."""
    parts = {
        "errata": lambda: _statements(one, vault, published),
        "consistent": lambda: _statements(one, vault, published),
        "confirmed": lambda: _statements(one, vault, published),
        "notes": lambda: _group_notes(one, vault),
        "path": lambda: _path(one, vault),
        "core": lambda: _list_core(vault),
        "words": lambda: _list_words(vault),
        "map": lambda: _map(one, vault),
    }[one.of]()
    head = vault.wording.list_head_of_code if one.of in ("core", "words") else vault.wording.list_head
    return "\n\n".join([head, *parts])


def _list_core(vault: Vault) -> Iterator[str]:
    from zhixing.lists.reference import reference  # noqa: PLC0415

    return reference(vault)


def _list_words(vault: Vault) -> Iterator[str]:
    from zhixing.lists.words import list_words  # noqa: PLC0415

    return list_words(vault.wording)


def _instead(run: Run, said: Said) -> str:
    from zhixing.show.body import instead  # noqa: PLC0415

    return instead(run, said)


def list_map(one: List, vault: Vault) -> tuple[str, dict[str, str]]:
    """Return the canvas of a list of kind `map`, with room for its checksum, and its picture by file name."""
    notes = select_notes(one, vault)
    nodes, edges = draw_map(vault, notes)
    figures = {_figure(one): map_figure(one.id, nodes, edges, vault.wording)} if 0 < len(notes) <= MOST else {}
    return canvas_text(nodes, edges), figures


def follows_links(one: List, vault: Vault) -> bool:
    """Return whether links decide what a list shows, as they do on a map where no note requires another."""
    return one.of == "map" and not relations(vault, select_notes(one, vault)).required


def _figure(one: List) -> str:
    return f"{one.id}.map.svg"


def _map(one: List, vault: Vault) -> Iterator[str]:
    """Yield a link to the canvas, and its picture where there is one, linked to itself in full size."""
    yield f"[[{one.id}{CANVAS}|{one.id}]]"
    if 0 < len(select_notes(one, vault)) <= MOST:
        picture = f"_figures/{_figure(one)}"
        yield f"[![{one.id}]({picture})]({picture})"


def _statements(kept: List, vault: Vault, published: Published) -> Iterator[str]:
    """Yield one table: what is true instead of sources' statements, or which statements hold, and the examples."""
    words = vault.wording
    kinds: dict[str, tuple[tuple[str, ...], Callable[[Said], bool], Cells]] = {
        "errata": (words.errata_head, _is_wrong, lambda run, said: (_instead(run, said), _stated(said))),
        "consistent": (words.consistent_head, _is_consistent, lambda _, said: (_stated(said), _chosen(said))),
        "confirmed": (words.confirmed_head, _is_confirmed, lambda _, said: (_stated(said),)),
    }
    head, belongs, cells = kinds[kept.of]
    rows = [
        (said.says.document, _row(*cells(run, said), *_source_and_example(one, run, said, vault)))
        for one, run in published
        for said in run.said
        if belongs(said) and kept.document in ("", said.says.document.strip())
    ]
    if not rows:
        yield words.list_empty
        return
    yield "\n".join([_row(*head), _row(*["---"] * len(head)), *(row for _, row in sorted(rows))])


def find_published(book: Book) -> Published:
    """Return the examples of notes that may be seen and whose results are whole, with their runs."""
    found = ((one, book.runs.get(one.example.id)) for one in book.declared if one.note.published and one.example)
    return tuple((one, run) for one, run in found if run is not None and _is_shown(run))


def _is_shown(run: Run) -> bool:
    """Return whether every statement of a run can be shown."""
    try:
        return bool([_instead(run, said) for said in run.said])
    except ExampleError:
        return False


def _is_wrong(said: Said) -> bool:
    return said.wrong


def _is_consistent(said: Said) -> bool:
    return not said.wrong and bool(said.says.chosen)


def _is_confirmed(said: Said) -> bool:
    return not said.wrong and not said.says.chosen


def _stated(said: Said) -> str:
    return escape_markdown(" ".join(said.says.text.split()))


def _chosen(said: Said) -> str:
    return escape_markdown(" ".join(said.says.chosen.split()))


def _source_and_example(one: Declared, run: Run, said: Said, vault: Vault) -> tuple[str, str]:
    """Return links to the source's note, and to the callout below the example."""
    sources = {
        _property(note, "document"): note for note in vault.notes.values() if note.published and note.type == "source"
    }
    place = _link(one.note, vault, cell=True).removeprefix("[[").removesuffix("]]").partition(BAR)[0]
    return _document(said, sources, vault), f"[[{place}#^{anchor(run, said)}{BAR}{one.note.name}]]"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _document(said: Said, sources: Mapping[str, Note], vault: Vault) -> str:
    note = sources.get(said.says.document.strip())
    return _link(note, vault, cell=True) if note else document_name(said, vault.wording)


def _property(note: Note, name: str) -> str:
    field = note.frontmatter.fields.get(name)
    return field.items[0].text if field and field.items else ""


def _link(note: Note, vault: Vault, *, cell: bool = False) -> str:
    """Return a wikilink for a list or a table cell: by path where another note has the same name."""
    if resolve_path(vault, note.name, PurePosixPath("index.md")).ambiguous:
        return f"[[{note.path.with_suffix('')}{BAR if cell else '|'}{note.name}]]"
    return f"[[{note.name}]]"


def select_notes(one: List, vault: Vault) -> list[Note]:
    """Return the notes that a list is about."""
    return [
        note
        for note in vault.notes.values()
        if note.published
        and one.type in ("", note.type)
        and one.status in ("", note.status)
        and (not one.folder or str(note.path).startswith(f"{one.folder.rstrip('/')}/"))
    ]


def _group_notes(one: List, vault: Vault) -> Iterator[str]:
    groups: dict[str, list[Note]] = defaultdict(list)
    for note in select_notes(one, vault):
        groups[_group(note, one.by, vault.wording)].append(note)
    for name, notes in sorted(groups.items()):
        lines = "\n".join(f"- {_entry(note, vault)}" for note in notes)
        head = vault.wording.group.format(name=escape_markdown(name), count=len(notes))
        yield f"{head}\n\n{lines}" if one.by else lines


def _entry(note: Note, vault: Vault) -> str:
    """Return a link to a note, and what it says first."""
    link, gloss = _link(note, vault), _gloss(note, vault.wording)
    return vault.wording.pair(link, gloss) if gloss else link


def _group(note: Note, by: str, words: Wording) -> str:
    if by == "folder":
        return str(note.path.parent) if note.path.parent.parts else words.root_folder
    if by == "status":
        known = {"done": words.status_done, "draft": words.status_draft, "": words.status_none}
        return known.get(note.status, note.status)
    return note.type if by == "type" else ""


def beginning(note: Note) -> str:
    """Return the part of a note's text that lists say something of: all up to the end of its opening."""
    return note.text[: note.opening.span.end if note.opening else len(note.text)]


def _gloss(note: Note, words: Wording) -> str:
    """Return the first sentence of a note's opening that asks nothing, as it is written, without comments.

    A note may open with the question that its definition answers; the list tells the definition.
    """
    region = note.opening
    if region is None:
        return ""
    text, at = "", region.content.start
    hidden = (TokenKind.COMMENT, TokenKind.HTML_COMMENT, TokenKind.BLOCK_ID)
    for token in (token for token in note.tokens if token.span.start in region.content and token.kind in hidden):
        text += note.source.text[at : token.span.start]
        at = token.span.end
    line = " ".join((text + note.source.text[at : region.content.end]).split())
    parts, ends = re.split(words.sentence_end, line), [*re.findall(words.sentence_end, line), ""]
    told = (part.strip() for part, end in zip(parts, ends, strict=True) if end not in {"?", "？"})
    return next(filter(None, told), parts[0])


def _path(one: List, vault: Vault) -> Iterator[str]:
    """Yield the notes in the order in which each comes after all that it requires."""
    steps = levels(vault, select_notes(one, vault))
    yield "\n".join(
        f"{number}. {vault.wording.enumeration.join(_link(note, vault) for note in notes)}"
        for number, notes in enumerate(steps, 1)
    )
