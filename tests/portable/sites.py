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

# What stands on a page but not in its note: properties, backlinks, marks beside headings and footnotes; formulas, which
# the plugin typesets and a plain site leaves to a script.
NOT_OURS = (
    "*[contains(@class, 'note-head')]",
    "*[contains(@class, 'backlinks')]",
    "a[@class='headerlink']",
    "a[starts-with(@class, 'footnote-')]",
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
    settings = {"site_name": "试", "docs_dir": str(notes), "site_dir": str(site), "plugins": [], **config}
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = (sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return read_site(site)


def read_site(site: Path) -> Site:
    """Read what MkDocs' plain theme made of a folder; pages that only lead on to others are left out."""
    roots = {_name(path, site): html.document_fromstring(path.read_bytes()) for path in site.rglob("index.html")}
    pages = {name: body for name, root in sorted(roots.items()) for body in root.iterfind(".//div[@role='main']")}
    return read_pages(pages, {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()})


def _name(path: Path, site: Path) -> str:
    folder = path.parent.relative_to(site).as_posix()
    return "index" if folder == "." else folder


def read_pages(pages: Mapping[str, html.HtmlElement], files: set[str]) -> Site:
    """Read the bodies of pages by their names; addresses are those of a site with a folder for each page."""
    ids = {name: {*body.xpath(".//@id"), *body.xpath(".//a/@name")} for name, body in pages.items()}
    edges, own, pictures, dead = set(), set(), set(), []
    for name, body in pages.items():
        for element in body.xpath("|".join(f".//{one}" for one in NOT_OURS)):
            element.drop_tree()
        embedded = {link for inner in _insides(body) for link in inner.iter("a")}
        for link in body.iterfind(".//a[@href]"):
            target, anchor = _target(name, link.get("href", ""))
            edge = Edge(name, target, anchor, " ".join(link.text_content().split()))
            if target in pages:
                edges.add(edge)
                own |= set() if link in embedded else {edge}
            if (target and target not in pages.keys() | files) or (anchor and anchor not in ids.get(target, set())):
                dead.append(f"{name}: {link.get('href')}")
        pictures |= {(name, _target(name, image.get("src", ""))[0]) for image in body.iterfind(".//img[@src]")}
    return Site(frozenset(edges), frozenset(own), frozenset(pictures), tuple(sorted(dead)))


def _insides(body: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield what embeds hold below their titles, whether or not the reader knows callouts."""
    for embed in body.xpath(".//div[contains(@class, 'embed')]"):
        yield from embed[1:]
    for quote in body.xpath(".//blockquote[starts-with(normalize-space(), '[!embed]')]"):
        # A reader without callouts may take neighbouring ones for one quote.
        yield from (block for block in quote if not block.text_content().strip().startswith("[!"))


def _target(page: str, address: str) -> tuple[str, str]:
    """Return the page and anchor that an address on a page means; "" for another host's."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return "", ""
    path = unquote(parts.path)
    folder = "" if page == "index" else page
    found = posixpath.normpath(posixpath.join(folder, path)) if path else page
    found = re.sub(r"(^|/)index\.html$", "", found)
    return ("index" if found in (".", "") else found), unquote(parts.fragment)
