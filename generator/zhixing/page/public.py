"""What of a vault belongs to notes that are not public, so that neither a site nor an export holds it."""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from zhixing.compose import FIGURES, Results
from zhixing.lists.lists import CANVAS
from zhixing.vault.load import read_inside
from zhixing.vault.note import Note
from zhixing.vault.resolve import resolve
from zhixing.vault.vault import Vault, fold
from zhixing.weave.generated_files import canvas_content, seal_file

_SOURCE = re.compile(
    r"""\b(?:src|href|poster)[ \t]*+=[ \t]*+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'<>]++))""", re.IGNORECASE
)


def draw_public(vault: Vault, results: Results) -> dict[PurePosixPath, str]:
    """Return the figures and canvases of public notes as they are drawn now, by their place in the vault."""
    drawn: dict[PurePosixPath, str] = {}
    for note in vault.notes.values():
        if note.published:
            drawn.update(results.figures(note))
            drawn.update({path: seal_file(text, canvas_content) for path, text in results.maps(note).items()})
    return drawn


def public_vault(vault: Vault, results: Results) -> Vault:
    """Return a vault without its hidden notes and without the files that belong to them."""
    private = private_files(vault, results)
    notes = {path: note for path, note in vault.notes.items() if note.published}
    return replace(vault, notes=notes, files=tuple(path for path in vault.files if path not in private))


def private_files(vault: Vault, results: Results) -> frozenset[PurePosixPath]:
    """Return the files that belong to hidden notes alone.

    That is what their examples and lists draw, generated figures that no public note draws or leads to, files that only
    they name, and canvases that show one of them.
    """
    hidden = [note for note in vault.notes.values() if not note.published]
    if not hidden:
        return frozenset()
    public = [note for note in vault.notes.values() if note.published]
    drawn = draw_public(vault, results).keys()
    shown = {path for note in public for path in _linked_files(vault, note)}
    own = {path for note in hidden for path in (*results.figures(note), *results.maps(note))}
    left = {path for path in vault.files if path.parent.name == FIGURES} | _named_files(vault, hidden)
    canvases = (path for path in vault.files if path.suffix.lower() == CANVAS)
    shows_hidden = {path for path in canvases if _shows(vault, path, hidden)}
    return frozenset((own | (left - shown) | shows_hidden) - drawn)


def _linked_files(vault: Vault, note: Note) -> Iterator[PurePosixPath]:
    """Yield the files that a public note's page leads to or shows."""
    for link in (link for link in note.links if not note.generated.covers(link.span.start)):
        if (path := resolve(vault, note, link).file) is not None:
            yield path
    for found in _SOURCE.finditer(note.source.text):
        written = html.unescape(found[1] or found[2] or found[3] or "")
        place = unquote(re.split("[#?]", written, maxsplit=1)[0])
        yield PurePosixPath(posixpath.normpath(posixpath.join(note.path.parent, place)))


def _named_files(vault: Vault, notes: Iterable[Note]) -> set[PurePosixPath]:
    """Return the files whose names stand anywhere in the text of notes, as they are or coded as in an address."""
    texts = [note.source.text for note in notes]
    text = fold("\n".join(dict.fromkeys([*texts, *map(unquote, texts), *map(html.unescape, texts)])))
    by_ending: dict[str, set[str]] = {}
    for name in {fold(path.name) for path in vault.files}:
        by_ending.setdefault(PurePosixPath(name).suffix or name, set()).add(name)
    named = {name for ending, names in by_ending.items() for name in _find_names(text, ending, names)}
    return {path for path in vault.files if fold(path.name) in named}


# So many characters before their ending are compared before names are looked up by each of their lengths.
_STEPS = (64, 16, 4, 0)


def _find_names(text: str, ending: str, names: Collection[str]) -> Iterator[str]:
    """Yield the names, all of one ending, that stand in a text: in linear time, however many names there are."""
    lengths: dict[str, set[int]] = {}
    for name in names:
        stem = len(name) - len(ending)
        step = next(step for step in _STEPS if step <= stem)
        lengths.setdefault(name[stem - step :], set()).add(len(name))
    for match in re.finditer(re.escape(ending), text):
        for step in _STEPS:
            tail = text[max(0, match.start() - step) : match.end()]
            found = (text[max(0, match.end() - length) : match.end()] for length in lengths.get(tail, ()))
            yield from (name for name in found if name in names)


def _shows(vault: Vault, path: PurePosixPath, notes: Iterable[Note]) -> bool:
    """Return whether a canvas has a card of one of these notes; one that is no JSON may show anything."""
    try:
        data = json.loads(read_inside(vault.root, path) or "{}")
        cards = {fold(str(node["file"])) for node in data.get("nodes", []) if "file" in node}
    except (ValueError, RecursionError, AttributeError, TypeError):
        return True
    return any(fold(str(note.path)) in cards for note in notes)
