"""What the site adds to a note: its properties under the title, and at the foot the notes that link to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby

from zhixing.site.context import sentence
from zhixing.vault.graph import Edge
from zhixing.vault.note import Note

# A note's address as seen from the page, "" where it has none.
Address = Callable[[Note], str]

TYPES = {"concept": "概念", "source": "来源", "resource": "资源", "page": ""}
STATUSES = {"done": "完成", "draft": "草稿", "review": "待核", "in-progress": "进行中", "todo": "待写"}
FIELDS = {"related": "列为相关", "requires": "以此为前置"}
# More backlinks than this fold away.
_OPEN = 20


def head(note: Note, requires: Sequence[Note], address: Address) -> str:
    """Return a note's properties: its type, status, date and tags in a line, what to read before it in another."""
    facts = [
        _fact("note-type", TYPES.get(note.type, note.type)),
        _fact("note-status", STATUSES.get(note.status, note.status)),
    ]
    facts += [f'<time datetime="{escape(note.date)}">{escape(note.date)}</time>' if note.date else ""]
    facts += [_fact("tag", f"#{tag}") for tag in note.tags]
    lines = [" ".join(fact for fact in facts if fact)]
    if note.aliases:
        lines.append(f"<span>又名</span> {' '.join(_fact('note-alias', alias) for alias in note.aliases)}")
    if requires:
        chips = " ".join(_chip(required, address) for required in requires)
        lines.append(f"<span>先读</span> {chips}")
    shown = "".join(f"<p>{line}</p>" for line in lines if line)
    return f'<div class="note-head" data-search-exclude>{shown}</div>' if shown else ""


def foot(edges: Iterable[Edge], address: Address) -> str:
    """Return the card of backlinks: each note that links here, with the sentence in which it does."""
    shown = sorted(
        (edge for edge in edges if address(edge.source)), key=lambda edge: (title(edge.source), str(edge.source.path))
    )
    items = [_backlink(list(group), address) for _, group in groupby(shown, key=lambda edge: edge.source.path)]
    if not items:
        return ""
    rest = "".join(items[_OPEN:])
    folded = f"<details><summary>另外 {len(items) - _OPEN} 篇</summary><ul>{rest}</ul></details>" if rest else ""
    return (
        '<section class="backlinks" data-search-exclude aria-label="反向链接">'
        f"<h2>反向链接 · {len(items)}</h2><ul>{''.join(items[:_OPEN])}</ul>{folded}</section>"
    )


def _backlink(edges: list[Edge], address: Address) -> str:
    source = edges[0].source
    contexts = (text for edge in edges if (text := sentence(source, edge.link)))
    fields = dict.fromkeys(FIELDS[edge.link.field] for edge in edges if edge.link.field in FIELDS)
    context = next(contexts, "") or "，".join(fields)
    said = f'<span class="context">{context}</span>' if context else ""
    return f'<li><a href="{escape(address(source))}">{escape(title(source))}</a>{said}</li>'


def title(note: Note) -> str:
    """Return what a note is called: its title, or of a folder's index that has none, its first heading."""
    if note.name.lower() != "index" or "title" in note.frontmatter.fields:
        return note.title
    return next((heading.text for heading in note.headings if heading.level == 1), note.title)


def _fact(kind: str, text: str) -> str:
    return f'<span class="{kind}">{escape(text)}</span>' if text else ""


def _chip(note: Note, address: Address) -> str:
    return f'<a class="note-chip" href="{escape(address(note))}">{escape(title(note))}</a>'
