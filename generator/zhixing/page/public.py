"""What of a vault belongs to notes that are not public, so that neither a site nor an export holds it."""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
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
    for path, note in vault.notes.items():
        if results.blocks[path] and note.published:
            drawn.update(results.figures(note))
            drawn.update({place: seal_file(text, canvas_content) for place, text in results.maps(note).items()})
    return drawn


@dataclass(frozen=True, slots=True)
class Private:
    """What belongs to hidden notes alone: `files`, and the `names` that would lead to one or to a hidden note, folded.

    Pages name none of it where their author's visible words do not. `public` are the places that anybody may name.
    """

    files: frozenset[PurePosixPath] = frozenset()
    names: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()

    def is_named(self, written: str, note: PurePosixPath) -> bool:
        """Return whether an address, as the note at a path writes it, names something private.

        An address may lead there from a place that the note only will have on a site, so its last name decides, unless
        it leads to something public.
        """
        place = fold(unquote(re.split("[#?]", written, maxsplit=1)[0])).removesuffix("/index.html").rstrip("/")
        if place.rpartition("/")[2] not in self.names:
            return False
        bases = (note.parent, note.with_suffix(""), PurePosixPath())
        return not any(posixpath.normpath(fold(str(base / place.lstrip("/")))) in self.public for base in bases)

    def clean(self, written: str, note: PurePosixPath) -> str:
        """Return HTML as an author wrote it without the attributes that name something private; words for readers stay.

        It may be any part of a note: tags need not be whole.
        """
        return _ATTRIBUTE.sub(lambda found: "" if self._names_in(found, note) else found[0], written)

    def _names_in(self, attribute: re.Match[str], note: PurePosixPath) -> bool:
        if attribute["name"].lower() in _WORDS:
            return False
        value = html.unescape(attribute["value"]).strip("\"'")
        parts = (value, *_PARTS.split(value))
        return any(self.is_named(part, note) for part in parts if part and not _REMOTE.match(part))


PUBLIC = Private()
"""What is private in a vault without hidden notes."""

# In linear time: each part takes all it can, and a name begins where no name stands before it.
_ATTRIBUTE = re.compile(
    r"""(?<![\w:-])(?P<name>[\w:-]++)\s*+=\s*+(?P<value>"[^"]*+"|'[^']*+'|["']?[^\s"'>]++)""", re.ASCII
)
_WORDS = frozenset({"alt", "aria-label", "label", "title"})
# `srcset` and `style` hold addresses among other things.
_PARTS = re.compile(r"[\s,;()'\"]+")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def private_of(vault: Vault, results: Results) -> Private:
    """Return what of a vault belongs to hidden notes alone."""
    hidden = [note for note in vault.notes.values() if not note.published]
    if not hidden:
        return PUBLIC
    files = private_files(vault, results)
    paths = [note.path for note in hidden]
    names = {*(fold(path.name) for path in (*files, *paths)), *(fold(path.stem) for path in paths)}
    published = [path for path, note in vault.notes.items() if note.published]
    places = {*published, *(path.with_suffix("") for path in published), *(set(vault.files) - files)}
    return Private(files, frozenset(names), frozenset(fold(str(path)) for path in places))


def public_vault(vault: Vault, private: Private) -> Vault:
    """Return a vault without its hidden notes and without the files that belong to them."""
    notes = {path: note for path, note in vault.notes.items() if note.published}
    return replace(vault, notes=notes, files=tuple(path for path in vault.files if path not in private.files))


def private_files(vault: Vault, results: Results) -> frozenset[PurePosixPath]:
    """Return the files that belong to hidden notes alone.

    That is what their examples and lists draw, generated figures that no public note draws or leads to, files that only
    they name, and canvases and bases that name one of these or of the notes.
    """
    hidden = [note for note in vault.notes.values() if not note.published]
    if not hidden:
        return frozenset()
    public = [note for note in vault.notes.values() if note.published]
    drawn = draw_public(vault, results).keys()
    shown = {path for note in public for path in _linked_files(vault, note)}
    own = {path for note in hidden for path in (*results.figures(note), *results.maps(note))}
    own |= {path for path in vault.files if path.parent.name == FIGURES} - shown
    naming = set(_sheets_naming(vault, own - drawn, hidden)) - drawn
    shown |= _named_files(vault, [_read_sheet(vault, path) or "" for path in _sheets(vault) if path not in naming])
    named = _named_files(vault, [note.source.text for note in hidden])
    return frozenset((own | (named - shown) | naming) - drawn)


def _linked_files(vault: Vault, note: Note) -> Iterator[PurePosixPath]:
    """Yield the files that a public note's page leads to or shows."""
    for link in (link for link in note.links if not note.generated.covers(link.span.start)):
        if (path := resolve(vault, note, link).file) is not None:
            yield path
    for found in _SOURCE.finditer(note.source.text):
        written = html.unescape(found[1] or found[2] or found[3] or "")
        place = unquote(re.split("[#?]", written, maxsplit=1)[0])
        yield PurePosixPath(posixpath.normpath(posixpath.join(note.path.parent, place)))


def _named_files(vault: Vault, texts: Iterable[str]) -> set[PurePosixPath]:
    """Return the files whose names stand anywhere in texts, as they are or coded as in an address."""
    named = _names_in(texts, {fold(path.name) for path in vault.files})
    return {path for path in vault.files if fold(path.name) in named}


def _names_in(texts: Iterable[str], names: Iterable[str]) -> set[str]:
    """Return which of some folded names stand in texts, as they are or coded as in an address."""
    texts = list(texts)
    text = fold("\n".join(dict.fromkeys([*texts, *map(unquote, texts), *map(html.unescape, texts)])))
    by_ending: dict[str, set[str]] = {}
    for name in names:
        by_ending.setdefault(PurePosixPath(name).suffix or name, set()).add(name)
    return {name for ending, names in by_ending.items() for name in _find_names(text, ending, names)}


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


# Canvases and bases, which name notes and files, and are published as they are.

_BASE = ".base"
_WIKILINK = re.compile(r"\[\[([^\[\]|#\n]++)")


def _sheets(vault: Vault) -> Iterator[PurePosixPath]:
    return (path for path in vault.files if path.suffix.lower() in (CANVAS, _BASE))


def _sheets_naming(vault: Vault, files: Collection[PurePosixPath], notes: Collection[Note]) -> Iterator[PurePosixPath]:
    """Yield the canvases and bases that name one of these files or notes, and those that cannot be read."""
    names = {fold(path.name) for path in (*files, *(note.path for note in notes))}
    linked = {name for note in notes for name in (fold(note.path.stem), *map(fold, note.aliases))}
    for path in _sheets(vault):
        text = _read_sheet(vault, path)
        links = () if text is None else (fold(link.strip()) for link in _WIKILINK.findall(text))
        if text is None or _names_in([text], names) or any(link.rpartition("/")[2] in linked for link in links):
            yield path


def _read_sheet(vault: Vault, path: PurePosixPath) -> str | None:
    """Return all texts of a canvas, or a base as it is written; None where it may say anything."""
    text = read_inside(vault.root, path) or ""
    if path.suffix.lower() == _BASE:
        return text
    try:
        nodes = json.loads(text or "{}").get("nodes", [])
        return "\n".join(str(value) for node in nodes for value in node.values())
    except (ValueError, RecursionError, AttributeError, TypeError):
        return None
