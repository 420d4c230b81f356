"""What of an author's HTML may reach the reader's browser.

A page in which an author wrote HTML is cleaned as a whole, so nothing gets round it. Pictures, films and sound of hosts
that a page may not ask, and frames of hosts that the owner has not named, become links. Ids and classes of authors are
in a space of their own, so that none is one that the theme or its scripts look for; ours are known by a mark.

Where the owner trusts the authors, names stay as they are written but for the theme's own, and styles, forms, and
scripts of the hosts and files that the owner has named stay as well. Nothing else that runs does: no script in the page
itself and no event handler, which the page's policy forbids anyway.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial
from html import escape
from urllib.parse import urlsplit

import nh3

from zhixing.page.media import is_remote_media, player
from zhixing.page.targets import own_name, trusted_name
from zhixing.site.policy import STYLE_OF_NOTE
from zhixing.vault.note import SCHEMES
from zhixing.vault.remote import NO_EXTRAS, NO_REMOTE, Extras, Remote

_TAGS = nh3.ALLOWED_TAGS | {
    *(
        "audio",
        "details",
        "figcaption",
        "figure",
        "font",
        "input",
        "label",
        "mark",
        "meter",
        "progress",
        "section",
        "slot",
    ),
    *("source", "summary", "track", "video"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "aria-hidden", "aria-label", "class", "dir", "id", "lang", "style", "title"},
    "a": {"href", "name"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "details": {"open"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "type"},
    "label": {"for"},
    "li": {"value"},
    "meter": {"high", "low", "max", "min", "optimum", "value"},
    "ol": {"reversed", "start", "type"},
    "progress": {"max", "value"},
    "slot": {"name"},
    "source": {"src", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "preload", "src", "width"},
}
# What only our own elements say, each value behind the mark.
_OURS = frozenset(
    [
        *("role", "tabindex"),
        *("data-example", "data-expression", "data-value", "data-held", "data-digits", "data-fault", "data-right"),
        *("data-rows", "data-tabs"),
    ]
)
_ATTRIBUTES["*"] |= _OURS
_STYLES = {
    *("background-color", "color", "font-family", "font-size", "font-style", "font-weight", "height", "text-align"),
    *("text-decoration", "vertical-align", "width", "--zx-color", "--zx-x", "--zx-y"),
}
# Highlighters write a colour as `background`, which could hold a picture of another host as well.
_BACKGROUND = re.compile(r"(^|;)\s*background\s*:\s*([^;]*?)\s*(?:!\s*important\s*)?(?=;|$)", re.IGNORECASE)
_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}|[a-z]{3,25}|(?:rgb|hsl)a?\([0-9a-z.,%/ +-]{1,60}\)|var\(--[\w-]{1,60}\)", re.IGNORECASE | re.ASCII
)
_FONT = {"color": _COLOUR, "face": re.compile(r"[\w ,-]{1,200}"), "size": re.compile(r"[+-]?[1-7]")}
_REMOTE = re.compile(r"\s*(?:[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\\\|/\\|\\/)")
# What trusted authors may write beyond that.
_TRUSTED_TAGS = {
    *("button", "datalist", "fieldset", "form", "legend", "optgroup", "option", "output", "select", "style"),
    *("textarea",),
}
_FIELD = {"autocomplete", "disabled", "form", "maxlength", "minlength", "name", "placeholder", "readonly", "required"}
_TRUSTED_ATTRIBUTES = {
    "button": {"disabled", "form", "name", "type", "value"},
    "fieldset": {"disabled", "form", "name"},
    "form": {"action", "autocomplete", "method", "name", "novalidate"},
    "input": {*_FIELD, "checked", "list", "max", "min", "multiple", "pattern", "size", "step", "type", "value"},
    "optgroup": {"disabled", "label"},
    "option": {"disabled", "label", "selected", "value"},
    "output": {"for", "form", "name"},
    "select": {"disabled", "form", "multiple", "name", "required", "size"},
    "textarea": {*_FIELD, "cols", "rows", "wrap"},
}
_OF_THEME = re.compile(r"data-(?:md|clipboard)-")
# nh3 prints attributes one way: in double quotes, with quotes inside escaped.
_IMAGE = re.compile(r'<img((?: [a-zA-Z-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-zA-Z-]+)="([^"]*)"')
# Frames, and players as a note writes them, in linear time: every character is matched by exactly one alternative.
_INSIDE = r"""(?:(?>[^"'<>]|"[^"<]*+"|'[^'<]*+'))*+"""
_FRAME = re.compile(rf"<(iframe|audio|video)({_INSIDE})>((?:(?>\s*+<source\b{_INSIDE}>))*+)", re.IGNORECASE)
_SOURCE = re.compile(r"""[\s"']src\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+)""", re.IGNORECASE)
_TITLE = re.compile(r"""[\s"']title\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
_SIZES = re.compile(r"""[\s"'](width|height)\s*=\s*["']?([0-9]{1,4})(?:px)?(?=["'\s])""", re.IGNORECASE)
_SCRIPT = re.compile(rf"<script({_INSIDE})>\s*+</script\s*+>", re.IGNORECASE)
_SAID = re.compile(r"""([a-zA-Z][\w-]*+)(?:(?>\s*+=\s*+(?:"([^"<>]*+)"|'([^'<>]*+)'|([^\s"'<>=]++))))?+""", re.ASCII)
_OF_SCRIPT = re.compile(r"async|defer|type|crossorigin|integrity|data-[a-z0-9-]{1,60}")
_STYLE = re.compile(r'<style(?: [a-z-]+="[^"]*")*>')
# Elements that are put back behind the cleaning; only we can write their names.
_KEPT = re.compile(r'<slot name="kept([0-9]+)"></slot>')
_SANDBOX = "allow-forms allow-popups allow-presentation allow-same-origin allow-scripts"
_IDS = re.compile(r"""[\s"'](?:id|name)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
_PLAYED = frozenset({"audio", "source", "video"})
_ALL = _ATTRIBUTES.keys() | _TRUSTED_ATTRIBUTES.keys()
# What names an element, or points to one by its name.
_NAMING = frozenset({"id", "name", "for", "headers"})


def sanitise(
    page: str,
    mark: str = "",
    remote: Remote = NO_REMOTE,
    extras: Extras = NO_EXTRAS,
    find: Callable[[str], str] = lambda _: "",
) -> str:
    """Return a page's HTML without what runs and what it may not fetch from other hosts.

    With a `mark`, ids and classes that begin with it are ours, and lose it; all others are authors'. `find` returns the
    address of a file of the vault, seen from the page.
    """
    named = {html.unescape("".join(found)) for found in _IDS.findall(page)}
    kept = _Kept(mark, remote, extras, find)
    linked = _FRAME.sub(kept.replace_frame, page)
    if extras.trusted and mark:
        linked = _SCRIPT.sub(kept.replace_script, linked)
    cleaned = _cleaner(mark, named, remote, trusted=extras.trusted).clean(linked)
    if extras.trusted:
        cleaned = _STYLE.sub(STYLE_OF_NOTE, cleaned)
    shown = _IMAGE.sub(partial(_media, remote=remote), cleaned)
    return _KEPT.sub(lambda found: kept.elements[int(found[1])], shown) if kept.elements else shown


class _Kept:
    """Replaces frames, players and scripts before a page is cleaned; `elements` are those to put back afterwards."""

    def __init__(self, mark: str, remote: Remote, extras: Extras, find: Callable[[str], str]) -> None:
        self._mark, self._remote, self._extras, self._find = mark, remote, extras, find
        self.elements: list[str] = []

    def _keep(self, element: str) -> str:
        """Return what stands for an element while the page is cleaned."""
        self.elements.append(element)
        return f'<slot name="{self._mark}kept{len(self.elements) - 1}"></slot>'

    def replace_frame(self, found: re.Match[str]) -> str:
        """Return what stands in place of a frame, or of a player of another host; its words are cleaned with the page.

        That is a frame where the owner has named its host, else a link.
        """
        own = _SOURCE.search(found[2])
        addresses = [one[1].strip("\"'") for one in ([own] if own else _SOURCE.finditer(found[3]))]
        address = next(iter(addresses), "")
        far = [one for one in map(html.unescape, addresses) if _REMOTE.match(one)]
        if found[1].lower() != "iframe":
            if not address or len(far) < len(addresses):
                return found[0]
            if any(is_remote_media(one, self._remote) for one in far):
                # The first of two attributes of one name counts.
                return f'<{found[1]} preload="none"{found[0][len(found[1]) + 1 :]}'
        elif not address:
            return found[3]
        title = _TITLE.search(found[2])
        words = title[1].strip("\"'") if title else ""
        if found[1].lower() == "iframe" and self._mark and self._extras.frames.allows(html.unescape(address)):
            return self._keep(_frame(html.unescape(address), html.unescape(words), found[2]))
        kind = "remote" if len(far) == len(addresses) else "document"
        link = f'<a class="{self._mark}{kind}" href="{address}">{words or address}</a>'
        boxed = found[1].lower() == "iframe" and kind == "remote" and self._mark
        return f'<span class="{self._mark}frame">{link}</span>' if boxed else link

    def replace_script(self, found: re.Match[str]) -> str:
        """Return what stands in place of a script: nothing where the owner has named neither its host nor its file."""
        said: dict[str, str] = {}
        for name, *values in _SAID.findall(found[1]):
            said.setdefault(name.lower(), html.unescape("".join(values)))
        address = said.get("src", "")
        if not self._extras.may_run(address):
            path = address.removeprefix("/")
            address = self._find(path) if path in self._extras.scripts else ""
        if not address:
            return ""
        more = "".join(f' {name}="{escape(said[name])}"' for name in said if _OF_SCRIPT.fullmatch(name))
        return self._keep(f'<script src="{escape(address)}"{more}></script>')


def _frame(address: str, title: str, said: str) -> str:
    """Return a frame of another host: fetched when it comes into sight, told of no page, and called by a name."""
    sizes = dict(_SIZES.findall(f"{said} "))
    size = "".join(f' {name.lower()}="{value}"' for name, value in sizes.items())
    said = escape(title or urlsplit(address).netloc)
    return (
        f'<iframe src="{escape(address)}" title="{said}"{size} loading="lazy" referrerpolicy="no-referrer" '
        f'sandbox="{_SANDBOX}" allow="fullscreen; picture-in-picture" allowfullscreen></iframe>'
    )


def _cleaner(mark: str, named: set[str], remote: Remote, *, trusted: bool = False) -> nh3.Cleaner:
    if trusted:
        attributes = {tag: _ATTRIBUTES.get(tag, set()) | _TRUSTED_ATTRIBUTES.get(tag, set()) for tag in _ALL}
        return nh3.Cleaner(
            tags=_TAGS | _TRUSTED_TAGS,
            clean_content_tags={"script"},
            attributes=attributes,
            attribute_filter=_trusting_filter(mark, remote),
            generic_attribute_prefixes={"data-"},
            url_schemes=set(SCHEMES),
            link_rel=None,
        )
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_filter(mark, named, remote),
        url_schemes=set(SCHEMES),
        filter_style_properties=_STYLES,
        link_rel=None,
    )


def _filter(mark: str, named: set[str], remote: Remote) -> Callable[[str, str, str], str | None]:
    """Return what decides over each attribute: `named` are the names that authors gave to elements of the page."""

    def filtered(tag: str, name: str, value: str) -> str | None:
        if mark and value.startswith(mark):
            return value[len(mark) :]
        if tag == "slot" or name in _OURS:
            return None
        return _attribute(tag, name, _renamed(name, value, named) if mark else value, remote)

    return filtered


def _trusting_filter(mark: str, remote: Remote) -> Callable[[str, str, str], str | None]:
    """Return the function that keeps, changes or drops each attribute of authors who are trusted."""

    def filtered(tag: str, name: str, value: str) -> str | None:
        if mark and value.startswith(mark):
            return value[len(mark) :]
        if tag == "slot" or name in _OURS or _OF_THEME.match(name):
            return None
        if name in _NAMING or (name == "href" and value.startswith("#__")):
            return trusted_name(value)
        return value if tag == "input" and name == "type" else _attribute(tag, name, value, remote)

    return filtered


def _renamed(attribute: str, value: str, named: set[str]) -> str:
    """Return an author's ids and classes, and links to them, as they are called on the page."""
    if attribute == "class":
        return " ".join(map(own_name, value.split()))
    if attribute == "href":
        return f"#{own_name(value[1:])}" if value.startswith("#") and value[1:] in named else value
    return own_name(value) if attribute in _NAMING else value


def _attribute(tag: str, name: str, value: str, remote: Remote) -> str | None:
    """Drop what may not be fetched from elsewhere; a picture's address is kept, to become a link."""
    if name == "src" and tag != "img" and _REMOTE.match(value):
        return value if tag in _PLAYED and is_remote_media(value, remote) else None
    if tag == "input" and name == "type":
        return "checkbox"
    if name == "style":
        return _BACKGROUND.sub(_colour, value)
    if tag == "font" and name in _FONT:
        return value if _FONT[name].fullmatch(value.strip()) else None
    # A theme may show titles as HTML.
    return value.replace("<", "‹") if name == "title" else value


def _colour(found: re.Match[str]) -> str:
    """Return a background as nothing but its colour; as it is where it is more, which is then left out."""
    return f"{found[1]}background-color:{found[2]}" if _COLOUR.fullmatch(found[2]) else found[0]


def _media(found: re.Match[str], remote: Remote) -> str:
    """Return what a picture's tag shows: a picture, a player, or a link to what is elsewhere or no picture."""
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    source, alt = attributes.get("src", ""), attributes.get("alt", "")
    address = html.unescape(source)
    far = bool(_REMOTE.match(address))
    if far and not is_remote_media(address, remote):
        return f'<a class="remote" href="{source}" rel="noopener noreferrer">{alt or source}</a>'
    preload = "none" if far else "metadata"
    played = player(source, alt, attributes.get("width", ""), attributes.get("height", ""), preload)
    asked = ' loading="lazy" referrerpolicy="no-referrer"' if far else ' loading="lazy"'
    return played or f"<img{found[1]}{asked}>"
