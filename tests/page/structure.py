"""The block structure of HTML, to compare what two Markdown parsers make of one text."""

from __future__ import annotations

from typing import Any

from lxml import html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

import markdown
from zhixing.page.normalise import normalise
from zhixing.site.markdown import EXTENSIONS

BLOCKS = frozenset(
    [
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "details",
    ]
)
Structure = list[Any]


def commonmark(text: str) -> Structure:
    """Return the structure that a CommonMark parser sees in a text: the oracle."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    return structure(parser.render(text))


def python_markdown(text: str) -> Structure:
    """Return the structure that Python-Markdown, set up as for the site, sees in normalised text."""
    settings = {name: dict(values) for name, values in EXTENSIONS.items()}
    # Callouts and tasks are compared as what CommonMark takes them for.
    settings["pymdownx.quotes"] = {"callouts": False}
    settings["toc"] = {"marker": ""}
    del settings["pymdownx.tasklist"]
    return structure(markdown.markdown(normalise(text), extensions=list(settings), extension_configs=settings))


def structure(page: str) -> Structure:
    """Return nested lists of block tags and their text. Paragraphs and inline markup do not count."""
    root = html.fragment_fromstring(f"<div>{page}</div>")
    out: Structure = ["page"]
    _walk(root, out)
    return _joined(out)


def _walk(element: Any, out: Structure) -> None:
    if element.text:
        out.append(element.text)
    for child in element:
        if child.tag == "sup" or "backref" in (child.get("class") or ""):
            # Footnotes are numbered in two ways.
            out.append(child.tail or "")
            continue
        if isinstance(child.tag, str) and child.tag in BLOCKS:
            inner: Structure = [child.tag]
            _walk(child, inner)
            # Python-Markdown gives a table without rows an empty one.
            if child.tag != "tbody" or child.text_content().strip():
                out.append(_joined(inner))
        elif isinstance(child.tag, str):
            _walk(child, out)
        if child.tail:
            out.append(child.tail)


def _joined(parts: Structure) -> Structure:
    """Join neighbouring texts and collapse white space; empty ones are left out."""
    joined: Structure = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str) and len(joined) > 1:
            joined[-1] += part
        else:
            joined.append(part)
    texts = (" ".join(part.split()) if isinstance(part, str) else part for part in joined)
    return [part for part in texts if part]
