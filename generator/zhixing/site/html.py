"""What the site adds around a note's own HTML: code in colours, a title; and its table of contents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from html import escape, unescape
from pathlib import PurePosixPath

from mkdocs.structure.toc import AnchorLink, TableOfContents
from pygments import highlight  # type: ignore[import-untyped]  # it ships no types
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.util import ClassNotFound  # type: ignore[import-untyped]

from zhixing.page.html import Entry, Surroundings
from zhixing.page.tree import Place
from zhixing.site.math import formula
from zhixing.site.sanitise import sanitise
from zhixing.vault.remote import NO_EXTRAS, NO_REMOTE, Extras, Remote
from zhixing.wording.model import Wording

_FORMAT = HtmlFormatter(cssclass="highlight", wrapcode=True)
_H1 = re.compile(r"<h1[ >].*?</h1>", re.DOTALL)


def edge_of(
    address: Callable[[Place], str],
    *,
    permalinks: bool = True,
    words: Callable[[str], str] = str,
    described: Callable[[PurePosixPath], str] = lambda _: "",
    remote: Remote = NO_REMOTE,
    extras: Extras = NO_EXTRAS,
) -> Surroundings:
    """Return what a page's writer needs: where places are, formulas as MathML, code in colours, and clean HTML."""

    def clean(page: str, mark: str) -> str:
        return sanitise(page, mark, remote, extras, lambda path: address(Place(PurePosixPath(path))))

    return Surroundings(address, formula, coloured, clean, permalinks, words, described, remote, extras.trusted)


@lru_cache(maxsize=1000)  # a page that a save changes has nearly all of its code from before
def coloured(code: str, language: str) -> str:
    """Return a block of code with its words marked for colours, by its language if that is known."""
    lexer = _lexer(language) if language else None
    if lexer is None:
        return f'<div class="highlight"><pre><span></span><code>{escape(code, quote=False)}</code></pre></div>'
    return str(highlight(code, lexer, _FORMAT)).rstrip("\n")


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


_DESCRIPTION = re.compile(r"<desc\b[^>]*>(.*?)</desc>", re.DOTALL)


def description_of(figure: str) -> str:
    """Return how a figure describes itself to those who do not see it."""
    found = _DESCRIPTION.search(figure)
    return " ".join(unescape(found[1]).split()) if found else ""


def contents_of(entries: Iterable[Entry]) -> TableOfContents:
    """Return headings as a table of contents, each below the last one of a level above its own."""
    roots: list[AnchorLink] = []
    above: list[AnchorLink] = []
    for entry in entries:
        link = AnchorLink(entry.title, entry.id, entry.level)
        while above and above[-1].level >= entry.level:
            above.pop()
        (above[-1].children if above else roots).append(link)
        above.append(link)
    return TableOfContents(roots)


def titled(title: str, body: str) -> str:
    """Return a page's content with its title over it, if it has none of its own."""
    return body if _H1.search(body) else f"<h1>{escape(title)}</h1>\n{body}"


def missing_page(page: str, words: Wording, home: str) -> str:
    """Return Material's page for addresses that lead nowhere with a search for what the address says; others as is."""
    search = f'<button type="button" class="md-button zx-search-open" data-from-address>{escape(words.search)}</button>'
    start = f'<a class="md-button" href="{escape(home)}">{escape(words.root_folder)}</a>'
    said = f"<h1>{escape(words.page_missing)}</h1>\n<p>{escape(words.page_missing_help)}</p>\n"
    shown = f'{said}<p class="zx-ways">{search} {start}</p>'
    return page.replace("<h1>404 - Not found</h1>", shown, 1)


_PATH = '<nav class="md-path" aria-label="'


def name_path(page: str, words: Wording) -> str:
    """Return a page whose path is called so: Material gives it the name of the whole navigation."""
    before, start, rest = page.partition(_PATH)
    _, quote, after = rest.partition('"')
    return f"{before}{start}{escape(words.location)}{quote}{after}" if quote else page


def surrounded(head: str, content: str, foot: str) -> str:
    """Return a page's content with its properties under the title, and its backlinks."""
    own = _H1.search(content)
    at = own.end() if own else 0
    return f"{content[:at]}\n{head}\n{content[at:]}\n{foot}"


def tag_page(content: str) -> str:
    """Return the content of a tag's page, marked as such for the styles."""
    return f'<div class="tag-page">{content}</div>'
