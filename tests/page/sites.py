"""Sites built from vaults, with the plugin and without it, and what their pages' own text links to."""

from __future__ import annotations

import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from lxml import html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

# What stands on a page but not in its note: properties, backlinks, the notes around it, the concept map as links, links
# to examples, marks beside headings and footnotes; formulas, which a plain site leaves to a script.
NOT_OURS = (
    "*[contains(@class, 'note-head')]",
    "*[contains(@class, 'backlinks')]",
    "*[contains(@class, 'zx-nearby')]",
    "*[@class='zx-map']",
    "a[contains(@href, '#example:')]",
    "a[@class='headerlink']",
    "*[starts-with(@class, 'footnote-')]",
    "math",
    "code[@class='formula-source']",
    "*[@class='arithmatex']",
    "script",
)


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A link in a page's text: from a page to a page, both as paths of the vault without `.md`, to an anchor there."""

    page: str
    target: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """What a site links to: all edges, its pages' own (not those in embeds), pictures, and links that lead nowhere."""

    edges: frozenset[Edge]
    own: frozenset[Edge]
    pictures: frozenset[tuple[str, str]]
    dead: tuple[str, ...]

    def graph(self, notes: Set[str]) -> frozenset[tuple[str, str]]:
        """Return which note's own text links to or embeds which other note; pages of tags are none."""
        pairs = ((edge.page, edge.target) for edge in self.own)
        return frozenset((page, target) for page, target in pairs if page != target and {page, target} <= notes)


def build(notes: Path, site: Path, config: Mapping[str, object]) -> Site:
    """Build a folder of Markdown with MkDocs' plain theme, strictly, and read what came out."""
    file = site.with_suffix(".yml")
    settings = {"site_name": "试", "plugins": [], **config, "docs_dir": str(notes), "site_dir": str(site)}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return read_site(site)


def read_site(site: Path) -> Site:
    """Read what MkDocs' plain theme made of a folder, without the list of recent changes and pages that lead on."""
    pages = {}
    for file in sorted(site.rglob("index.html")):
        folder = file.parent.relative_to(site).as_posix()
        if folder == "recent":
            continue
        for body in html.document_fromstring(file.read_bytes()).iterfind(".//div[@role='main']"):
            pages[_name(folder)] = Page(folder, body)
    return _read(pages, site)


def read_markdown(notes: Path) -> Site:
    """Read a folder of Markdown as a code host does: CommonMark with tables and footnotes, no attribute lists."""
    parser = MarkdownIt("commonmark").enable("table").use(footnote_plugin).use(front_matter_plugin)
    pages = {}
    for file in sorted(notes.rglob("*.md")):
        place = file.relative_to(notes)
        body = html.fragment_fromstring(parser.render(file.read_text(encoding="utf-8")), create_parent="div")
        pages[_name(place.as_posix())] = Page(place.parent.as_posix(), body)
    return _read(pages, notes)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the folder that its addresses start from, and its text."""

    folder: str
    body: html.HtmlElement


def _read(pages: Mapping[str, Page], root: Path) -> Site:
    known = {*pages, *(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())}
    ids = {name: {*page.body.xpath(".//@id")} for name, page in pages.items()}
    edges, own, pictures, dead = set(), set(), set(), []
    for name, page in pages.items():
        for element in page.body.xpath("|".join(f".//{one}" for one in NOT_OURS)):
            element.drop_tree()
        embedded = {link for inner in _insides(page.body) for link in inner.iter("a")}
        for link in page.body.iterfind(".//a[@href]"):
            target, anchor = _target(name, page.folder, link.get("href", ""))
            if target in pages:
                edge = Edge(name, target, anchor, " ".join(link.text_content().split()))
                edges.add(edge)
                own |= set() if link in embedded else {edge}
            if (target and target not in known) or (anchor and anchor not in ids.get(target, set())):
                dead.append(f"{name}: {link.get('href')}")
        sources = (image.get("src", "") for image in page.body.iterfind(".//img[@src]"))
        pictures |= {(name, _target(name, page.folder, source)[0]) for source in sources}
    return Site(frozenset(edges), frozenset(own), frozenset(pictures), tuple(sorted(dead)))


def _insides(body: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield what embeds hold below their titles, whether or not the reader knows callouts."""
    for embed in body.xpath(".//div[contains(@class, 'embed')]"):
        yield from embed[1:]
    for quote in body.xpath(".//blockquote[starts-with(normalize-space(), '[!embed]')]"):
        # A reader without callouts may take neighbouring ones for one quote.
        yield from (block for block in quote.iterchildren("*") if not block.text_content().strip().startswith("[!"))


def _target(page: str, folder: str, address: str) -> tuple[str, str]:
    """Return the page and anchor that an address on a page means; "" for another host's."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return "", ""
    path = unquote(parts.path)
    return (_name(posixpath.normpath(posixpath.join(folder, path))) if path else page), unquote(parts.fragment)


def _name(path: str) -> str:
    """Return what a page is called: its place without `.md` or `index`."""
    return re.sub(r"(^|/)index$|^\.$", "", path.removesuffix(".md")) or "index"
