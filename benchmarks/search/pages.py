"""A built site read back: of each page its title, its headings and its text; and the aliases that its note has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import yaml

# What is in a page's article and no text of it. NumPy code is made from an example's source, which is searched.
_LEFT_OUT = (
    ".//aside|.//annotation|.//script|.//style|.//a[contains(@class,'headerlink')]|.//nav"
    "|.//details[@class='source'][starts-with(summary, 'NumPy')]|.//svg"
)
# What ends a run of text.
_BLOCKS = ".//*[contains(' br dd div dt figcaption h1 h2 h3 h4 h5 li p pre summary td th ', concat(' ', name(), ' '))]"
_HEAD = re.compile(r"---\n(.*?)\n---", re.DOTALL)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """A page as a reader sees it. Its text is in lower case."""

    title: str
    headings: frozenset[str]
    text: str


def read_pages(site: Path) -> dict[str, Found]:
    """Return the pages of a site by their addresses, but those of tags and of recent changes, which list others."""
    pages = {}
    for path in sorted(site.rglob("index.html")):
        folder = path.parent.relative_to(site).as_posix()
        where = "" if folder == "." else f"{folder}/"
        articles = lxml.html.parse(str(path)).getroot().xpath("//article")
        if articles and not where.startswith(("tags", "recent")):
            pages[where] = _read(articles[0])
    return pages


def _read(article: lxml.html.HtmlElement) -> Found:
    for element in article.xpath(_LEFT_OUT):
        element.drop_tree()
    for element in article.xpath(f"{_BLOCKS}|.//section[@class='backlinks']//a"):
        element.tail = f"\n{element.tail or ''}"
    # Without an id, a heading is a caption that no result can lead to.
    own = article.xpath(".//*[self::h2 or self::h3][@id and not(ancestor::*[@class='backlinks'])]")
    headings = frozenset(_text(heading.text_content()) for heading in own)
    title = _text(str(article.xpath("string(.//h1)")))
    return Found(title, headings - {""}, _SPACES.sub(" ", article.text_content()).lower())


def _text(written: str) -> str:
    return written.replace("¶", "").strip()


def read_aliases(vault: Path) -> Iterator[tuple[str, str]]:
    """Yield each alias of a vault's notes and the address of the note's page."""
    for path in sorted(vault.rglob("*.md")):
        head = _HEAD.match(path.read_text(encoding="utf-8"))
        fields = yaml.safe_load(head[1]) if head else None
        for alias in (fields or {}).get("aliases") or []:
            yield str(alias), f"{path.relative_to(vault).with_suffix('').as_posix()}/"
