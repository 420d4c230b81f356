"""A vault as a folder of portable Markdown: pages, the figures they show as drawn now, and the files they lead to."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from zhixing.compose import Results
from zhixing.page.frontmatter import render_frontmatter, render_properties
from zhixing.page.links import anchor
from zhixing.page.markdown import write_markdown
from zhixing.page.public import draw_public, private_of, public_vault
from zhixing.page.read import read_page
from zhixing.page.tags import Tags, tag_pages, tags_of, walk
from zhixing.page.titles import title
from zhixing.page.tree import NOWHERE, Document, Paragraph, Text
from zhixing.vault.graph import edges
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

# Where a page's text may name a file: behind a link's text, in a definition, in a tag. In linear time.
_DESTINATION = re.compile(
    r"""
    \](?:\(|:[ \t]*)<?(?P<link>[^\s<>)]+)
    | \b(?:src|href|poster)[ \t]*=[ \t]*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'<>]+))
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds, by place in the vault: texts of pages and figures; files of the vault, copied as they are.

    Only files that a page leads to are copied, so that nothing of a note that is not published goes along.
    """

    texts: Mapping[PurePosixPath, str]
    copies: tuple[PurePosixPath, ...]


def export(vault: Vault, results: Results, progress: Callable[[int, int], None], *, attributes: bool = True) -> Export:
    """Return every published note as a page, a page for each tag, and what they show. Reads and writes nothing.

    `attributes` as of `write_markdown`.
    """
    published = [note for note in vault.notes.values() if note.published]
    tags, private = tags_of(vault), private_of(vault, results)
    texts = _tags(tags, attributes=attributes)
    examples = _named_examples(vault, results)
    for done, note in enumerate(published, 1):
        page = read_page(vault, note, results, tags, private=private)
        texts[note.path] = _page(note, page, examples, attributes=attributes)
        progress(done, len(published))
    wanted = {place for path, text in texts.items() for place in destinations(path, text)}
    figures = {path: text for path, text in draw_public(vault, results).items() if path in wanted}
    copies = (wanted & set(public_vault(vault, private).files)) - figures.keys()
    return Export({**texts, **figures}, tuple(sorted(copies)))


def _named_examples(vault: Vault, results: Results) -> frozenset[str]:
    """Return the anchors of the examples and results that links lead to."""
    named = (edge for edge in edges(vault) if edge.resolution.block and edge.resolution.block.results)
    return frozenset(anchor(edge.resolution, edge.link, results.bodies) for edge in named)


def _page(note: Note, page: Document, examples: Collection[str], *, attributes: bool) -> str:
    """Return a note as a file of its own: its properties, its title where no heading gives it, its body."""
    titled = any(heading.level == 1 for heading in note.headings)
    heading = Paragraph(NOWHERE, (Text(NOWHERE, title(note)),))
    head = "" if titled else f"# {write_markdown(Document(note.path, (heading,)))}"
    body = write_markdown(page, attributes=attributes, examples=examples)
    return "\n".join(part for part in (render_properties(note), head, body) if part)


def _tags(tags: Tags, *, attributes: bool) -> dict[PurePosixPath, str]:
    titles = {tags.index: tags.wording.tags, **{tag.path: f"#{tag.name}" for tag in walk(tags.roots)}}
    return {
        path: f"{render_frontmatter(titles[path])}\n{write_markdown(page, attributes=attributes)}"
        for path, page in tag_pages(tags).items()
    }


def destinations(path: PurePosixPath, text: str) -> Iterator[PurePosixPath]:
    """Yield the places that the text of the page at `path` names; one outside the vault comes out as `../…`."""
    for found in _DESTINATION.finditer(text):
        written = found["link"] or html.unescape(found["double"] or found["single"] or found["bare"] or "")
        place = unquote(re.split("[#?]", written, maxsplit=1)[0])
        if place:
            yield PurePosixPath(posixpath.normpath(posixpath.join(path.parent, place)))
