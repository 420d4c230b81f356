"""A reader of Obsidian vaults that shares nothing with ours: regular expressions on whole files."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import unquote

# Taken out one after another, so that nothing in them is taken for a link.
HIDDEN = (
    r"\A---\n.*?\n---\n",
    r"^(?:[ >]*)(`{3,}|~{3,}).*?^(?:[ >]*)\1`*[ ]*$",
    r"<!--.*?-->",
    r"%%.*?%%",
    r"(`+)(?!`).*?(?<!`)\1(?!`)",
    r"\$\$.*?\$\$",
    r"(?<!\\)\$[^$\n]+\$",
)
WIKILINK = re.compile(r"!?\[\[([^\[\]|#\n]*)[^\[\]\n]*\]\]")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s#]+)[^)\s]*\)")


def graph(vault: Path) -> set[tuple[str, str]]:
    """Return which note's text links to or embeds which other note, both without `.md`."""
    notes = {path.relative_to(vault).as_posix()[:-3]: path.read_text(encoding="utf-8") for path in vault.rglob("*.md")}
    return {
        (name, target)
        for name, text in notes.items()
        for target in _targets(name, _shown(text), set(notes))
        if target != name
    }


def _shown(text: str) -> str:
    for hidden in HIDDEN:
        text = re.sub(hidden, "", text, flags=re.DOTALL | re.MULTILINE)
    return text


def _targets(name: str, text: str, notes: set[str]) -> set[str]:
    found = {_note(match[1].strip(" \\").removesuffix(".md"), notes) for match in WIKILINK.finditer(text)}
    for match in LINK.finditer(text):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(match[1])))
        found.add(path.removesuffix(".md") if path.removesuffix(".md") in notes else "")
    return found - {""}


def _note(path: str, notes: set[str]) -> str:
    """Return the note of a name or of the end of a path, the shortest first."""
    fitting = [note for note in notes if f"/{note}".lower().endswith(f"/{path}".lower())] if path else []
    return min(fitting, key=lambda note: (note.count("/"), len(note), note), default="")
