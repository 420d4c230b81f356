"""A note as a page: its regions, one by one, then the block structure of the whole."""

from __future__ import annotations

from collections.abc import Mapping

from zhixing.portable.context import Page, Scope
from zhixing.portable.embed import embedded
from zhixing.portable.normalise import normalise
from zhixing.portable.regions import translate
from zhixing.source import Span
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault


def portable(vault: Vault, note: Note, bodies: Mapping[str, str]) -> str:
    """Return a note's body as portable Markdown, without its frontmatter.

    `bodies` holds what the vault's examples show now, by example id: it stands in place of what the note has on disk,
    and the block that declares an example folds away behind it. Pure: the same vault, note and bodies, the same text.
    """
    page = Page(vault, note, bodies)
    scope = Scope(page, note, chain=((note.path, ""),))
    text = translate(scope, Span(0, len(note.source.text)), embedded)
    return normalise("\n\n".join([text, *page.footnotes]), page.pieces)
