"""What of a note's HTML may reach the reader's browser.

The HTML of a page is cleaned as a whole, after Markdown: raw HTML, `javascript:` links and attribute lists all end up
there, so nothing gets round it. Pictures and media of other hosts become links: a page asks nothing of other hosts.
"""

from __future__ import annotations

import html
import re
from functools import cache

import nh3

_TAGS = nh3.ALLOWED_TAGS | {
    *("audio", "details", "figcaption", "figure", "input", "label", "mark", "section", "source", "summary", "track"),
    "video",
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "aria-hidden", "aria-label", "class", "dir", "id", "lang", "style", "title"},
    "a": {"href", "name"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "label": {"for"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "preload", "src", "width"},
}
_SCHEMES = {"http", "https", "mailto", "obsidian", "tel"}
_STYLES = {"color", "font-style", "font-weight", "height", "text-align", "text-decoration", "vertical-align", "width"}
_REMOTE = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\\\|/\\|\\/)")
# nh3 prints attributes one way: in double quotes, with quotes inside escaped.
_IMAGE = re.compile(r'<img((?: [a-zA-Z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-zA-Z-]+)="([^"]*)"')
_AUDIO = frozenset({"3gp", "flac", "m4a", "mp3", "oga", "ogg", "wav"})
_VIDEO = frozenset({"mkv", "mov", "mp4", "ogv", "webm"})


def sanitise(page: str) -> str:
    """Return a page's HTML without scripts, event handlers, frames, forms and anything fetched from another host."""
    return _IMAGE.sub(_media, _cleaner().clean(page))


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=_SCHEMES,
        filter_style_properties=_STYLES,
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drop what would be fetched from elsewhere; a picture's address is kept, to become a link."""
    if name == "src" and tag != "img" and _REMOTE.match(value):
        return None
    if tag == "input" and name == "type":
        return "checkbox"
    return value


def _media(found: re.Match[str]) -> str:
    """Return what a picture's tag shows: a picture, a player, or a link to what is elsewhere or no picture."""
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    source, alt = attributes.get("src", ""), attributes.get("alt", "")
    kind = source.partition("?")[0].rpartition(".")[2].lower()
    if _REMOTE.match(html.unescape(source)):
        return f'<a class="remote" href="{source}" rel="noopener noreferrer">{alt or source}</a>'
    if kind in _VIDEO:
        size = "".join(f' {name}="{attributes[name]}"' for name in ("width", "height") if name in attributes)
        return f'<video controls preload="metadata" src="{source}"{size} aria-label="{alt}"></video>'
    if kind in _AUDIO:
        return f'<audio controls preload="metadata" src="{source}" aria-label="{alt}"></audio>'
    if kind == "pdf":
        return f'<a class="document" href="{source}">{alt or source}</a>'
    return f'<img{found[1]} loading="lazy">'
