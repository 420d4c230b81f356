"""What a reader gets of a page's HTML: its blocks and inline markup, in one form to be compared.

Left out is what we add (permalinks, anchors, colours of code) and how footnotes are numbered and listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import unquote

from lxml import html

Shape: TypeAlias = list[Any]  # a tag, its attributes, and what it holds: texts and shapes

_BLOCKS = frozenset(
    [
        *("ul", "ol", "li", "blockquote", "pre", "table", "thead", "tbody", "tr", "th", "td", "hr", "details", "div"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "section", "summary", "embed", "formula"),
    ]
)
_INLINE = frozenset(
    [
        *("a", "audio", "b", "br", "code", "del", "em", "i", "img", "kbd", "mark", "math", "strong", "sub", "sup", "u"),
        "video",
    ]
)
# Attributes that say what a reader gets; the others are looks.
_KEPT = {"a": ("href", "title"), "ol": ("start",), "th": ("style",), "td": ("style",)}
_ADDED = frozenset({"headerlink", "footnote-backref", "footnote", "footnotes", "footnotes-sep"})
_HOLD_BLOCKS = frozenset({"li", "blockquote", "div"})
_CALLOUT = re.compile(r"\[!([^\]|]+)(?:\|[^\]]*)?\][+-]?[ \t]*")
_SIZE = re.compile(r"(?:^|\|)\s*\d+(?:x\d+)?\s*$")
_SPACE = re.compile(r"\s+")


def shape(page: str) -> Shape:
    """Return the shape of a page."""
    return _paragraphs(_inside(html.fragment_fromstring(f"<div>{page}</div>")))


def _inside(element: html.HtmlElement) -> Shape:
    """Return what an element holds: texts and shapes, what stands loose between blocks put into paragraphs."""
    parts: Shape = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts += _element(child, (child.get("class") or "").split())
        parts.append(child.tail or "")
    return _trimmed(parts)


def _element(child: html.HtmlElement, classes: list[str]) -> Shape:
    if _ADDED & set(classes) or child.tag == "figcaption":
        return []
    if child.tag == "sup" and ("fnref" in (child.get("id") or "") or "footnote-ref" in classes):
        return ["[^]"]
    if "formula" in classes or "math" in classes or child.tag == "math":
        return [["formula"] if "formula" in classes else ["math"]]
    if child.tag == "input":
        return ["☑" if child.get("checked") is not None else "☐"]
    if child.tag == "pre" or "highlight" in classes:
        lines = child.text_content().strip("\n").expandtabs(4).split("\n")
        return [["pre", "\n".join(lines)]]
    return _picture(child, classes) or _callout(child, classes) or _plain(child, classes)


def _picture(child: html.HtmlElement, classes: list[str]) -> Shape:
    """Return a picture, or what stands in its place where there is none, by the words it has."""
    words = child.get("alt") or "" if child.tag == "img" else child.text_content()
    if child.tag == "img" or "remote" in classes or (child.tag == "em" and "文件" in (child.get("title") or "")):
        words = _SIZE.sub("", words)
        return [["img", "" if words.startswith(("/", "https:")) else words]]
    return []


def _callout(child: html.HtmlElement, classes: list[str]) -> Shape:
    """Return a callout: a quote whose first paragraph is its title."""
    if "embed" in classes:
        return [["embed"]]
    if child.tag == "details" or "admonition" in classes:
        inner = _paragraphs([["p", *part[1:]] if part[0] == "summary" else part for part in _inside(child)])
        return [["blockquote", *inner]]
    if child.tag != "blockquote":
        return []
    inner = _paragraphs(_inside(child))
    text = inner[0][1] if inner and inner[0][0] == "p" and isinstance(inner[0][1], str) else ""
    if not (head := _CALLOUT.match(text)):
        return [["blockquote", *inner]]
    first = [text[head.end() :], *inner[0][2:]]
    cut = next((at for at, part in enumerate(first) if part == ["br"]), len(first))
    title = [part for part in first[:cut] if part] or ["-".join(head[1].split()).title()]
    return [["blockquote", ["p", *title], *([["p", *first[cut + 1 :]]] if first[cut + 1 :] else []), *inner[1:]]]


def _plain(child: html.HtmlElement, classes: list[str]) -> Shape:
    inner = _inside(child)
    tag = "a" if child.tag == "em" and "stub" in classes else str(child.tag)
    tag = {"figure": "p", "s": "del"}.get(tag, tag)
    if tag == "tbody" and not any(cell != ["td"] for row in inner for cell in row[1:]):
        return []  # Python-Markdown gives a table without rows an empty one
    if tag not in _BLOCKS | _INLINE:
        return inner
    if tag in _HOLD_BLOCKS:
        inner = _paragraphs(inner)
    if tag == "div":
        return inner
    return [[tag, *_attributes(child), *inner]]


def _attributes(child: html.HtmlElement) -> Iterable[str]:
    for name in _KEPT.get(str(child.tag), ()):
        value = " ".join((child.get(name) or "").split())
        if name == "href":  # inside the vault it is the resolver's
            value = unquote(value) if ":" in value.partition("#")[0] else ""
        if value and (name, value) != ("start", "1"):
            yield f"{name}={value.replace(' ', '').rstrip(';') if name == 'style' else value}"


def _is_block(part: object) -> bool:
    return isinstance(part, list) and part[0] in _BLOCKS


def _trimmed(parts: Shape) -> Shape:
    """Join neighbouring texts, and drop white space that nobody sees."""
    joined: Shape = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    for at, part in enumerate(joined):
        if isinstance(part, str):
            text = _SPACE.sub(" ", part)
            text = text.lstrip() if at == 0 or _breaks(joined[at - 1]) else text
            joined[at] = text.rstrip() if at + 1 == len(joined) or _breaks(joined[at + 1]) else text
    return [part for part in joined if part]


def _breaks(part: object) -> bool:
    return _is_block(part) or part == ["br"]


def _paragraphs(parts: Shape) -> Shape:
    """Put what stands loose beside blocks into paragraphs, so that a tight list is like a loose one."""
    out: Shape = []
    loose: Shape = []
    for part in [*parts, ["p"]]:
        if _is_block(part):
            out += [["p", *_trimmed(loose)]] if _trimmed(loose) else []
            out.append([*part[:-1]] if part[0] == "p" and part[-1] == ["br"] else part)
            loose = []
        else:
            loose.append(part)
    return [part for part in out if part != ["p"]]
