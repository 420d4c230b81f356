"""What the site adds to a note: its properties under the title, and at the foot the notes that link to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from markupsafe import escape as marked

from zhixing.markdown.frontmatter import Field, Value
from zhixing.markdown.links import WIKILINK, TokenKind, Wikilink, default_text
from zhixing.page.links import display, reason
from zhixing.page.tags import Tags
from zhixing.page.titles import title
from zhixing.site.files import Addresses
from zhixing.site.math import FormulaError, mathml
from zhixing.source import Span
from zhixing.vault.graph import Edge
from zhixing.vault.note import LINK_FIELDS, Link, Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault, fold

# The properties of a note that this project gives no meaning of its own, shown as Obsidian shows them.

# How a note is shown or found, not what it says.
_HIDDEN = frozenset({"title", "cssclass", "cssclasses", "permalink"})
# Whether it is shown; a date of publication is no such thing.
_SWITCHES = frozenset({"publish", "published", "draft"})
_LABELS = {"related": "相关", "document": "文档"}
_URL = re.compile(r"https?://[^\s<>\"]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?", re.ASCII)
# Longer texts, lists and heads fold; so much of them stands open.
_TEXT, _ITEMS, ROWS = 160, 12, 8

Row = tuple[str, str]


def rows(vault: Vault, note: Note, shown: frozenset[str], to: Addresses) -> list[Row]:
    """Return the label and the value, as HTML, of each property of a note but those `shown` already."""
    writer = _Values(vault, note, to)
    fields = note.frontmatter.fields.items()
    return [
        (_LABELS.get(key, key), writer.value(key, field))
        for key, field in fields
        if key not in shown and not _is_hidden(key.lower(), field)
    ]


def _is_hidden(key: str, field: Field) -> bool:
    """Tell whether a property says nothing to a reader: how a note is shown, or that no note is related to it."""
    unrelated = key in LINK_FIELDS and not field.value
    return unrelated or key in _HIDDEN or (key in _SWITCHES and not isinstance(field.value, str))


def table(found: list[Row]) -> str:
    """Return properties as a list of terms, those beyond the first few folded away."""
    if not found:
        return ""
    rest = "".join(_row(*row) for row in found[ROWS:])
    folded = f"<details><summary>另外 {len(found) - ROWS} 项</summary><dl>{rest}</dl></details>" if rest else ""
    return f"<dl>{''.join(_row(*row) for row in found[:ROWS])}</dl>{folded}"


def items(values: list[str]) -> str:
    """Return the values of a list, as HTML, those beyond the first few folded away."""
    if len(values) > _ITEMS:
        rest = values[_ITEMS:]
        more = f"<details><summary>另外 {len(rest)} 个</summary>{_list(rest)}</details>"
        return _list(values[:_ITEMS]) + more
    return _list(values)


def when(text: str) -> str:
    """Return a date, or a date and time, as HTML; other text as it is."""
    if not _DATE.fullmatch(text):
        return escape(text)
    try:
        datetime.fromisoformat(text)
    except ValueError:  # the 31st of June
        return escape(text)
    return f'<time datetime="{text}">{text.replace("T", " ")}</time>'


class _Values:
    """Writes the values of one note's properties."""

    def __init__(self, vault: Vault, note: Note, to: Addresses) -> None:
        self.vault = vault
        self.note = note
        self.to = to
        self.links = {link.span.start: link for link in note.links if link.field}

    def value(self, key: str, field: Field) -> str:
        """Return a value by its kind, as HTML."""
        if key in LINK_FIELDS:
            return items([self._link(link) for link in self.note.links if link.field == key])
        if isinstance(field.value, list) and not any(isinstance(one, list | dict) for one in field.value):
            pairs = zip(field.value, field.entries, strict=True)
            return items([self._one(value, span) for value, span in pairs]) or _empty()
        return self._one(field.value, field.value_span)

    def _one(self, value: Value, span: Span) -> str:
        if isinstance(value, bool):
            return f'<span class="check" role="img" aria-label="{"是" if value else "否"}">{"✓" * value}</span>'
        if isinstance(value, str) and value.strip():
            link = self.links.get(span.start)
            return self._link(link) if link else _text(value.strip())
        if isinstance(value, list | dict):
            return f"<code>{escape(span.of(self.note.source.text).strip())}</code>"
        return _empty()

    def _link(self, link: Link) -> str:
        resolution = resolve(self.vault, self.note, link)
        address = self.to.link(link, resolution)
        name = escape(display(link))
        if not address:
            return f'<em class="stub" title="{reason(resolution)}">{name}</em>'
        return f'<a class="note-chip" href="{escape(address)}">{name}</a>'


