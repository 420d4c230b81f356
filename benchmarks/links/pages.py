"""A built site read back: of each page what its article links to, embeds, shows and can be linked to."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "source", "track", "wbr"})
_BLOCKS = frozenset({"article", "blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "table", "td"})
_PARTS = {"backlinks": "backlinks", "zx-nearby": "nearby", "note-head": "head", "embed": "embed", "tag": "tag"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: a file of the site and an anchor in it, "" for none."""

    file: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Anchored:
    """A link as a page shows it. `part` is one of `_PARTS`, or "" for the note's own text."""

    target: Target
    text: str
    part: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """An embedded note: where its title leads, and all that it shows."""

    target: Target | None
    text: str


@dataclass(slots=True)
class Page:
    """The article of a page. `ids` give for each anchor the text of the block that it stands in."""

    text: str = ""
    links: list[Anchored] = field(default_factory=list)
    embeds: list[Embedded] = field(default_factory=list)
    pictures: list[Target] = field(default_factory=list)
    stubs: Counter[str] = field(default_factory=Counter)
    ids: dict[str, str] = field(default_factory=dict)
    brackets: int = 0


def read_site(root: Path) -> tuple[dict[str, Page], frozenset[str]]:
    """Return the pages of a site by file, and the names of all its files."""
    files = frozenset(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    pages = {}
    for file in sorted(file for file in files if file.endswith("/index.html") or file == "index.html"):
        reader = _Reader(file, files)
        reader.feed((root / file).read_text(encoding="utf-8"))
        pages[file] = reader.page
    return pages, files


@dataclass(slots=True)
class _Open:
    """An element that is still open: where its text and its links begin, and what is known of it."""

    tag: str
    start: int
    links: int
    part: str
    attributes: Mapping[str, str]
    ids: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()


class _Reader(HTMLParser):
    """Reads the article of one page. Text is collected once; an element knows where its own begins."""

    def __init__(self, file: str, files: frozenset[str]) -> None:
        super().__init__()
        self.file = file
        self.files = files
        self.page = Page()
        self.open: list[_Open] = []
        self.parts: list[str] = []
        self.code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self.open and tag != "article":
            return
        attributes = {name: value or "" for name, value in attrs}
        if tag == "img" and (target := self.target(attributes.get("src", ""))):
            self.page.pictures.append(target)
        part = self.open[-1].part if self.open else ""
        element = _Open(tag, len(self.parts), len(self.page.links), part, attributes)
        element.part = element.part or next((part for name, part in _PARTS.items() if element.has(name)), "")
        self.open.append(element)
        self._anchor(attributes.get("id", ""))
        self.code += tag in ("code", "pre")
        if tag in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or tag in _VOID:
            return
        element = self.open.pop()
        if element.tag != tag:
            raise ValueError(f"{self.file}: <{element.tag}> is closed by </{tag}>")
        text = " ".join("".join(self.parts[element.start :]).split())
        self.code -= tag in ("code", "pre")
        self._close(element, text)
        if element.has("headerlink"):
            del self.parts[element.start :]

    def handle_data(self, data: str) -> None:
        if self.open:
            self.parts.append(data)
            self.page.brackets += 0 if self.code else data.count("[[")

    def target(self, address: str) -> Target | None:
        """Return the file of the site that an address on this page leads to; None if it leads out."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not address:
            return None
        path = unquote(parts.path)
        folder = "" if path.startswith("/") else posixpath.dirname(self.file)
        file = posixpath.normpath(posixpath.join(folder, path.lstrip("/"))) if path else self.file
        index = posixpath.normpath(f"{file}/index.html")
        return Target(index if index in self.files else file, unquote(parts.fragment))

    def _anchor(self, name: str) -> None:
        block = next((element for element in reversed(self.open) if element.tag in _BLOCKS), None)
        if name and block is not None:
            block.ids.append(name)
            self.page.ids[name] = ""

    def _close(self, element: _Open, text: str) -> None:
        self.page.ids |= dict.fromkeys(element.ids, text)
        target = self.target(element.attributes.get("href", "")) if element.tag == "a" else None
        if target is not None and not element.has("headerlink"):
            self.page.links.append(Anchored(target, text, element.part))
        if element.has("stub") and not element.part:
            self.page.stubs[text] += 1
        if element.has("embed") and not any(outer.part == "embed" for outer in self.open):
            inside = self.page.links[element.links :]
            self.page.embeds.append(Embedded(inside[0].target if inside else None, text))
        if element.tag == "article":
            self.page.text = text
