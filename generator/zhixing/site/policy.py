"""The policy of a page: what a browser may run for it, and which other hosts it may ask for pictures, films and sound.

Scripts that stand in a page are named by their hashes. The hashes are those of the theme's template rendered without
any note, so a script that a note got into its page would not be among them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from copy import copy
from dataclasses import dataclass
from hashlib import sha256

from jinja2 import Environment, Template
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext

from zhixing.vault.remote import NO_EXTRAS, NO_REMOTE, Extras, Remote
from zhixing.vault.settings import Settings

_ELEMENT = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
_NOT_RUN = re.compile(r"\s(?:src\s*=|type\s*=\s*[\"']?application/json)", re.IGNORECASE)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>|\A(?:\s*<!doctype[^>]*>)?", re.IGNORECASE)
# Elements of films and sound have no such attribute of their own.
_REFERRER = '<meta name="referrer" content="same-origin">'
# Style elements of notes, as `sanitise` writes those that the owner trusts.
STYLE_OF_NOTE = '<style class="of-note">'
_OF_NOTE = re.compile(rf"{re.escape(STYLE_OF_NOTE)}([^<]*)</style>")
_DIAGRAM = '<pre class="mermaid">'
_SCRIPTS = "script-src 'self'"
# Authors and the theme use style attributes, of which `sanitise` keeps harmless ones. Browsers that do not tell style
# elements from attributes follow `style-src`.
_DIRECTIVES = {
    "default-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "media-src": ("'self'", "data:"),
    "font-src": ("'self'", "data:"),
    "script-src": ("'self'",),
    "style-src": ("'self'", "'unsafe-inline'"),
    "style-src-elem": ("'self'",),
    "style-src-attr": ("'unsafe-inline'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
}


@dataclass(frozen=True, slots=True)
class Trusted:
    """The hashes of the scripts and style elements that a page may hold."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def trust(page: str) -> Trusted:
    """Return the scripts and style elements of a page that no author wrote anything in."""
    found = [element for element in _ELEMENT.finditer(page) if not _NOT_RUN.search(element[2])]
    hashes = [(element[1].lower(), _hash(element[3])) for element in found]
    return Trusted(
        tuple(dict.fromkeys(code for name, code in hashes if name == "script")),
        tuple(dict.fromkeys(code for name, code in hashes if name == "style")),
    )


class Policies:
    """The policies of a site's pages, by the template of a page and by how the page reaches the site's own address.

    What a template holds without anything that authors wrote is trusted on all pages that are made of it.
    """

    def __init__(self, env: Environment, settings: Settings) -> None:
        self._env = env
        self._settings = settings
        self._trusted: dict[tuple[str, str], Trusted] = {}

    def trust_page(self, page: Page, context: TemplateContext) -> None:
        """Trust what the template of a page holds."""
        key = _template(page)
        if key not in self._trusted:
            self._trusted[key] = trust(self._env.get_template(key[0]).render(without_notes(context)))

    def trust_template(self, name: str, template: Template, context: TemplateContext) -> None:
        """Trust what a template holds that is a page itself."""
        self._trusted[name, ""] = trust(template.render(without_notes(context)))

    def add_to_page(self, output: str, page: Page) -> str:
        """Return a whole page with its policy."""
        return with_policy(output, self._trusted[_template(page)], self._settings.remote, self._settings.extras)

    def add_to_template(self, output: str, name: str) -> str:
        """Return a template that is a page itself with its policy."""
        return with_policy(output, self._trusted[name, ""], self._settings.remote, self._settings.extras)


def _template(page: Page) -> tuple[str, str]:
    """Return what decides over a page's scripts: its template, and the address of the site as the page sees it."""
    return str((page.meta or {}).get("template", "main.html")), get_relative_url(".", page.url)


def without_notes(context: TemplateContext) -> TemplateContext:
    """Return what a template needs to render a page, without anything that authors wrote."""
    page, nav = context.get("page"), context["nav"]
    blank = _blank(page) if page is not None else None
    shown = Navigation([], [])
    shown.homepage = nav.homepage and _blank(nav.homepage)
    changed: TemplateContext = {**context, "page": blank, "nav": shown}
    return changed


def _blank(page: Page) -> Page:
    """Return a page of the same address that says nothing."""
    blank = copy(page)
    blank.title, blank.content, blank.meta, blank.toc = "", "", {}, TableOfContents([])
    blank.parent = blank.previous_page = blank.next_page = None
    return blank


def with_policy(page: str, trusted: Trusted, remote: Remote = NO_REMOTE, extras: Extras = NO_EXTRAS) -> str:
    """Return a whole page with a policy that lets it run the site's files and what is trusted, and nothing else.

    Pictures, films and sound may be `remote`; `extras` are the further sources that the owner has named. Other
    hosts are not told which page asks them.
    """
    added = _find_sources(page, trusted, remote, extras)
    directives = {**_DIRECTIVES, **{name: ("'self'",) for name in ("connect-src", "frame-src") if added.get(name)}}
    policy = "; ".join(" ".join((name, *own, *added.get(name, ()))) for name, own in directives.items())
    referrer = _REFERRER if remote.sources or extras.frames.sources or extras.sources else ""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">{referrer}'
    return _HEAD.sub(lambda head: f"{head[0]}{meta}", page, count=1)


def _find_sources(page: str, trusted: Trusted, remote: Remote, extras: Extras) -> dict[str, tuple[str, ...]]:
    """Return the sources that a page's policy has beside those of every page, by directive."""
    own = tuple(_hash(text) for text in _OF_NOTE.findall(page)) if extras.trusted else ()
    # Mermaid puts a style element into each diagram that it draws. Beside hashes browsers pass over the keyword.
    styles = ("'unsafe-inline'",) if _DIAGRAM in page else _quote((*trusted.styles, *own))
    more = dict(extras.sources)
    further = tuple(one for one in more.get("style-src", ()) if _DIAGRAM not in page or not one.startswith("'"))
    return {
        **more,
        "img-src": (*remote.sources, *more.get("img-src", ())),
        "media-src": (*remote.sources, *more.get("media-src", ())),
        "script-src": (*_quote(trusted.scripts), *more.get("script-src", ())),
        "style-src": tuple(one for one in further if not one.startswith("'")),
        "style-src-elem": (*styles, *further),
        "frame-src": extras.frames.sources,
    }


def with_reloading(page: bytes) -> bytes:
    """Return a page to whose end `mkdocs serve` added a script, with a policy that lets this script run."""
    start = page.rindex(b"<script>") + len(b"<script>")
    script = page[start : page.index(b"</script>", start)].decode()
    return page.replace(_SCRIPTS.encode(), f"{_SCRIPTS} '{_hash(script)}'".encode(), 1)


def _hash(text: str) -> str:
    """Return the name of a script; browsers compute it with single line ends."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"sha256-{b64encode(sha256(unified.encode()).digest()).decode()}"


def _quote(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"'{name}'" for name in names)
