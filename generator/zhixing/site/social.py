"""What a site tells of its pages elsewhere: previews in messages, and a feed of the last changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path as SitePath
from pathlib import PurePosixPath as Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from zhixing.markdown.links import Wikilink
from zhixing.page.public import Private
from zhixing.page.titles import title
from zhixing.page.tree import NOWHERE
from zhixing.site.files import FOLDER
from zhixing.vault.note import Link, Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording

FEED = "feed.xml"
PICTURE = f"{FOLDER}/social.png"
"""The plugin's own picture, which names no site."""
# As Obsidian Publish has them.
PROPERTIES = ("image", "cover")
# Services that show links draw no SVG.
_SHOWN = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ENTRY = """<entry>
<title>{title}</title>
<link href="{url}"/>
<id>{url}</id>
<updated>{date}T00:00:00Z</updated>
</entry>
"""
_FEED = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>{title}</title>
<link href="{site}"/>
<link rel="self" href="{feed}"/>
<id>{site}</id>
<author><name>{title}</name></author>
<updated>{date}T00:00:00Z</updated>
{entries}</feed>
"""


@dataclass(frozen=True, slots=True)
class Social:
    """What is the same on all pages of a site: its own picture, "" for the plugin's, and whether it has a feed."""

    picture: str = ""
    has_feed: bool = False


def has_day(note: Note) -> bool:
    """Return whether a note's date says a day, as entries of a feed must."""
    return _DAY.match(note.date) is not None


def find_picture(vault: Vault, private: Private, note: Note, raw: Callable[[Path], str]) -> str:
    """Return the address of the picture that a note names in `image` or `cover`, as `raw` gives it; "" for none."""
    for key in PROPERTIES:
        field = note.frontmatter.fields.get(key)
        if field is None or not isinstance(field.value, str):
            continue
        named = Wikilink.parse(field.value.strip())
        link = Link(NOWHERE, named.path if named else field.value.strip())
        file = resolve(vault, note, link).file
        if file is not None and file.suffix.lower() in _SHOWN and file not in private.files and (url := raw(file)):
            return url
    return ""


def with_social(output: str, page: Page, config: MkDocsConfig, words: Wording, social: Social, picture: str) -> str:
    """Return a whole page that tells its title, description and picture to services that show links to it.

    `picture` is the page's own, "" for that of the site. Addresses are absolute, so pictures need that of the site.
    """
    told = {"og:type": "article", "og:site_name": config.site_name, "og:title": str(page.title or config.site_name)}
    if description := (page.meta or {}).get("description") or config.site_description:
        told["og:description"] = str(description)
    if page.canonical_url:
        told["og:url"] = page.canonical_url
    if config.site_url:
        told["og:image"] = urljoin(config.site_url, picture or social.picture or PICTURE)
        if not picture and not social.picture:
            told |= {"og:image:width": "1200", "og:image:height": "630"}
    tags = "".join(f'<meta property="{name}" content="{_attribute(value)}">' for name, value in told.items())
    if config.site_url:
        # Titles and pictures are then taken from Open Graph.
        tags += '<meta name="twitter:card" content="summary_large_image">'
    if config.site_url and social.has_feed:
        address = escape(urljoin(config.site_url, FEED))
        tags += (
            f'<link rel="alternate feed" type="application/atom+xml" title="{escape(words.recent)}" href="{address}">'
        )
    return output.replace("</head>", f"{tags}</head>", 1)


def _attribute(value: str) -> str:
    """Return a text as an attribute's value; what MkDocs keeps of a note is escaped already."""
    return value.replace("<", "&lt;").replace('"', "&quot;")


def write_feed(notes: Sequence[tuple[Note, str]], config: MkDocsConfig) -> None:
    """Write an Atom feed of notes, the last first, with their addresses on the site, if the site's own is known."""
    dated = [(note, url) for note, url in notes if has_day(note)]
    path = SitePath(config.site_dir, FEED)
    if not config.site_url or not dated or path.exists():
        return
    entries = "".join(
        _ENTRY.format(title=escape(title(note)), url=escape(urljoin(config.site_url, url)), date=escape(note.date[:10]))
        for note, url in dated
    )
    feed = _FEED.format(
        title=escape(config.site_name),
        site=escape(config.site_url),
        feed=escape(urljoin(config.site_url, FEED)),
        date=escape(dated[0][0].date[:10]),
        entries=entries,
    )
    path.write_text(feed, encoding="utf-8")
