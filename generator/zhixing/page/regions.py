"""The regions of a note as Markdown: prose translated, formulas set aside, results put in place of what is on disk."""

from __future__ import annotations

import re
from dataclasses import replace

from zhixing.language.runs import INFO
from zhixing.markdown.blocks import PROSE, Kind, Region
from zhixing.markdown.generated import markers, read_generated
from zhixing.page import escape, targets
from zhixing.page.context import Scope
from zhixing.page.inline import Embed, Inline, display_math
from zhixing.page.normalise import fenced, normalise
from zhixing.page.pieces import clean
from zhixing.source import Source, Span
from zhixing.vault.note import read_note

_ITEM = re.compile(r"(?:[-+*]|[0-9]+[.)])\s*$")
# What an anchor at the start of a text stands behind: a heading's marks, a task's state, a table's first bar.
_FIRST = re.compile(r"[ \t>]*(?:#{1,6}[ \t]+|\[.\][ \t]+|\|)?")
_CLOSING = re.compile(r"(?:\\?#)+\Z")
_SOURCE_TITLE = "源码"


def anchor(block: str) -> str:
    """Return the anchor of a block's id."""
    return f'<span class="block" id="{targets.BLOCK_PREFIX}{escape.attribute(block)}"></span>'


def translate(scope: Scope, span: Span, embed: Embed) -> str:
    """Return a part of a note as Markdown whose formulas, links and results are marks of the page's pieces."""
    return _Regions(scope, embed).translate(span)


