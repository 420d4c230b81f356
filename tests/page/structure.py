"""The block structure of HTML, to compare what two Markdown parsers make of one text, and of a note exported."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from lxml import html
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

import markdown
from small_vaults import vault_of
from zhixing.compose import results
from zhixing.page import read_page
from zhixing.page.markdown import write_markdown

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
    return structure(_parser().render(text))


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)


def python_markdown(text: str) -> Structure:
    """Return the structure that Python-Markdown, set up as the documentation says, sees in a text."""
    extensions = dict(EXTENSIONS)
    # Callouts and tasks are compared as what CommonMark takes them for.
    extensions["pymdownx.quotes"] = {"callouts": False}
    del extensions["pymdownx.tasklist"]
    return structure(markdown.markdown(text, extensions=[*extensions], extension_configs=extensions))


def exported(text: str, *, attributes: bool = True) -> str:
    """Return a note's text as an export has it; `attributes` as of `write_markdown`."""
    vault = vault_of({"页.md": text})
    return write_markdown(read_page(vault, vault.notes[PurePosixPath("页.md")], results(vault)), attributes=attributes)


def documented() -> dict[str, Any]:
    """Return the mkdocs.yml that the documentation of exports shows."""
    page = (Path(__file__).parent.parent.parent / "docs" / "export.md").read_text(encoding="utf-8")
    return dict(yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0]))


EXTENSIONS: dict[str, dict[str, Any]] = {
    name: settings
    for entry in documented()["markdown_extensions"]
    for name, settings in (entry.items() if isinstance(entry, dict) else [(entry, {})])
}


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
