"""What the site adds to a note: its properties under the title, and at the foot the notes that link to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from markupsafe import escape as marked

from zhixing.portable.tags import Tags
from zhixing.portable.titles import title
from zhixing.site.addresses import Addresses
from zhixing.site.context import sentence
from zhixing.site.properties import items, rows, table, when
from zhixing.vault.graph import Edge
from zhixing.vault.index import fold
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

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
