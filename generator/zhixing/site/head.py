"""What the site adds to a note: its properties under the title, and at the foot the notes that link to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from weakref import WeakKeyDictionary

from markupsafe import escape as marked

from zhixing.markdown.frontmatter import Property, Value
from zhixing.markdown.links import WIKILINK, TokenKind, Wikilink, default_text
from zhixing.page.links import display, reason
from zhixing.page.tags import Tags
from zhixing.page.titles import title
from zhixing.show.mathml import FormulaError, mathml
from zhixing.site.files import Addresses
from zhixing.site.search.text import Section
from zhixing.source import Span
from zhixing.vault.graph import Edge
from zhixing.vault.note import LINK_FIELDS, Link, Note
from zhixing.vault.resolve import Found, resolve
from zhixing.vault.vault import Vault, fold
from zhixing.wording.model import Wording

# The properties of a note that this project gives no meaning of its own, shown as Obsidian shows them.

# How a note is shown or found, not what it says.
_HIDDEN = frozenset({"title", "cssclass", "cssclasses", "permalink"})
# Whether it is shown; a date of publication is no such thing.
_SWITCHES = frozenset({"publish", "published", "dg-publish", "draft"})
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
        (vault.wording.labels.get(key, key), writer.value(key, field))
        for key, field in fields
        if key not in shown and not _is_hidden(key.lower(), field) and vault.settings.shows(key)
    ]


def _is_hidden(key: str, field: Property) -> bool:
    """Return whether a property says nothing to a reader: how a note is shown, or that no note is related to it."""
    unrelated = key in LINK_FIELDS and not field.value
    return unrelated or key in _HIDDEN or (key in _SWITCHES and not isinstance(field.value, str))


def table(found: list[Row], words: Wording) -> str:
    """Return properties as a list of terms, those beyond the first few folded away."""
    if not found:
        return ""
    rest = "".join(_row(*row) for row in found[ROWS:])
    more = words.more_properties.format(count=len(found) - ROWS)
    folded = f"<details><summary>{more}</summary><dl>{rest}</dl></details>" if rest else ""
    return f"<dl>{''.join(_row(*row) for row in found[:ROWS])}</dl>{folded}"


def items(values: list[str], words: Wording) -> str:
    """Return the values of a list, as HTML, those beyond the first few folded away."""
    if len(values) > _ITEMS:
        rest = values[_ITEMS:]
        more = words.more_values.format(count=len(rest))
        return f"{_list(values[:_ITEMS])}<details><summary>{more}</summary>{_list(rest)}</details>"
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
        self.words = vault.wording
        self.note = note
        self.to = to
        self.links = {link.span.start: link for link in note.links if link.field}

    def value(self, key: str, field: Property) -> str:
        """Return a value by its kind, as HTML."""
        if key in LINK_FIELDS:
            return items([self._link(link) for link in self.note.links if link.field == key], self.words)
        if isinstance(field.value, list) and not any(isinstance(one, list | dict) for one in field.value):
            pairs = zip(field.value, field.entries, strict=True)
            return items([self._one(value, span) for value, span in pairs], self.words) or _empty(self.words)
        return self._one(field.value, field.value_span)

    def _one(self, value: Value, span: Span) -> str:
        if isinstance(value, bool):
            label = escape(self.words.yes if value else self.words.no)
            return f'<span class="check" role="img" aria-label="{label}">{"✓" * value}</span>'
        if isinstance(value, str) and value.strip():
            link = self.links.get(span.start)
            return self._link(link) if link else _text(value.strip(), self.words)
        if isinstance(value, list | dict):
            return f"<code>{escape(span.of(self.note.source.text).strip())}</code>"
        return _empty(self.words)

    def _link(self, link: Link) -> str:
        resolution = resolve(self.vault, self.note, link)
        address = self.to.link(link, resolution)
        if not address:
            hidden = link.embed and resolution.kind is not Found.MISSING  # an embed's target is no word of its author's
            name = (link.display or self.words.withheld) if hidden else display(link)
            return f'<em class="stub" title="{escape(reason(resolution, self.words))}">{escape(name)}</em>'
        return f'<a class="note-chip" href="{escape(address)}">{escape(display(link))}</a>'


def _text(written: str, words: Wording) -> str:
    text = WIKILINK.sub(_name, written)  # a link only where it is all of the value
    if _URL.fullmatch(text):
        return f'<a class="remote" href="{escape(text)}" rel="noopener noreferrer">{escape(text)}</a>'
    if len(text) <= _TEXT:
        return when(text)
    start = escape(text[: _TEXT // 2].rstrip())
    return f"<details><summary><span>{start}…</span><span>{words.fold}</span></summary>{escape(text)}</details>"


def _name(found: re.Match[str]) -> str:
    link = Wikilink.of(found)
    return link.display or default_text(link.path, link.headings, link.block) if link else found[0]


def _empty(words: Wording) -> str:
    return f'<span class="empty" aria-label="{escape(words.empty)}">—</span>'


def _list(values: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{value}</li>' for value in values)}</ul>" if values else ""


def _row(label: str, value: str) -> str:
    return f"<div><dt>{escape(label)}</dt><dd>{value}</dd></div>"


# The sentence that a link stands in, for the foot of the page it leads to.

# Characters shown before and behind the link.
_REACH = 60
_SPACES = re.compile(r"\s+")
_ESCAPED = {character: escape(character) for character in "&<>\"'"}


_SENTENCES: WeakKeyDictionary[Note, dict[int, str]] = WeakKeyDictionary()


def keep_sentences(note: Note) -> Mapping[int, str]:
    """Keep the sentences around a note's links, so that the pages they lead to need not read the note again.

    Return them by the offsets of the links.
    """
    return {link.span.start: sentence(note, link) for link in note.links if not link.field}


def take_sentences(note: Note, known: Mapping[int, str]) -> None:
    """Take what `keep_sentences` returned for the same note in another process."""
    _SENTENCES[note] = {**known}


def sentence(note: Note, link: Link) -> str:
    """Return the sentence around a link as HTML, the link in `<b>`; "" where nothing stands beside it.

    It is read once: the page that shows it, its signature and the next build ask for the same one.
    """
    if link.field:
        return ""
    kept, at = _SENTENCES.setdefault(note, {}), link.span.start
    if at not in kept:
        kept[at] = _read_sentence(note, link)
    return kept[at]


def _read_sentence(note: Note, link: Link) -> str:
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
            units += [_ESCAPED.get(character, character) for character in _SPACES.sub(" ", seen.text)]
    return units


def _piece(kind: TokenKind, content: str) -> str:
    if kind is TokenKind.CODE:
        return f"<code>{escape(content)}</code>"
    try:
        return mathml(content.strip(), display=False)
    except FormulaError:
        return escape(content)


# Properties that stand in the head's first line where they are read, and those that have lines of their own.
_SCALARS = ("type", "status", "date")
_LISTS = frozenset({"tags", "tag", "aliases", "alias", "requires"})
# More backlinks than this fold away.
_OPEN = 20


def _no_badge(_: Note) -> str:
    return ""


def head(vault: Vault, note: Note, requires: Sequence[Note], to: Addresses) -> str:
    """Return a note's properties: its type, status, date and tags in a line, each other one in a line of its own."""
    words, shows = vault.wording, vault.settings.shows
    facts = [
        _fact("note-type", words.types.get(note.type, note.type)) if shows("type") else "",
        _fact("note-status", words.statuses.get(note.status, note.status)) if shows("status") else "",
        when(note.date) if shows("date") else "",
        *(_tag(tag, to) for tag in _spelled_once(note) if shows("tags")),
    ]
    line = " ".join(fact for fact in facts if fact)
    aliases = note.aliases if shows("aliases") else ()
    lists = [
        (words.aliases, items([_fact("note-alias", alias) for alias in aliases], words)),
        (words.requires, items([_chip(one, to) for one in (requires if shows("requires") else ())], words)),
    ]
    read = {key for key in _SCALARS if note.frontmatter.fields.get(key, None) and getattr(note, key)}
    others = rows(vault, note, _LISTS | read, to)
    shown = (f"<p>{line}</p>" if line else "") + table([*(row for row in lists if row[1]), *others], words)
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


