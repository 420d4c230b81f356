"""Obsidian's inline tokens as portable Markdown."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from pathlib import PurePosixPath

from zhixing.portable import escape, targets
from zhixing.portable.context import Scope
from zhixing.portable.pieces import clean
from zhixing.source import Span
from zhixing.text.inline import Token
from zhixing.vault.note import Link
from zhixing.vault.resolve import Found, Resolution, resolve

PICTURES = frozenset({".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"})
MEDIA = frozenset(
    {".3gp", ".flac", ".m4a", ".mkv", ".mov", ".mp3", ".mp4", ".oga", ".ogg", ".ogv", ".pdf", ".wav", ".webm"}
)
NO_NOTE = "还没有这篇笔记"
NO_FILE = "没有这个文件"
# A picture's alt text ends in its size: `weights|360`, `weights|360x200`, or is nothing but the size.
_SIZE = re.compile(r"(?:(.*)\|)?\s*([0-9]{1,5})(?:x([0-9]{1,5}))?\s*", re.DOTALL)
_CONTINUED = re.compile(r"\s*\n[ \t>]*")

Embed = Callable[[Scope, Resolution, Link], str]


class Inline:
    """Translates the inline tokens of one note. `embed` translates an embedded note, section or block."""

    def __init__(self, scope: Scope, embed: Embed) -> None:
        self.scope = scope
        self.text = clean(scope.note.source.text)
        self.embed = embed
        self._starts = [token.span.start for token in scope.note.tokens]
        self._in_link = False
        self._links = {link.span.start: link for link in scope.note.links if not link.field}

    def span(self, span: Span) -> str:
        """Return the translation of a part of the note: its tokens, and the prose between them."""
        parts = []
        at = span.start
        for token in self.scope.note.tokens[
            bisect_left(self._starts, span.start) : bisect_left(self._starts, span.end)
        ]:
            if token.span.start >= at:
                parts += [escape.prose(self.text[at : token.span.start]), self._token(token)]
                at = token.span.end
        parts.append(escape.prose(self.text[at : span.end]) if at < span.end else "")
        return "".join(parts)

    def _token(self, token: Token) -> str:
        written: Callable[[Token], str] = getattr(self, f"_{token.kind.name.lower()}")
        return written(token)

    def _keep(self, text: str, cell: str | None = None, *, block: bool = False) -> str:
        return self.scope.page.pieces.keep(text, cell, block=block)

    def _code(self, token: Token) -> str:
        raw = token.span.of(self.text)
        # A table's cells escape the bar in code too, and code shows the backslash.
        return raw if "\n" in raw else self._keep(raw, raw.replace("\\|", "|"))

    def _math(self, token: Token) -> str:
        latex = _CONTINUED.sub("\n" if token.display else " ", token.content.of(self.text)).strip()
        if not latex:
            return self._keep(escape.plain(token.span.of(self.text)))
        cell = "$" + latex.replace("\\|", "|").replace("|", "\\vert ").replace("\n", " ") + "$"
        if token.display:
            return self._keep(display_math(latex), cell, block=True)
        # Before a digit a closing dollar is none.
        digit = self.text[token.span.end : token.span.end + 1].isdigit()
        return self._keep(f"\\({latex}\\)" if digit else f"${latex}$", cell)

    def _comment(self, _: Token) -> str:
        return self._keep("")

    _html_comment = _comment

    def _html(self, token: Token) -> str:
        return token.span.of(self.text)

    def _highlight(self, token: Token) -> str:
        return f"{self._keep('<mark>')}{self.span(token.content)}{self._keep('</mark>')}"

    def _tag(self, token: Token) -> str:
        name = token.content.of(self.text)
        shown, tags = f"#{escape.plain(name)}", self.scope.page.tags
        tag = tags.find(name) if tags and not self._in_link else None
        if tag is not None:
            shown = f"[{shown}]({targets.relative(tag.path, self.scope.page.note.path)})"
        return self._keep(f'<span class="tag">{shown}</span>')

    def _block_id(self, token: Token) -> str:
        if self.scope.embedded:
            return self._keep("")
        name = escape.attribute(token.content.of(self.text))
        return self._keep(f'<span class="block" id="{targets.BLOCK_PREFIX}{name}"></span>')

    def _footnote(self, token: Token) -> str:
        prefix = f"{self.scope.number}-" if self.scope.embedded else ""
        return f"[^{prefix}{token.content.of(self.text)}]"

    def _inline_note(self, token: Token) -> str:
        notes = self.scope.page.footnotes
        place, label = len(notes), f"inline-{len(notes) + 1}"
        notes.append("")  # its own text may hold another
        notes[place] = f"[^{label}]: {self.span(token.content)}"
        return self._keep(f"[^{label}]")

    def _url(self, token: Token) -> str:
        url = (token.target or token.span).of(self.text)
        return self._keep(f"<{url}>")

    def _link(self, token: Token) -> str:
        self._in_link = True  # a link holds no links
        inner = self.span(token.content)
        self._in_link = False
        link, resolution = self._resolved(token)
        if link is None or resolution is None or token.target is None:
            return f"[{inner}{self.text[token.content.end : token.span.end]}"
        href = self._href(link, resolution)
        if not href:
            return f"{self._keep(_missing(NO_NOTE))}{inner}{self._keep('</em>')}"
        return f"{self._keep('[')}{inner}{self._keep(f']({href})')}"

    def _image(self, token: Token) -> str:
        alt, size = picture_size(token.content.of(self.text))
        link, resolution = self._resolved(token)
        if link is not None and resolution is not None and resolution.kind is Found.NOTE:
            return self._keep(self.embed(self.scope, resolution, link), block=True)
        destination = token.target.of(self.text) if token.target else ""
        if link is not None and resolution is not None:
            # A result's figure need not be on disk yet; any other picture must.
            if resolution.file is None and self.scope.declares:
                return self._keep(f"{_missing(NO_FILE)}{escape.plain(alt or link.path)}</em>")
            file = resolution.file or self.scope.note.path.parent / link.path
            destination = targets.relative(file, self.scope.page.note.path)
        elif any(character in destination for character in "<> \n"):
            destination = targets.encode(destination)
        return self._keep(picture(alt, destination, size))

    def _wikilink(self, token: Token) -> str:
        link, resolution = self._resolved(token)
        if link is None or resolution is None:
            return self._keep(escape.plain(token.span.of(self.text)))
        text = escape.plain(display(link))
        href = self._href(link, resolution)
        return self._keep(f"[{text}]({href})" if href else f"{_missing(NO_NOTE)}{text}</em>")

    def _embed(self, token: Token) -> str:
        link, resolution = self._resolved(token)
        if link is None or resolution is None:
            return self._keep(escape.plain(token.span.of(self.text)))
        if resolution.kind is Found.NOTE:
            return self._keep(self.embed(self.scope, resolution, link), self._wikilink(token), block=True)
        href = self._href(link, resolution)
        if resolution.file is None or not href:
            return self._keep(f"{_missing(NO_FILE)}{escape.plain(display(link))}</em>")
        if resolution.file.suffix.lower() not in PICTURES | MEDIA:
            return self._keep(f"[{escape.plain(display(link))}]({href})")
        size = token.wikilink.size if token.wikilink else None
        return self._keep(picture(link.display or resolution.file.stem, href, size))

    def _resolved(self, token: Token) -> tuple[Link | None, Resolution | None]:
        """Return a token's link and where it points; no resolution where it leaves the vault."""
        link = self._links.get(token.span.start)
        if link is None or link.url:
            return link, None
        return link, resolve(self.scope.page.vault, self.scope.note, link)

    def _href(self, link: Link, resolution: Resolution) -> str:
        """Return a link's destination, "" where there is nothing to see."""
        return href(self.scope.page.note.path, resolution, link)


