"""What a site tells of its pages elsewhere: previews in messages, and a feed of the last changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from zhixing.page.titles import title
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

FEED = "feed.xml"
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


def with_social(output: str, page: Page, config: MkDocsConfig, words: Wording) -> str:
    """Return a whole page that says its title and description to those who show links to it."""
    told = {"og:type": "article", "og:site_name": config.site_name, "og:title": str(page.title or config.site_name)}
    if description := (page.meta or {}).get("description") or config.site_description:
        told["og:description"] = str(description)
    if page.canonical_url:
        told["og:url"] = page.canonical_url
    tags = "".join(f'<meta property="{name}" content="{_attribute(value)}">' for name, value in told.items())
    if config.site_url:
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
    dated = [(note, url) for note, url in notes if _DAY.match(note.date)]
    path = Path(config.site_dir, FEED)
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