def _text(written: str) -> str:
    text = WIKILINK.sub(_name, written)  # a link only where it is all of the value
    if _URL.fullmatch(text):
        return f'<a class="remote" href="{escape(text)}" rel="noopener noreferrer">{escape(text)}</a>'
    if len(text) <= _TEXT:
        return when(text)
    start = escape(text[: _TEXT // 2].rstrip())
    return f"<details><summary><span>{start}…</span><span>收起</span></summary>{escape(text)}</details>"


def _name(found: re.Match[str]) -> str:
    link = Wikilink.of(found)
    return link.display or default_text(link.path, link.headings, link.block) if link else found[0]


def _empty() -> str:
    return '<span class="empty" aria-label="空">—</span>'


def _list(values: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{value}</li>' for value in values)}</ul>" if values else ""


def _row(label: str, value: str) -> str:
    return f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>"


# The sentence that a link stands in, for the foot of the page it leads to.

# Characters shown before and behind the link.
_REACH = 60
_SPACES = re.compile(r"\s+")


def sentence(note: Note, link: Link) -> str:
    """Return the sentence around a link as HTML, the link in `<b>`; "" where nothing stands beside it."""
    if link.field:
        return ""
    around = note.sentence(link.span)
    before = _units(note, Span(around.span.start, link.span.start))
    after = _units(note, Span(link.span.end, around.span.end))
    while before and before[0] in " |":
        before.pop(0)
    while after and after[-1] in " |":
        after.pop()
    if not before and not "".join(after).strip("。.；;，, "):
        return ""
    left = "…" if around.cut_before or len(before) > _REACH else ""
    right = "…" if around.cut_after or len(after) > _REACH else ""
    shown = note.plain(link.token.content) if link.token and link.token.kind is TokenKind.LINK else display(link)
    return f"{left}{''.join(before[-_REACH:])}<b>{escape(shown)}</b>{''.join(after[:_REACH])}{right}"


def _units(note: Note, span: Span) -> list[str]:
    """Return what a reader sees of a part of a note as HTML: character by character, code and formulas as one."""
    units: list[str] = []
    for seen in note.see(span):
        if seen.token and seen.token.kind in {TokenKind.CODE, TokenKind.MATH}:
            units.append(_piece(seen.token.kind, seen.text))
        else:
            units += map(escape, _SPACES.sub(" ", seen.text))
    return units


def _piece(kind: TokenKind, content: str) -> str:
    if kind is TokenKind.CODE:
        return f"<code>{escape(content)}</code>"
    try:
        return mathml(content.strip(), display=False)
    except FormulaError:
        return escape(content)


TYPES = {"concept": "概念", "source": "来源", "resource": "资源", "page": ""}
STATUSES = {"done": "完成", "draft": "草稿", "review": "待核", "in-progress": "进行中", "todo": "待写"}
FIELDS = {"related": "列为相关", "requires": "以此为前置"}
# Properties that stand in the head's first line where they are read, and those that have lines of their own.
_SCALARS = ("type", "status", "date")
_LISTS = frozenset({"tags", "tag", "aliases", "alias", "requires"})
# More backlinks than this fold away.
_OPEN = 20


def head(vault: Vault, note: Note, requires: Sequence[Note], to: Addresses) -> str:
    """Return a note's properties: its type, status, date and tags in a line, each other one in a line of its own."""
    facts = [
        _fact("note-type", TYPES.get(note.type, note.type)),
        _fact("note-status", STATUSES.get(note.status, note.status)),
        when(note.date),
        *(_tag(tag, to) for tag in _spelled_once(note)),
    ]
    line = " ".join(fact for fact in facts if fact)
    lists = [
        ("又名", items([_fact("note-alias", alias) for alias in note.aliases])),
        ("先读", items([_chip(required, to) for required in requires])),
    ]
    read = {key for key in _SCALARS if note.frontmatter.fields.get(key, None) and getattr(note, key)}
    others = rows(vault, note, _LISTS | read, to)
    shown = (f"<p>{line}</p>" if line else "") + table([*(row for row in lists if row[1]), *others])
    return f'<div class="note-head">{shown}</div>' if shown else ""


def meta(note: Note, tags: Tags) -> dict[str, object]:
    """Return what themes and other plugins are told of a note; its tags stand in its head already.

    Themes print titles and descriptions as they are: what may be taken for HTML is escaped here, once.
    """
    named = [found.name for tag in _spelled_once(note) if (found := tags.find(tag))]
    known: dict[str, object] = {"title": marked(title(note)), "tags": named, "hide": ["tags"]}
    description = note.frontmatter.fields.get("description")
    if description is None or not isinstance(description.value, str):
        return known
    return {**known, "description": marked(" ".join(description.value.split()))}


def _spelled_once(note: Note) -> Iterable[str]:
    """Return a note's tags, each in its first spelling."""
    spelled: dict[str, str] = {}
    for tag in note.tags:
        spelled.setdefault(fold(tag), tag)
    return spelled.values()


def foot(edges: Iterable[Edge], to: Addresses) -> str:
    """Return the card of backlinks: each note that links here, with the sentence in which it does."""
    shown = sorted(
        (edge for edge in edges if to.note(edge.source)), key=lambda edge: (title(edge.source), str(edge.source.path))
    )
    items = [_backlink(list(group), to) for _, group in groupby(shown, key=lambda edge: edge.source.path)]
    if not items:
        return ""
    rest = "".join(items[_OPEN:])
    folded = f"<details><summary>另外 {len(items) - _OPEN} 篇</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        '<section class="backlinks" aria-label="反向链接">'
        f"<h2>反向链接 · {len(items)}</h2><ul>{''.join(items[:_OPEN])}</ul>{folded}</section>"
    )


def _backlink(edges: list[Edge], to: Addresses) -> str:
    source = edges[0].source
    contexts = (text for edge in edges if (text := sentence(source, edge.link)))
    named = (edge.link.field for edge in edges if edge.link.field)
    fields = dict.fromkeys(FIELDS.get(name, f"在属性 {escape(name)} 里") for name in named)
    context = next(contexts, "") or "，".join(fields)
    said = f'<span class="context">{context}</span>' if context else ""
    return f'<li><a href="{escape(to.note(source))}">{escape(title(source))}</a>{said}</li>'


def _fact(kind: str, text: str) -> str:
    return f'<span class="{kind}">{escape(text)}</span>' if text else ""


def _tag(name: str, to: Addresses) -> str:
    address = to.tag(name)
    shown = f"#{escape(name)}"
    return f'<a class="tag" href="{escape(address)}">{shown}</a>' if address else f'<span class="tag">{shown}</span>'


def _chip(note: Note, to: Addresses) -> str:
    return f'<a class="note-chip" href="{escape(to.note(note))}">{escape(title(note))}</a>'
