"""The properties of a note that this project gives no meaning of its own, shown as Obsidian shows them."""

from __future__ import annotations

import re
from datetime import datetime
from html import escape

from zhixing.portable.links import display, reason, unlinked
from zhixing.site.addresses import Addresses
from zhixing.source import Span
from zhixing.text.frontmatter import Field, Value
from zhixing.text.wikilink import WIKILINK, Wikilink, default_text
from zhixing.vault.links import LINK_FIELDS
from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault

# How a note is shown or found, not what it says.
_HIDDEN = frozenset({"title", "cssclass", "cssclasses", "permalink"})
# Whether it is shown; a date of publication is no such thing.
_SWITCHES = frozenset({"publish", "published"})
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
            return f"{unlinked(reason(resolution))}{name}</em>"
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