class _Regions:
    """Walks the regions of one note. One method for each kind that is not copied as it is."""

    def __init__(self, scope: Scope, embed: Embed) -> None:
        self.scope = scope
        self.embed = embed
        self.text = clean(scope.note.source.text)
        self.inline = Inline(scope, embed)
        self.slugs = {heading.span.start: heading.slug for heading in scope.note.headings}
        source, regions = scope.note.source, scope.note.regions
        woven, broken = read_generated(source, regions)
        # Where markers do not pair, what is on disk stays as it is.
        self.woven = {one.span.start: one for one in woven if not broken and one.id in scope.page.results.bodies}
        self.begun = {marker.name for marker in markers(source.text, regions)}
        own = scope.page.results.blocks.get(scope.note.path, ()) if scope.declares else ()
        self.declared = {block.fence.span.start: block.id for block in own}
        self.fences = {block.id: block.fence for block in own}
        self.passed = 0
        self.anchors: dict[int, str] = {}
        for block in scope.note.blocks if not scope.embedded else ():
            self.anchors[block.span.start] = self.anchors.get(block.span.start, "") + anchor(block.id)

    def translate(self, span: Span) -> str:
        """Return the regions that a span touches, those at its ends cut."""
        touched = (r for r in self.scope.note.regions if r.span.end > span.start and r.span.start < span.end)
        return "".join([self._region(region, span) for region in touched])

    def _region(self, region: Region, span: Span) -> str:
        if region.kind is Kind.FRONTMATTER or region.span.start < self.passed:
            return ""
        cut = Span(max(region.span.start, span.start), min(region.span.end, span.end))
        mark = self.anchors.get(region.span.start)
        if mark is None:
            return self._shown(region, cut)
        keep = self.scope.page.pieces.keep
        alone = mark.replace('class="block"', 'class="block alone"')
        return self._marked(region, cut, keep(mark)) or self._below(region, cut, keep(alone))

    def _shown(self, region: Region, cut: Span) -> str:
        written = getattr(self, f"_{region.kind.value}", None)
        text: str = written(region, cut) if written else cut.of(self.text)
        return text

    def _marked(self, region: Region, cut: Span, mark: str) -> str:
        """Return running text with its block's anchor at its start; "" where it must stand before the block."""
        if region.kind not in PROSE or (">" in region.prefix and not _ITEM.search(region.prefix)):
            return ""
        text = self._shown(region, cut)
        head = len(region.prefix)
        first = _FIRST.match(text, head)
        at = first.end() if first else head
        return f"{text[:at]}{mark}{text[at:]}"

    def _below(self, region: Region, cut: Span, mark: str) -> str:
        """Return a block below a paragraph of its own that holds its anchor: a quote, a table's fence, a formula."""
        head = region.prefix.partition(">")[0]
        inside = replace(region, prefix=re.sub(r"[^>\s]", " ", head) + region.prefix[len(head) :])
        text = self._shown(inside, cut)
        if not text.startswith(("\n", inside.prefix)):
            text = f"{inside.prefix}{text[len(inside.prefix) :]}"
        return f"{head}{mark}\n\n{text}"

    def _text(self, region: Region, cut: Span) -> str:
        return self.inline.region(region, cut)

    def _heading(self, region: Region, _: Span) -> str:
        text = " ".join(self.inline.region(region, region.content).split())
        if self.scope.embedded:
            # A heading of its own would enter the page's table of contents, and its anchor the page's anchors.
            return self._alone(region, f'<strong class="heading">{text}</strong>')
        # A closing # of the text itself would be read as the heading's own.
        text = _CLOSING.sub(lambda closing: "&#35;" * closing[0].count("#"), text)
        slug = self.slugs.get(region.span.start, "")
        keep, attributes = self.scope.page.pieces.keep, self.scope.page.attributes
        before, behind = (mark and keep(mark) for mark in targets.heading_marks(slug, attributes=attributes))
        return f"{region.prefix}{'#' * region.level} {before}{text or '<!-- -->'}{behind}\n"

    def _math(self, region: Region, _: Span) -> str:
        latex = "".join(line.of(self.text) for line in region.lines) or region.content.of(self.text)
        if not latex.strip():
            return self._alone(region, escape.plain(region.span.of(self.text)))
        cell = f"${' '.join(latex.split())}$"
        return self._alone(region, self.scope.page.pieces.keep(display_math(latex), cell, block=True))

    def _html(self, region: Region, cut: Span) -> str:
        one = self.woven.get(region.span.start)
        if one is None:
            return cut.of(self.text)
        self.passed = one.span.end
        return self._alone(region, self._result(one.id))

    def _comment(self, region: Region, _: Span) -> str:
        return self._alone(region, self.scope.page.pieces.keep(""))

    def _fence(self, region: Region, cut: Span) -> str:
        name = self.declared.get(region.span.start, "")
        if any(one.id == name for one in self.woven.values()):
            return ""
        if name not in self.scope.page.results.bodies or name in self.begun:
            return cut.of(self.text)
        return self._alone(region, self._result(name))

    def _result(self, name: str) -> str:
        """Return what an example shows now, with its source folded away behind it."""
        shown_now = self.scope.page.results.bodies[name].markdown
        body = read_note(Source(self.scope.note.source.path, shown_now), self.scope.note.path)
        scope = replace(self.scope, note=body, declares=False)
        text = translate(scope, Span(0, len(body.source.text)), self.embed)
        shown = normalise(text, self.scope.page.pieces)
        parts = [shown.strip("\n"), self._folded(name)]
        return self.scope.page.pieces.keep("\n\n".join(part for part in parts if part), name, block=True)

    def _folded(self, name: str) -> str:
        region = self.fences.get(name)
        if region is None or region.info.split() != INFO:
            return ""
        lines = fenced(self._lines(region), "yaml")
        return "\n".join([f"> [!source]- {_SOURCE_TITLE}：{escape.plain(name)}", ">", *(f"> {line}" for line in lines)])

    def _alone(self, region: Region, text: str) -> str:
        """Return text as a block of its own in the region's containers."""
        lines_up = re.sub(r"[^>\s]", " ", region.prefix)
        before = f"{lines_up.rstrip()}\n" if lines_up == region.prefix else ""
        return f"{before}{region.prefix}{text}\n{lines_up.rstrip()}\n"

    def _lines(self, region: Region) -> str:
        return "".join(line.of(self.text) for line in region.lines)
