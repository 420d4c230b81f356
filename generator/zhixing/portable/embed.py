"""Notes, sections and blocks shown inside another note."""

from __future__ import annotations

from zhixing.portable import escape
from zhixing.portable.context import MAX_DEPTH, MAX_EMBEDDED, Scope
from zhixing.portable.inline import href
from zhixing.portable.normalise import normalise
from zhixing.portable.regions import translate
from zhixing.source import Span
from zhixing.vault.note import Heading, Link, Note
from zhixing.vault.resolve import Resolution


def embedded(scope: Scope, resolution: Resolution, link: Link) -> str:
    """Return an embedded note as a block: a callout of the kind `embed`, titled with a link to where it comes from.

    Where it cannot be shown a callout says why: no such place, a circle, or more than a page should hold.
    """
    note, page = resolution.note, scope.page
    if note is None or not note.published:
        return _callout("failure", f"没有可以嵌入的笔记：{escape.plain(link.path)}")
    if resolution.heading_missing or resolution.block_missing:
        place = " > ".join((*link.headings, *([f"^{link.block}"] if link.block else [])))
        return _callout("failure", f"{escape.plain(note.title)} 里没有：{escape.plain(place)}")
    anchor = resolution.block.id if resolution.block else resolution.heading.slug if resolution.heading else ""
    if (note.path, anchor) in scope.chain:
        return _callout("warning", f"嵌入成环：{_chain(scope, note)}")
    span = _place(note, resolution)
    if len(scope.chain) > MAX_DEPTH or page.embedded + span.end - span.start > MAX_EMBEDDED:
        return _callout("warning", f"嵌入的内容太多，不再展开：{escape.plain(note.title)}")
    page.embeds += 1
    page.embedded += span.end - span.start
    inner = Scope(page, note, page.embeds, (*scope.chain, (note.path, anchor)))
    body = normalise(translate(inner, span, embedded), page.pieces)
    title = " > ".join((note.title, *link.headings))
    return _callout("embed", f"[{escape.plain(title)}]({href(page.note.path, resolution, link)})", body)


def _place(note: Note, resolution: Resolution) -> Span:
    """Return what a link names of a note: a block, a section, or all of it."""
    if resolution.block is not None:
        return resolution.block.span
    if resolution.heading is not None:
        return _section(note, resolution.heading)
    return Span(0, len(note.source.text))


def _section(note: Note, heading: Heading) -> Span:
    """Return a heading with everything under it."""
    ends = (
        other.span.start
        for other in note.headings
        if other.span.start > heading.span.start and other.level <= heading.level
    )
    return Span(heading.span.start, next(ends, len(note.source.text)))


def _chain(scope: Scope, note: Note) -> str:
    notes = scope.page.vault.notes
    names = [notes[path].title for path, _ in scope.chain]
    return escape.plain(" → ".join([*names, note.title]))


def _callout(kind: str, title: str, body: str = "") -> str:
    lines = ["", *body.splitlines()] if body else []
    return "\n".join([f"> [!{kind}] {title}", *(f"> {line}" if line else ">" for line in lines)])
