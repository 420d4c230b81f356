"""Documents of a vault that a browser would run from the site's own address: HTML, SVG and other XML.

HTML gets a policy in front of everything it holds, which no script can come before, and loses what would lead to
another address by itself. SVG is written anew from a list of
what draws. Other XML can hold either, so it has no place on a site.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

from zhixing.checks.places import XML

_HTML = frozenset({".html", ".htm", ".shtml", ".shtm"})
_MAX_BYTES = 10_000_000
_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self' data:; font-src 'self' data:; "
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
)
_PREFIX = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'.encode()

# `refresh` leads elsewhere, which no policy forbids; its spelling may be hidden in references, so all but the one that
# is known to be harmless go. ESC switches tables in some encodings and could part the letters of a name.
_EQUIVALENT = re.compile(
    rb"http-equiv(?!\s*=\s*(?:\"content-type\"|'content-type'|content-type[\s/>]))",
    re.IGNORECASE,
)

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_ELEMENTS = frozenset({
    "svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text",
    "tspan", "textPath", "title", "desc", "a", "image", "style", "linearGradient", "radialGradient", "stop",
    "pattern", "clipPath", "mask", "marker", "filter", "switch", "feBlend", "feColorMatrix", "feComponentTransfer",
    "feComposite", "feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight", "feDropShadow",
    "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR", "feGaussianBlur", "feMerge", "feMergeNode",
    "feMorphology", "feOffset", "fePointLight", "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence",
})  # fmt: skip
# Styles may point into the same document only. A backslash can spell what this would not recognise.
_FOREIGN_STYLE = re.compile(r"\\|@import|url\((?!\s*['\"]?#)|image-set|src\(", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?:|mailto:|#|[^:]*\Z)", re.IGNORECASE)
for _prefix, _uri in (("", _SVG[1:-1]), ("xlink", _LINK[1:-5])):
    ET.register_namespace(_prefix, _uri)


def is_active(name: str) -> bool:
    """Return whether a browser may run what a file of this name holds."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in _HTML or suffix in XML or suffix == ".svg"


def make_inert(name: str, path: Path) -> bytes | None:
    """Return what a file holds without anything that runs; None where it cannot be read or cleaned."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in XML:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError:
        return None
    if len(content) > _MAX_BYTES:
        return None
    return clean_svg(content) if suffix == ".svg" else _with_policy(content)


def _with_policy(content: bytes) -> bytes:
    """Return an HTML document behind a policy that forbids scripts, without what leads to another address by itself."""
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if content.startswith(mark):
            content = codecs.BOM_UTF8 + content.decode("utf-16", errors="replace").encode()
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark + _PREFIX + _EQUIVALENT.sub(b"data-http-equiv", content[len(mark) :].replace(b"\x1b", b""))


def clean_svg(content: bytes) -> bytes | None:
    """Return a picture that holds only what draws; None where it is no SVG."""
    try:
        root = ET.fromstring(content)  # noqa: S314  # expat loads nothing from outside and bounds entities
        if root.tag != f"{_SVG}svg":
            return None
        _clean(root)
        return str(ET.tostring(root, encoding="unicode")).encode()
    except (ET.ParseError, LookupError, RecursionError, UnicodeError, ValueError):
        return None


def _clean(root: ET.Element) -> None:
    """Take out elements and attributes that are not known to be inert."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        for name, value in [*element.attrib.items()]:
            if not _may_stay(element.tag, name, value):
                del element.attrib[name]
        _keep_allowed(element)
        waiting += element


def _keep_allowed(element: ET.Element) -> None:
    """Take out an element's children that are not allowed, and leave the text that follows them."""
    kept: list[ET.Element] = []
    loose: list[str] = []
    for child in element:
        if _is_allowed(child):
            _append_text(element, kept, loose)
            kept.append(child)
        else:
            loose.append(child.tail or "")
    _append_text(element, kept, loose)
    element[:] = kept


def _append_text(element: ET.Element, kept: list[ET.Element], loose: list[str]) -> None:
    """Put text behind the last child that is kept, or at the element's beginning."""
    text = "".join(loose)
    loose.clear()
    if text and kept:
        kept[-1].tail = (kept[-1].tail or "") + text
    elif text:
        element.text = (element.text or "") + text


def _is_allowed(element: ET.Element) -> bool:
    tag = element.tag
    if not tag.startswith(_SVG) or tag.removeprefix(_SVG) not in _ELEMENTS:
        return False
    return tag != f"{_SVG}style" or not (len(element) or _FOREIGN_STYLE.search(element.text or ""))


def _may_stay(tag: str, name: str, value: str) -> bool:
    if name in ("href", _LINK):
        if tag == f"{_SVG}a":
            return bool(_ADDRESS.match("".join(value.split())))
        return value.startswith("#") or (tag == f"{_SVG}image" and bool(_PICTURE.match(value)))
    if name.startswith("{"):
        return name.startswith("{http://www.w3.org/XML/1998/namespace}") and not name.endswith("}base")
    return not name.lower().startswith("on") and not _FOREIGN_STYLE.search(value)
