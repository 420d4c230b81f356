"""The one resolver: where a link points, by Obsidian's rules."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from pathlib import PurePosixPath
from typing import NamedTuple

from zhixing.vault.note import Block, Heading, Link, Note
from zhixing.vault.vault import NameIndex, Vault, fold

_FROM_NOTE = ("./", "../")  # how a path begins that is seen from its note's folder
SHOWN = 10  # of a name that hundreds of files share, so many are told


class Found(StrEnum):
    """What a link's path names."""

    NOTE = "note"
    FILE = "file"
    EXTERNAL = "external"
    MISSING = "missing"


class Resolution(NamedTuple):
    """Where a link points, and what is to be said about how it says so.

    - `note` for NOTE, `file` for FILE, both None for EXTERNAL (also a tag's page) and MISSING.
    - `heading`, `block`: the place in the note. `heading_missing`, `block_missing`: it is named and does not exist.
    - `html_id`: the id in the author's own HTML that a Markdown link names in place of a heading, else "".
    - `alias`: the alias by which the note was found, which Obsidian would not follow, else "".
    - `other_case`: found, but written in another case than the file's path.
    - `candidates`: the files of that name where there are several, Obsidian's choice first. `ambiguous` says so.
    """

    kind: Found
    note: Note | None = None
    file: PurePosixPath | None = None
    heading: Heading | None = None
    block: Block | None = None
    heading_missing: bool = False
    block_missing: bool = False
    html_id: str = ""
    alias: str = ""
    other_case: bool = False
    candidates: tuple[PurePosixPath, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether the name alone does not decide."""
        return len(self.candidates) > 1


def resolve(vault: Vault, note: Note, link: Link) -> Resolution:
    """Return where a link in a note points. A wikilink that means the same in every note is resolved once."""
    if not link.wiki:
        return _resolve(vault, note, link)
    key = link.path, link.headings, link.block
    known: Resolution | None = vault.resolved.get(key)
    if known is not None:
        return known
    found = _resolve(vault, note, link)
    if link.path and not link.path.startswith(_FROM_NOTE) and not found.ambiguous:
        vault.resolved[key] = found
    return found


def _resolve(vault: Vault, note: Note, link: Link) -> Resolution:
    # What a wikilink names without a place in it is known from another link to the same note, as often as not.
    known: Resolution | None = vault.resolved.get((link.path, (), "")) if link.wiki else None
    found = known or resolve_file(vault, note, link)
    if found.note is None or not (link.headings or link.block):
        return found
    places = vault.places(found.note)
    if link.block:
        block = places.block(link.block)
        return found._replace(block=block, block_missing=block is None)
    heading = places.heading(link.headings) or (None if link.wiki else places.slug(link.headings[-1]))
    if heading is None and _names_html(found.note, link):
        return found._replace(html_id=link.headings[0])
    missing = heading is None and (link.wiki or link.headings[-1] not in found.note.made_anchors)
    return found._replace(heading=heading, heading_missing=missing)


def resolve_file(vault: Vault, note: Note, link: Link) -> Resolution:
    """Return which note or file a link points to, whatever place in it is named."""
    if link.url:
        return Resolution(Found.EXTERNAL)
    if not (link.path or link.headings or link.block):  # `[text]()`
        return Resolution(Found.MISSING)
    found = _find_beside(vault, note, link) or resolve_path(vault, link.path, note.path, aliases=link.wiki)
    return found if found.kind is not Found.MISSING or link.wiki else _find_address(vault, note, link)


def _find_beside(vault: Vault, note: Note, link: Link) -> Resolution | None:
    """Return the file that a Markdown link names as seen from its note's folder, where that comes first."""
    if link.wiki or not link.path or link.path.startswith("/") or not note.dialect.siblings_first:
        return None
    key = _absolute(f"./{link.path}", note.path)
    whole = vault.index.paths.get(fold(key), []) if key else []  # with its extension, as everywhere but in Obsidian
    return _found(vault, key or "", whole) if len(whole) == 1 else None


# The pages that stand for a folder in MkDocs and Hugo.
_FOLDER_PAGES = ("index", "README", "_index")


def _find_address(vault: Vault, note: Note, link: Link) -> Resolution:
    """Return what a Markdown link leads to that is an address of a site: a folder, a page with a query, `.html`."""
    path, _, query = link.path.partition("?")
    bare = path.rstrip("/")
    written = [path] if query else []
    written += [bare] if bare != path else []
    written += [f"{bare}/{name}.md" for name in _FOLDER_PAGES]
    written += [path.removesuffix(".html")] if path.endswith(".html") else []
    for one in written:
        key = _absolute(one if one.startswith(("/", "./", "../")) else f"./{one}", note.path)
        for whole in (vault.index.whole(fold(key)) if key else [], vault.index.whole(fold(one.lstrip("/")))):
            if whole:
                return _found(vault, "", whole[:1])
    return Resolution(Found.EXTERNAL if tag_address(path) else Found.MISSING)


_TAG_ADDRESS = re.compile(r"/tags/([^?#]+?)/?")


def tag_address(path: str) -> str:
    """Return the tag whose page on a site an address is (`/tags/a`), "" where it is another."""
    found = _TAG_ADDRESS.fullmatch(path)
    return found[1] if found else ""


def _names_html(note: Note, link: Link) -> bool:
    """Return whether a Markdown link names an id in a note's HTML; wikilinks do not, and embeds show sections."""
    return not (link.wiki or link.embed) and len(link.headings) == 1 and link.headings[0] in note.html_ids


def resolve_path(vault: Vault, path: str, base: PurePosixPath, *, aliases: bool = True) -> Resolution:
    """Return what a link path names, seen from the note at `base`; "" is that note itself.

    The rules, in order: a path from the vault's root, or from `base` where it begins with a dot; the end of one file's
    path; of several, the one in the folder of `base`, then one below that folder, then the shortest path; an alias.
    """
    if not path:
        return _found(vault, "", [base])
    key = _absolute(path, base)
    if key is None:
        return Resolution(Found.MISSING)
    candidates = vault.index.candidates(fold(key))
    if path.startswith(("/", *_FROM_NOTE)):
        candidates = vault.index.whole(fold(key))
    if candidates:
        return _found(vault, key, _ordered(vault.index, candidates, key, base))
    named = vault.index.aliases.get(fold(path), []) if aliases else []
    return _found(vault, "", named)._replace(alias=path) if named else Resolution(Found.MISSING)


def near_names(vault: Vault, link: Link, resolution: Resolution) -> tuple[str, ...]:
    """Return up to three names near the one not found: of notes and files, or of the note's headings or blocks."""
    if resolution.kind is Found.MISSING:
        return vault.near.find(PurePosixPath(link.path).name.removesuffix(".md"))
    if resolution.note is not None and resolution.heading_missing:
        return vault.places(resolution.note).near_headings.find(link.headings[-1])
    if resolution.note is not None and resolution.block_missing:
        return vault.places(resolution.note).near_blocks.find(link.block)
    return ()


def _absolute(path: str, base: PurePosixPath) -> str | None:
    """Return a path from the vault's root, or as written where it does not say; None if it leaves the vault."""
    if path.startswith("/"):
        return path.lstrip("/")
    if not path.startswith(_FROM_NOTE):
        return path
    parts = list(base.parent.parts)
    for part in path.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _ordered(index: NameIndex, candidates: list[PurePosixPath], key: str, base: PurePosixPath) -> list[PurePosixPath]:
    """Return what a path may mean, Obsidian's choice first; a whole path means one file only."""
    if len(candidates) == 1:
        return candidates
    whole = index.whole(fold(key))
    exact = [path for path in whole if str(path) in (key, f"{key}.md")]
    if len(whole) == 1 or len(exact) == 1:
        return exact or whole
    best = index.below.get((base.parent, fold(key)), candidates[0])
    return [best, *(path for path in candidates[:SHOWN] if path != best)]


def _found(vault: Vault, key: str, candidates: list[PurePosixPath]) -> Resolution:
    path = candidates[0]
    several = tuple(candidates) if len(candidates) > 1 else ()
    other_case = bool(key) and not _spelled(key, path)
    note = vault.notes.get(path)
    if note is None:
        return Resolution(Found.FILE, file=path, other_case=other_case, candidates=several)
    return Resolution(Found.NOTE, note=note, other_case=other_case, candidates=several)


def _spelled(key: str, path: PurePosixPath) -> bool:
    """Return whether a link path is written in the case of the file's path, for as much of it as it gives."""
    if str(path).endswith((key, f"{key}.md")):
        return True
    written = unicodedata.normalize("NFC", key)
    actual = unicodedata.normalize("NFC", str(path))
    return actual.endswith((written, f"{written}.md"))