# Search engines show about so many characters.
_DESCRIBED = 150


def describe(sections: Iterable[Section]) -> str:
    """Return the beginning of what a page says, for search engines and previews in messages."""
    text = next((one.text for one in sections if one.text), "")
    line = " ".join(text.split())
    return marked(line if len(line) <= _DESCRIBED else f"{line[:_DESCRIBED].rstrip()}…")


def _spelled_once(note: Note) -> Iterable[str]:
    """Return a note's tags, each in its first spelling."""
    spelled: dict[str, str] = {}
    for tag in note.tags:
        spelled.setdefault(fold(tag), tag)
    return spelled.values()


def foot(edges: Iterable[Edge], to: Addresses, words: Wording, badges: Callable[[Note], str] = _no_badge) -> str:
    """Return the card of backlinks: each note that links here, with the sentence in which it does, and its badge."""
    shown = sorted(
        (edge for edge in edges if to.note(edge.source)), key=lambda edge: (title(edge.source), str(edge.source.path))
    )
    items = [
        _backlink(list(group), to, words, badges) for _, group in groupby(shown, key=lambda edge: edge.source.path)
    ]
    if not items:
        return ""
    rest = "".join(items[_OPEN:])
    more = words.more_notes.format(count=len(items) - _OPEN)
    folded = f"<details><summary>{more}</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        f'<section class="backlinks" aria-label="{escape(words.backlinks)}">'
        f"<h2>{words.backlinks} · {len(items)}</h2><ul>{''.join(items[:_OPEN])}</ul>{folded}</section>"
    )


def _backlink(edges: list[Edge], to: Addresses, words: Wording, badges: Callable[[Note], str]) -> str:
    source = edges[0].source
    contexts = (text for edge in edges if (text := sentence(source, edge.link)))
    named = (edge.link.field for edge in edges if edge.link.field)
    known = words.backlink_fields
    fields = dict.fromkeys(known.get(name) or words.backlink_field.format(name=escape(name)) for name in named)
    context = next(contexts, "") or words.comma.join(fields)
    said = f'<span class="context">{context}</span>' if context else ""
    badge = f' <span class="zx-badge">{escape(found)}</span>' if (found := badges(source)) else ""
    return f'<li><a href="{escape(to.note(source))}">{escape(title(source))}</a>{badge}{said}</li>'


def _fact(kind: str, text: str) -> str:
    return f'<span class="{kind}">{escape(text)}</span>' if text else ""


def _tag(name: str, to: Addresses) -> str:
    address = to.tag(name)
    shown = f"#{escape(name)}"
    return f'<a class="tag" href="{escape(address)}">{shown}</a>' if address else f'<span class="tag">{shown}</span>'


def _chip(note: Note, to: Addresses) -> str:
    return f'<a class="note-chip" href="{escape(to.note(note))}">{escape(title(note))}</a>'
