"""The links out of a note, as written: in its text and in its frontmatter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from zhixing.source import Span
from zhixing.text.frontmatter import Frontmatter
from zhixing.text.tokens import Token, TokenKind
from zhixing.text.wikilink import Wikilink

# Properties that name notes, in every spelling; of the others only an entry that is a wikilink in quotes is a link.
LINK_FIELDS = ("related", "requires")
# Addresses that a site keeps: of the web, of people and places, and of applications that notes link to, of which the
# browser asks before it opens one. Any other scheme might run something.
_APPS = {
    *("bear", "billfish", "calibre", "cubox", "drafts", "eagle", "evernote", "hook", "logseq", "marginnote3app"),
    *("marginnote4app", "message", "notion", "omnifocus", "onenote", "reeder", "things", "ticktick", "todoist"),
    *("x-devonthink-item", "zotero"),
}
SCHEMES = frozenset({"ftp", "geo", "http", "https", "mailto", "obsidian", "sms", "tel", "xmpp"} | _APPS)
_OUTWARD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass(frozen=True, slots=True)
class Link:
    """A link out of a note, as written.

    - `path`, `headings`, `block`: where it points, percent-decoded for Markdown links; `path` is "" for its own note.
    - `url`: the destination of a Markdown link or URL that leaves the vault (`https:`, `mailto:`), else "".
    - `wiki`: a wikilink or embed, against a Markdown link or image. `embed`: an embed or image.
    - `field`: the frontmatter key it stands under, "" in the body.
    """

    span: Span
    path: str
    headings: tuple[str, ...] = ()
    block: str = ""
    display: str = ""
    embed: bool = False
    wiki: bool = True
    url: str = ""
    field: str = ""
    token: Token | None = None


def read_links(text: str, frontmatter: Frontmatter, found: tuple[Token, ...]) -> tuple[Link, ...]:
    """Return the links of a note in the order of their places; `found` are its tokens."""
    body = (link for token in found if (link := _of_token(text, token)) is not None)
    return (*_of_frontmatter(text, frontmatter), *body)


def _of_frontmatter(text: str, frontmatter: Frontmatter) -> Iterator[Link]:
    for key, field in frontmatter.fields.items():
        if key in LINK_FIELDS:
            for link, span in field.wikilinks(text):
                yield _of_wikilink(link, span, field=key)
        else:
            for item in field.items:
                if (found := Wikilink.parse(item.text)) is not None:
                    yield _of_wikilink(found, item.span, field=key)


def _of_wikilink(link: Wikilink, span: Span, field: str = "", token: Token | None = None) -> Link:
    return Link(span, link.path, link.headings, link.block, link.display, link.embed, field=field, token=token)


def _of_token(text: str, token: Token) -> Link | None:
    if token.wikilink is not None:
        return _of_wikilink(token.wikilink, token.span, token=token)
    if token.target is None:
        return None
    written = token.target.of(text)
    if token.kind is TokenKind.URL:
        return Link(token.span, "", display=written, wiki=False, url=written, token=token)
    display, embed = token.content.of(text), token.kind is TokenKind.IMAGE
    target = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _ESCAPE.sub(r"\1", written))
    if _OUTWARD.match(target):
        return Link(token.span, "", display=display, embed=embed, wiki=False, url=target, token=token)
    path, _, fragment = target.partition("#")
    headings = [unquote(part).strip() for part in fragment.split("#") if part]
    block = headings.pop()[1:] if headings and headings[-1].startswith("^") else ""
    return Link(token.span, unquote(path), tuple(headings), block, display, embed, wiki=False, token=token)
