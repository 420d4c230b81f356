"""How sources and their statements are named."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from zhixing.show.escape import escape_markdown
from zhixing.wording.model import Wording

if TYPE_CHECKING:
    from zhixing.language.model import Run, Said


def anchor(run: Run, said: Said) -> str:
    """Return the name of a callout's block: Obsidian allows letters, digits and hyphens of ASCII there."""
    named = f"{run.example.id} {said.says.text}"
    return f"says-{hashlib.sha256(named.encode(errors='replace')).hexdigest()[:8]}"


def document_name(said: Said, words: Wording) -> str:
    """Return the document's name; a link to a note stays one, a bare number is a document's."""
    name = " ".join(said.says.document.split())
    if re.fullmatch(r"\[\[[^\[\]|#^\\`]+\]\]", name):
        return name
    return words.document.format(number=name) if name.isdecimal() else escape_markdown(name)


def sentence(text: str, words: Wording) -> str:
    """Return text as a sentence on one line."""
    text = " ".join(text.split())
    return escape_markdown(text if text.endswith(tuple("。！？.!?…")) else f"{text}{words.stop}")
