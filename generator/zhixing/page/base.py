"""A base as a page, a block of a note, or embedded in one: its views as tables or lists of the notes that they find.

Source: https://help.obsidian.md/bases/syntax. A view that asks for what is not known here is not shown, and a box says
what that is: rows that are wrong would be worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from zhixing.markdown.links import Wikilink
from zhixing.markdown.slugs import anchors
from zhixing.markdown.yaml import PROJECT, Node, Scalar, read_yaml
from zhixing.markdown.yaml import Mapping as YamlMapping
from zhixing.markdown.yaml import Sequence as YamlSequence
from zhixing.page.base_language import (
    Expression,
    Row,
    UnsupportedError,
    Value,
    as_number,
    as_text,
    is_true,
    parse,
)
from zhixing.page.links import display, place, reason
from zhixing.page.public import Private
from zhixing.page.tags import Tags
from zhixing.page.targets import element_id
from zhixing.page.tree import (
    NOWHERE,
    Block,
    Callout,
    Document,
    Emphasis,
    Heading,
    Inline,
    Item,
    Link,
    List,
    Paragraph,
    Place,
    Stub,
    Table,
    Tag,
    Text,
)
from zhixing.source import Source, Span
from zhixing.vault.load import read_inside
from zhixing.vault.note import Link as NoteLink
from zhixing.vault.note import Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault, fold

SUFFIX = ".base"
MAX_VIEWS = 20
MAX_ROWS = 500
MAX_COLUMNS = 30
MAX_FILTERS = 100
MAX_CELL = 500
# So often the notes may be asked by one base, and by all of a vault.
MAX_STEPS = 1_000_000
SHARED = 10_000_000
_NAME = "file.name"


@dataclass(frozen=True, slots=True)
class View:
    """One view: what it finds, its columns and their order, and how its rows are sorted, grouped and bounded."""

    name: str
    type: str
    filters: Expression
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    group: tuple[str, bool] | None
    limit: int


def _bare(column: str) -> str:
    """Return the name of a column; that of a property of notes may be written with `note.` before it or without."""
    return column.removeprefix("note.")


def _texts(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, YamlSequence) else ()
    return [one.text for one in items if isinstance(one, Scalar)]


def _get(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, YamlMapping) else None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def read_base(path: str, text: str) -> YamlMapping | None:
    """Return what a base says; None where its text is none."""
    root, problems = read_yaml(Source(path, text), Span(0, len(text)), PROJECT)
    return root if not problems and isinstance(root, YamlMapping) else None


def _list_views(root: YamlMapping) -> list[tuple[Node, str]]:
    """Return the views of a base, each with its name, or its number where it has none."""
    views = _get(root, "views")
    found = views.items[:MAX_VIEWS] if isinstance(views, YamlSequence) else ()
    return [(node, _text(_get(node, "name")) or str(number)) for number, node in enumerate(found, 1)]


def read_filter(node: Node | None, left: int = MAX_FILTERS) -> tuple[Expression, int]:
    """Return a filter, written as one expression or as `and`, `or` and `not` of several, and how many may follow.

    Raises UnsupportedError.
    """
    if node is None or (isinstance(node, Scalar) and not node.text.strip()):
        return (lambda _: True), left
    if left <= 0:
        raise UnsupportedError("filters")
    if isinstance(node, Scalar):
        return parse(node.text), left - 1
    if isinstance(node, YamlSequence):
        return _join("and", node, left)
    parts: list[Expression] = []
    for key, inside in node.items:
        if key.text not in {"and", "or", "not"}:
            raise UnsupportedError(key.text)
        part, left = _join(key.text, inside, left)
        parts.append(part)
    return (lambda row: all(is_true(part(row)) for part in parts)), left


def _join(word: str, node: Node, left: int) -> tuple[Expression, int]:
    parts: list[Expression] = []
    for one in node.items if isinstance(node, YamlSequence) else (node,):
        part, left = read_filter(one if isinstance(one, Scalar | YamlSequence | YamlMapping) else None, left)
        parts.append(part)
    if word == "and":
        return (lambda row: all(is_true(part(row)) for part in parts)), left
    if word == "or":
        return (lambda row: any(is_true(part(row)) for part in parts)), left
    return (lambda row: not any(is_true(part(row)) for part in parts)), left


def _order(node: Node | None) -> tuple[str, bool] | None:
    """Return a property to sort or group by, and whether the greatest comes first."""
    name = _text(node) or _text(_get(node, "property"))
    return (name, _text(_get(node, "direction")).upper() == "DESC") if name else None


def _read_view(node: Node, common: Node | None) -> View:
    """Return a view with the filters of the whole base. Raises UnsupportedError."""
    whole, left = read_filter(common)
    own, _ = read_filter(_get(node, "filters"), left)
    sort = _get(node, "sort")
    orders = [_order(one) for one in sort.items if not isinstance(one, tuple)] if isinstance(sort, YamlSequence) else []
    limit = as_number(_text(_get(node, "limit")))
    return View(
        _text(_get(node, "name")), _text(_get(node, "type")),
        lambda row: is_true(whole(row)) and is_true(own(row)),
        tuple(_texts(_get(node, "order"))[:MAX_COLUMNS]) or (_NAME,),
        tuple(one for one in orders if one), _order(_get(node, "groupBy")),
        int(limit) if limit is not None and 0 < limit < MAX_ROWS else MAX_ROWS,
    )  # fmt: skip


class Bases:
    """Makes pages of the bases of a vault, of which there are `count`; rows are the notes that `is_on_site`."""

    def __init__(
        self, vault: Vault, private: Private, tags: Tags, count: int, is_on_site: Callable[[Note], bool]
    ) -> None:
        self.vault = vault
        self.private = private
        self.tags = tags
        self.notes = [note for note in vault.notes.values() if note.published and is_on_site(note)]
        self.steps = min(MAX_STEPS, SHARED // max(count, 1))
        self._blocks: dict[tuple[PurePosixPath, str], tuple[Block, ...]] = {}
        self._embeds: dict[tuple[PurePosixPath, PurePosixPath, str], tuple[Block, ...]] = {}
        self._files: dict[PurePosixPath, YamlMapping | None] = {}

    def show_block(self, note: Note, text: str) -> tuple[Block, ...]:
        """Return what a base in a block of code of a note shows; `this` in it is the note."""
        key = (note.path, text)
        if key not in self._blocks:
            root = read_base(str(note.path), text)
            self._blocks[key] = tuple(self._views(root, note)) if root else (self._unreadable,)
        return self._blocks[key]

    def show_view(self, note: Note, path: PurePosixPath, name: str) -> tuple[Block, ...] | None:
        """Return the view of a base that a note embeds, which knows the note as `this`; None for another file."""
        if path.suffix.lower() != SUFFIX:
            return None
        key = (note.path, path, name)
        if key not in self._embeds:
            self._embeds[key] = tuple(self._embedded(note, path, name))
        return self._embeds[key]

    def _embedded(self, note: Note, path: PurePosixPath, name: str) -> list[Block]:
        if path not in self._files:
            self._files[path] = read_base(str(path), read_inside(self.vault.root, path) or "")
        root, words = self._files[path], self.vault.wording
        if root is None:
            return [self._unreadable]
        views = _list_views(root)
        named = [one for one in views if fold(one[1]) == fold(name)] if name else views
        if not named:
            return [_box(words.nothing_in_note.format(note=path.name, place=name) if name else words.view_empty)]
        return self._show(named[0][0], root, note, 1)

    def page(self, path: PurePosixPath, text: str) -> Document:
        """Return the page of a base."""
        words = self.vault.wording
        root = read_base(str(path), text)
        blocks: list[Block] = [Heading(NOWHERE, 1, "", (Text(NOWHERE, path.stem),))]
        blocks += self._views(root) if root else [self._unreadable]
        file = Link(NOWHERE, Place(path), (Text(NOWHERE, words.original_file),))
        return Document(path, (*blocks, Paragraph(NOWHERE, (file,))), wording=words)

    @property
    def _unreadable(self) -> Callout:
        return _box(self.vault.wording.sheet_unreadable)

    def _views(self, root: YamlMapping, this: Note | None = None) -> list[Block]:
        found = _list_views(root)
        blocks: list[Block] = []
        for (node, name), slug in zip(found, anchors([name for _, name in found]), strict=True):
            blocks += self._head(node, name, slug, this, len(found))
            blocks += self._show(node, root, this, len(found))
        return blocks

    def _show(self, node: Node, root: YamlMapping, this: Note | None, views: int) -> list[Block]:
        """Return one view of a base, of which so many are shown, or a box that says why it is not."""
        try:
            return self._view(_read_view(node, _get(root, "filters")), _Base.read(root, this), views)
        except UnsupportedError as unknown:
            return [_box(self.vault.wording.view_unsupported.format(part=str(unknown)[:100]))]

    def _head(self, node: Node, name: str, slug: str, this: Note | None, views: int) -> list[Block]:
        """Return the name of a view: a heading on a page, bold in a note, where a single view may have none."""
        words = (Text(NOWHERE, name),)
        if this is None:
            return [Heading(NOWHERE, 2, element_id(slug), words)]
        named = views > 1 or _text(_get(node, "name"))
        return [Paragraph(NOWHERE, (Emphasis(NOWHERE, "strong", words),))] if named else []

    def _view(self, view: View, base: _Base, views: int) -> list[Block]:
        """Return the rows of a view. Raises UnsupportedError."""
        if len(self.notes) * views * (1 + len(base.formulas)) > self.steps:
            raise UnsupportedError("…")
        rows = [row for note in self.notes if is_true(view.filters(row := Row(note, base.formulas, this=base.this)))]
        for name, descending in reversed(view.sort):
            rows = _sorted(rows, parse(name), descending)
        kept = rows[: view.limit]
        blocks = [block for name, group in self._groups(kept, view) for block in self._group(name, group, view, base)]
        if len(rows) > len(kept):
            blocks.append(_box(self.vault.wording.rows_not_shown.format(count=len(rows) - len(kept))))
        return blocks or [Paragraph(NOWHERE, (Text(NOWHERE, self.vault.wording.view_empty),))]

    def _groups(self, rows: list[Row], view: View) -> list[tuple[str, list[Row]]]:
        if view.group is None or not rows:
            return [("", rows)] if rows else []
        name, descending = view.group
        value = parse(name)
        groups: dict[str, list[Row]] = {}
        for row in _sorted(rows, value, descending):
            groups.setdefault(self._say(name, value(row)) or "—", []).append(row)
        return [*groups.items()]

    def _group(self, name: str, rows: Sequence[Row], view: View, base: _Base) -> list[Block]:
        """Return rows as a table, or as a list where the view is one."""
        words = (Text(NOWHERE, name),)
        head: list[Block] = [Heading(NOWHERE, 3, "", words)] if name else []
        if name and base.this is not None:
            head = [Paragraph(NOWHERE, (Emphasis(NOWHERE, "strong", words),))]
        columns = [(column, parse(column)) for column in view.columns]
        if view.type == "list":
            items = (self._line(row, columns) for row in rows)
            return [*head, List(NOWHERE, tuple(Item(NOWHERE, (Paragraph(NOWHERE, item),)) for item in items))]
        names = (base.names.get(_bare(column)) or self._label(column) for column in view.columns)
        titles = tuple((Text(NOWHERE, name),) for name in names)
        cells = (tuple(self._cell(row, *column) for column in columns) for row in rows)
        return [*head, Table(NOWHERE, ("",) * len(columns), (titles, *cells), of_notes=True)]

    def _label(self, column: str) -> str:
        words, name = self.vault.wording, _bare(column)
        known = {_NAME: words.notes, "status": words.map_status, "tags": words.tags, "requires": words.requires}
        return known.get(name) or words.labels.get(name, name.rpartition(".")[2])

    def _line(self, row: Row, columns: Sequence[tuple[str, Expression]]) -> tuple[Inline, ...]:
        return _joined([part for column in columns if (part := self._cell(row, *column))], " · ")

    def _cell(self, row: Row, column: str, expression: Expression) -> tuple[Inline, ...]:
        """Return a cell of a table."""
        if column in {_NAME, "file.basename"}:
            return (Link(NOWHERE, Place(row.note.path), (Text(NOWHERE, row.note.name),)),)
        value = expression(row)
        if column.rpartition(".")[2] == "tags" and isinstance(value, list):
            return _joined([self._tag(as_text(one)) for one in value], " ")
        if isinstance(value, str) and (said := self._say(column, value)) != value:
            return (Text(NOWHERE, said),)
        found = [self._value(row.note, one) for one in (value if isinstance(value, list) else [value])[:MAX_ROWS]]
        return _joined(found, self.vault.wording.enumeration)

    def _say(self, column: str, value: Value) -> str:
        """Return a value as text: states and types in the words that pages of notes have for them."""
        words, text = self.vault.wording, as_text(value)
        if isinstance(value, bool):
            return words.yes if value else words.no
        return {"status": words.statuses, "type": words.types}.get(column.removeprefix("note."), {}).get(text, text)

    def _tag(self, name: str) -> tuple[Inline, ...]:
        known = self.tags.find(name)
        return (Tag(NOWHERE, name, Place(known.path) if known else None),)

    def _value(self, note: Note, value: Value) -> tuple[Inline, ...]:
        """Return one value: a link where it is one."""
        if isinstance(value, bool):
            return (Text(NOWHERE, "☑" if value else "☐"),)
        text = as_text(value).strip()
        if not text:
            return ()
        if text.startswith(("https://", "http://")) and " " not in text:
            return (Link(NOWHERE, text, (Text(NOWHERE, text[:MAX_CELL]),)),)
        named = Wikilink.parse(text)
        if named is None:
            return (Text(NOWHERE, text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"),)
        return (self._link(note, NoteLink(NOWHERE, named.path, named.headings, named.block, named.display)),)

    def _link(self, note: Note, link: NoteLink) -> Inline:
        resolution = resolve(self.vault, note, link)
        to = None if resolution.file in self.private.files else place(resolution, link)
        words = (Text(NOWHERE, display(link)),)
        return Link(NOWHERE, to, words) if to else Stub(NOWHERE, reason(resolution, self.vault.wording), words)


@dataclass(frozen=True, slots=True)
class _Base:
    """What the views of a base share: its formulas, what its columns are called, and the note that it stands in."""

    formulas: Mapping[str, Expression]
    names: Mapping[str, str]
    this: Note | None = None

    @classmethod
    def read(cls, root: YamlMapping, this: Note | None) -> _Base:
        formulas, properties = _get(root, "formulas"), _get(root, "properties")
        said = formulas.items[:MAX_COLUMNS] if isinstance(formulas, YamlMapping) else ()
        named = properties.items if isinstance(properties, YamlMapping) else ()
        return cls(
            {key.text: parse_later(_text(value)) for key, value in said},
            {_bare(key.text): name for key, value in named if (name := _text(_get(value, "displayName")))},
            this,
        )


def parse_later(text: str) -> Expression:
    """Return an expression that is unsupported only where a view asks for it."""
    try:
        return parse(text)
    except UnsupportedError as unknown:
        name = str(unknown)

        def refuse(_: Row) -> Value:
            raise UnsupportedError(name)

        return refuse


def _sorted(rows: list[Row], value: Expression, descending: bool) -> list[Row]:
    """Return rows by a value: numbers before texts, and what has none last."""

    def key(row: Row) -> tuple[int, float, str]:
        found = value(row)
        number = as_number(found)
        return (1, number, "") if number is not None else (2, 0.0, as_text(found))

    filled = [row for row in rows if value(row) not in (None, "") and value(row) != []]
    kept = set(map(id, filled))
    return [*sorted(filled, key=key, reverse=descending), *(row for row in rows if id(row) not in kept)]


def _joined(parts: Sequence[tuple[Inline, ...]], between: str) -> tuple[Inline, ...]:
    """Return running text of parts with something between them."""
    sign = Text(NOWHERE, between)
    return tuple(piece for at, part in enumerate(parts) for piece in ((sign, *part) if at else part))


def _box(title: str) -> Callout:
    return Callout(NOWHERE, "quote", (Text(NOWHERE, title),))
