"""Notes, sections and blocks shown inside another note."""

from __future__ import annotations

import re
from bisect import bisect_right

from zhixing.markdown.inline import TokenKind
from zhixing.markdown.links import default_text
from zhixing.page import escape
from zhixing.page.context import MAX_DEPTH, MAX_EMBEDDED, Scope
from zhixing.page.links import href
from zhixing.page.normalise import normalise
from zhixing.page.regions import translate
from zhixing.source import Span
from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import Resolution


def embedded(scope: Scope, resolution: Resolution, link: Link) -> str:
    """Return an embedded note as a block: a callout of the kind `embed`, titled with a link to where it comes from.

    Where it cannot be shown a callout says why: no such place, a circle, or more than a page should hold.
    """
    note, page = resolution.note, scope.page
    if note is None or not note.published:
        return _callout("failure", f"没有可以嵌入的笔记：{escape.plain(link.path)}")
    if resolution.heading_missing or resolution.block_missing:
        place = default_text("", link.headings, link.block)
        return _callout("failure", f"{escape.plain(note.title)} 里没有：{escape.plain(place)}")
    anchor = resolution.block.id if resolution.block else resolution.heading.slug if resolution.heading else ""
    if (note.path, anchor) in scope.chain:
        return _callout("warning", f"嵌入成环：{_chain(scope, note)}")
    span = _place(scope, note, resolution)
    if len(scope.chain) > MAX_DEPTH or page.embedded + span.end - span.start > MAX_EMBEDDED:
        return _callout("warning", f"嵌入的内容太多，不再展开：{escape.plain(note.title)}")
    page.embeds += 1
    page.embedded += span.end - span.start
    inner = Scope(page, note, page.embeds, (*scope.chain, (note.path, anchor)))
    body = _body(inner, span)
    title = default_text(note.title, link.headings, "")
    return _callout("embed", f"[{escape.plain(title)}]({href(page.note.path, resolution, link)})", body)


def _place(scope: Scope, note: Note, resolution: Resolution) -> Span:
    """Return what a link names of a note: a block, a section, or all of it."""
    if resolution.block is not None:
        return resolution.block.span
    if resolution.heading is not None:
        return scope.page.vault.places(note).section(resolution.heading)
    return Span(0, len(note.source.text))


def _body(scope: Scope, span: Span) -> str:
    """Return a part of a note as Markdown: not indented as a nested item is, with the footnotes that it calls."""
    text = translate(scope, span, embedded)
    margin = re.match(r"[ \t]*", text)
    if margin and margin[0]:
        text = re.sub(rf"^[ \t]{{0,{len(margin[0])}}}", "", text, flags=re.MULTILINE)
    notes = [translate(scope, place, embedded) for place in _footnotes(scope.note, span)]
    return normalise("\n\n".join([text, *notes]), scope.page.pieces)


def _footnotes(note: Note, span: Span) -> list[Span]:
    """Return the definitions outside a part of a note of the footnotes that it calls."""
    text = note.source.text
    found = [token for token in note.tokens if token.kind is TokenKind.FOOTNOTE]
    called = {token.content.of(text) for token in found if token.span.start in span}
    starts = [region.span.start for region in note.regions]
    places: dict[int, Span] = {}
    for token in found if called else ():
        region = note.regions[bisect_right(starts, token.span.start) - 1]
        begins = any(line.start == token.span.start for line in region.lines) and text.startswith(":", token.span.end)
        if begins and token.content.of(text) in called and token.span.start not in span:
            places[region.span.start] = region.span
    return list(places.values())


def _chain(scope: Scope, note: Note) -> str:
    notes = scope.page.vault.notes
    names = [notes[path].title for path, _ in scope.chain]
    return escape.plain(" → ".join([*names, note.title]))


def _callout(kind: str, title: str, body: str = "") -> str:
    lines = ["", *body.splitlines()] if body else []
    return "\n".join([f"> [!{kind}] {title}", *(f"> {line}" if line else ">" for line in lines)])
