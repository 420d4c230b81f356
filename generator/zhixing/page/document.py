"""A note as a page: its regions, one by one, then the block structure of the whole."""

from __future__ import annotations

from zhixing.compose import Results
from zhixing.page.context import Page, Scope
from zhixing.page.embed import embedded
from zhixing.page.normalise import normalise
from zhixing.page.regions import translate
from zhixing.page.tags import Tags
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


def portable(vault: Vault, note: Note, results: Results, tags: Tags | None = None, *, attributes: bool = True) -> str:
    """Return a note's body as portable Markdown, without its frontmatter; tags lead to their pages, if they have any.

    What the vault's examples and lists show now stands in place of what the note has on disk, and the block that
    declares an example folds away behind it. Pure: the same vault, note and results, the same text.

    Anchors of headings and sizes of pictures stand in attribute lists. For readers that know none, `attributes` is
    false: anchors are HTML, and pictures have no size.
    """
    page = Page(vault, note, results, tags, attributes)
    scope = Scope(page, note, chain=((note.path, ""),))
    text = translate(scope, Span(0, len(note.source.text)), embedded)
    return normalise("\n\n".join([text, *page.footnotes]), page.pieces)