def href(page: PurePosixPath, resolution: Resolution, link: Link) -> str:
    """Return the destination of a resolved link on a page, "" where there is nothing to see, as of a template."""
    if resolution.file is not None:
        return "" if resolution.file.suffix.lower() == ".md" else targets.relative(resolution.file, page)
    if resolution.note is None or not resolution.note.published:
        return ""
    return targets.relative(resolution.note.path, page, anchor(resolution, link))


def anchor(resolution: Resolution, link: Link) -> str:
    """Return the id of the heading or block that a link names, "" where it names none."""
    if resolution.block and link.block:
        return f"{targets.BLOCK_PREFIX}{resolution.block.id}"
    return resolution.heading.slug if resolution.heading else ""


def display_math(latex: str) -> str:
    """Return a formula that stands alone. Python-Markdown would end it at a blank line."""
    lines = [line.rstrip() for line in latex.splitlines() if line.strip()]
    return "\n".join(["$$", *lines, "$$"])


def picture(alt: str, destination: str, size: tuple[int, int] | None) -> str:
    """Return a picture with its size as an attribute list."""
    names = dict(zip(("width", "height"), size or (), strict=False))
    sizes = " ".join(f'{name}="{value}"' for name, value in names.items() if value)
    return f"![{escape.plain(alt)}]({destination})" + (f"{{ {sizes} }}" if sizes else "")


def picture_size(alt: str) -> tuple[str, tuple[int, int] | None]:
    """Split the size off a picture's alt text."""
    sized = _SIZE.fullmatch(alt.replace("\\|", "|"))
    return (sized[1] or "", (int(sized[2]), int(sized[3] or 0))) if sized else (alt, None)


def _missing(why: str) -> str:
    return f'<em class="stub" title="{why}">'


def display(link: Link) -> str:
    """Return what Obsidian shows for a link without a text of its own: `Note > Heading`."""
    if link.display:
        return link.display
    block = (f"^{link.block}",) if link.block else ()
    name = PurePosixPath(link.path).name.removesuffix(".md")
    return " > ".join(part for part in (name, *link.headings, *block) if part)
