"""Obsidian's inline tokens as portable Markdown."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import PurePosixPath

from zhixing.markdown.blocks import Region
from zhixing.markdown.emphasis import plain
from zhixing.markdown.inline import Token, TokenKind, tokens
from zhixing.page import escape, html, targets
from zhixing.page.context import Scope
from zhixing.page.links import NO_FILE, display, href, reason, unlinked
from zhixing.page.media import Size, fragment, is_shown, picture, picture_size
from zhixing.page.pieces import clean
from zhixing.page.prose import Prose
from zhixing.page.tags import in_prose
from zhixing.source import Span
from zhixing.vault.note import Link
from zhixing.vault.resolve import Found, Resolution, resolve

# What Python-Markdown, too, reads as an address between angle brackets.
_PLAIN_URL = re.compile(r"https?://[^\s<>\\`$\[\]\"]+")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# A table's cells end at a bar, escaped or not, in a formula too.
_BAR = re.compile(r"\\?\|")
_VERTICAL = r"\\vert "
_CONTINUED = re.compile(r"\s*\n[ \t>]*")

Embed = Callable[[Scope, Resolution, Link], str]


class Inline:
    """Translates the inline tokens of one note. `embed` translates an embedded note, section or block."""

    def __init__(self, scope: Scope, embed: Embed) -> None:
        self.scope = scope
        self.text = clean(scope.note.source.text)
        self.embed = embed
        self.prose = Prose(self.text, self._keep)
        self._noted = scope.noted()
        self._starts = [token.span.start for token in scope.note.tokens]
        self._in_link = False
        self._links = {link.span.start: link for link in scope.note.links if not link.field}

    def region(self, region: Region, span: Span) -> str:
        """Return the translation of a part of a region: its tokens, and the prose between them."""
        held = self._tokens(region.span)
        self.prose.enter(region, held)
        text = self._span(span)
        inside = text.rstrip()
        return f"{inside}{self._closed(held)}{text[len(inside) :]}"

    def _tokens(self, span: Span) -> Sequence[Token]:
        return self.scope.note.tokens[bisect_left(self._starts, span.start) : bisect_left(self._starts, span.end)]

    def _span(self, span: Span) -> str:
        parts = []
        at = span.start
        for token in self._tokens(span):
            if token.span.start >= at:
                parts += [self.prose.write(at, token.span.start), self._token(token)]
                at = token.span.end
        return "".join([*parts, self.prose.write(at, span.end)])

    def _closed(self, held: Sequence[Token]) -> str:
        """Return the tags that close what a region leaves open: in Obsidian, too, no tag reaches beyond its block."""
        tags = "".join(token.span.of(self.text) for token in held if token.kind is TokenKind.HTML)
        return "".join([self._keep(f"</{name}>") for name in reversed(html.left_open(tags))])

    def _token(self, token: Token) -> str:
        written: Callable[[Token], str] = getattr(self, f"_{token.kind.name.lower()}")
        return written(token)

    def _keep(self, text: str, cell: str | None = None, *, block: bool = False) -> str:
        return self.scope.page.pieces.keep(text, cell, block=block)

    def _code(self, token: Token) -> str:
        raw = _CONTINUED.sub(" ", token.span.of(self.text))
        # A table's cells escape the bar in code too, and code shows the backslash.
        return self._keep(raw, raw.replace("\\|", "|"))

    def _math(self, token: Token) -> str:
        latex = _CONTINUED.sub("\n" if token.display else " ", token.content.of(self.text)).strip()
        if not latex:
            return self._keep(escape.plain(token.span.of(self.text)))
        cell = f"${_BAR.sub(_VERTICAL, latex.replace(chr(10), ' ')).strip()}$"
        if token.display:
            return self._keep(display_math(latex), cell, block=True)
        # Before a digit a closing dollar is none.
        digit = self.text[token.span.end : token.span.end + 1].isdigit()
        return self._keep(f"\\({latex}\\)" if digit else f"${latex}$", cell)

    def _comment(self, _: Token) -> str:
        return self._keep("")

    _html_comment = _comment

    def _definition(self, _: Token) -> str:
        # Links by reference are written out. What stands below it stays a paragraph, however far it is indented.
        return self._keep("")

    def _html(self, token: Token) -> str:
        return self._keep(escape.tag(_CONTINUED.sub(" ", token.span.of(self.text))))

    def _highlight(self, token: Token) -> str:
        return f"{self._keep('<mark>')}{self._span(token.content)}{self._keep('</mark>')}"

    def _tag(self, token: Token) -> str:
        tags = None if self._in_link else self.scope.page.tags
        return self._keep(in_prose(token.content.of(self.text), tags, self.scope.page.note.path))

    def _block_id(self, _: Token) -> str:
        return ""  # its anchor stands where its block begins

    def _footnote(self, token: Token) -> str:
        label = token.content.of(self.text)
        prefix = f"{self.scope.number}-" if self.scope.embedded else ""
        # Where no note defines it, `[^2](text)` would be read as a link.
        return f"[^{prefix}{label}]" if label in self._noted else self._keep(escape.plain(f"[^{label}]"))

    def _inline_note(self, token: Token) -> str:
        notes = self.scope.page.footnotes
        place, label = len(notes), f"inline-{len(notes) + 1}"
        notes.append("")  # its own text may hold another
        notes[place] = f"[^{label}]: {self._span(token.content)}"
        return self._keep(f"[^{label}]")

    def _url(self, token: Token) -> str:
        url = (token.target or token.span).of(self.text)
        if _PLAIN_URL.fullmatch(url):
            return self._keep(f"<{url}>")
        scheme = "" if ":" in url else "mailto:"
        return self._keep(f"[{escape.plain(url)}]({targets.url(scheme + url)})")

    def _link(self, token: Token) -> str:
        self._in_link = True  # a link holds no links
        inner = self._span(token.content)
        self._in_link = False
        link, resolution = self._resolved(token)
        href = self._href(link, resolution) if link and resolution else targets.url(link.url if link else "")
        if not href and resolution:
            return f"{self._keep(unlinked(reason(resolution)))}{inner}{self._keep('</em>')}"
        return f"{self._keep('[')}{inner}{self._keep(f']({href}{self._title(token)})')}"

    def _title(self, token: Token) -> str:
        """Return a link's title as it stands behind a destination, "" if it has none."""
        written = _CONTINUED.sub(" ", token.title.of(self.text) if token.title else "")
        title = escape.attribute(unescape(_ESCAPED.sub(r"\1", written)))
        return f' "{title}"' if title else ""

    def _image(self, token: Token) -> str:
        alt, size = picture_size(token.content.of(self.text))
        alt = plain(alt, Span(0, len(alt)), tokens(alt) if "[" in alt else ())
        link, resolution = self._resolved(token)
        if link is None or resolution is None:
            return self._picture(alt, targets.url(link.url if link else "") + self._title(token), size)
        if resolution.kind is Found.NOTE:
            return self._keep(self.embed(self.scope, resolution, link), block=True)
        # A result's figure need not be on disk yet; any other picture must.
        if resolution.file is None and self.scope.declares:
            return self._keep(f"{unlinked(NO_FILE)}{escape.plain(alt or link.path)}</em>")
        file = resolution.file or self.scope.note.path.parent / link.path
        if resolution.file and not is_shown(file):
            return self._keep(f"[{escape.plain(alt or file.name)}]({self._href(link, resolution)})")
        destination = targets.relative(file, self.scope.page.note.path, fragment(link.headings))
        return self._picture(alt, destination + self._title(token), size)

    def _wikilink(self, token: Token) -> str:
        link, resolution = self._resolved(token)
        if link is None or resolution is None:
            return self._keep(escape.plain(token.span.of(self.text)))
        text = escape.plain(display(link))
        href = self._href(link, resolution)
        return self._keep(f"[{text}]({href})" if href else f"{unlinked(reason(resolution))}{text}</em>")

    def _embed(self, token: Token) -> str:
        link, resolution = self._resolved(token)
        if link is None or resolution is None:
            return self._keep(escape.plain(token.span.of(self.text)))
        if resolution.kind is Found.NOTE:
            return self._keep(self.embed(self.scope, resolution, link), self._wikilink(token), block=True)
        href = self._href(link, resolution)
        if resolution.file is None or not href:
            missing = resolution.file is None and PurePosixPath(link.path).suffix
            why = NO_FILE if missing else reason(resolution)
            return self._keep(f"{unlinked(why)}{escape.plain(display(link))}</em>")
        if not is_shown(resolution.file):
            return self._keep(f"[{escape.plain(display(link))}]({href})")
        size = token.wikilink.size if token.wikilink else None
        return self._picture(link.display or resolution.file.stem, href, size)

    def _picture(self, alt: str, destination: str, size: Size) -> str:
        return self._keep(picture(alt, destination, size, attributes=self.scope.page.attributes))

    def _resolved(self, token: Token) -> tuple[Link | None, Resolution | None]:
        """Return a token's link and where it points; no resolution where it leaves the vault."""
        link = self._links.get(token.span.start)
        if link is None or link.url:
            return link, None
        return link, resolve(self.scope.page.vault, self.scope.note, link)

    def _href(self, link: Link, resolution: Resolution) -> str:
        """Return a link's destination, "" where there is nothing to see."""
        return href(self.scope.page.note.path, resolution, link)


def display_math(latex: str) -> str:
    """Return a formula that stands alone. Python-Markdown would end it at a blank line."""
    lines = [line.rstrip() for line in latex.splitlines() if line.strip()]
    return "\n".join(["$$", *lines, "$$"])
