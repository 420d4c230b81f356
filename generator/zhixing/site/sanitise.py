"""What of a note's HTML may reach the reader's browser.

The HTML of a page is cleaned as a whole, after Markdown: raw HTML, `javascript:` links and attribute lists all end up
there, so nothing gets round it. Pictures and media of other hosts become links: a page asks nothing of other hosts.
"""

from __future__ import annotations

import html
import re
from functools import cache

import nh3

from zhixing.vault.note import AUDIO, SCHEMES, VIDEO

_TAGS = nh3.ALLOWED_TAGS | {
    *("audio", "details", "figcaption", "figure", "input", "label", "mark", "meter", "progress", "section"),
    *("source", "summary", "track", "video"),
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
    "meter": {"high", "low", "max", "min", "optimum", "value"},
    "ol": {"reversed", "start", "type"},
    "progress": {"max", "value"},
    "source": {"src", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "preload", "src", "width"},
}
_STYLES = {
    *("background-color", "color", "font-family", "font-size", "font-style", "font-weight", "height", "text-align"),
    *("text-decoration", "vertical-align", "width"),
}
_REMOTE = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\\\|/\\|\\/)")
# nh3 prints attributes one way: in double quotes, with quotes inside escaped.
_IMAGE = re.compile(r'<img((?: [a-zA-Z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-zA-Z-]+)="([^"]*)"')
# Frames, and players as a note writes them, in linear time: every character is matched by exactly one alternative.
_INSIDE = r"""(?:[^"'<>]|"[^"<]*+"|'[^'<]*+')*+"""
_FRAME = re.compile(rf"<(iframe|audio|video)({_INSIDE})>((?:\s*+<source\b{_INSIDE}>)*+)", re.IGNORECASE)
_SOURCE = re.compile(r"""[\s"']src\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+)""", re.IGNORECASE)
_TITLE = re.compile(r"""[\s"']title\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
_HEIGHT = re.compile(r"\bheight=([0-9]{1,4})\b")


def sanitise(page: str) -> str:
    """Return a page's HTML without scripts, event handlers, frames, forms and anything fetched from another host."""
    return _IMAGE.sub(_media, _cleaner().clean(_FRAME.sub(_link, page)))


def _link(found: re.Match[str]) -> str:
    """Return a link in place of a frame, or of a player of another host; what it says is cleaned with the page."""
    own = _SOURCE.search(found[2])
    addresses = [one[1].strip("\"'") for one in ([own] if own else _SOURCE.finditer(found[3]))]
    address = next(iter(addresses), "")
    remote = all(_REMOTE.match(html.unescape(one)) for one in addresses)
    if not address or (not remote and found[1].lower() != "iframe"):
        return found[3] if found[1].lower() == "iframe" else found[0]
    title = _TITLE.search(found[2])
    words = title[1].strip("\"'") if title else ""
    return f'<a class="{"remote" if remote else "document"}" href="{address}">{words or address}</a>'


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
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
    kind = "." + re.split("[?#]", source, maxsplit=1)[0].rpartition(".")[2].lower()
    size = "".join(f' {name}="{attributes[name]}"' for name in ("width", "height") if name in attributes)
    if _REMOTE.match(html.unescape(source)):
        return f'<a class="remote" href="{source}" rel="noopener noreferrer">{alt or source}</a>'
    if kind in VIDEO:
        return f'<video controls preload="metadata" src="{source}"{size} aria-label="{alt}"></video>'
    if kind in AUDIO:
        return f'<audio controls preload="metadata" src="{source}" aria-label="{alt}"></audio>'
    if kind == ".pdf":
        return _document(source, alt or source, size)
    return f'<img{found[1]} loading="lazy">'


def _document(source: str, name: str, size: str) -> str:
    """Return a document of the vault in a frame, with a link for browsers that show none there."""
    height = _HEIGHT.search(source.partition("#")[2])
    if height and "height" not in size:
        size += f' height="{height[1]}"'
    frame = f'<iframe src="{source}" title="{name}" loading="lazy"{size}></iframe>'
    return f'<span class="pdf">{frame}<a class="document" href="{source}">{name}</a></span>'
