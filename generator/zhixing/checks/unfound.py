"""Links to what does not exist: a note or file, a heading, a block; each with what may have been meant."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath

from zhixing.problems import Code, Problem
from zhixing.vault.graph import Edge
from zhixing.vault.index import fold
from zhixing.vault.media import is_attachment
from zhixing.vault.resolve import near_names
from zhixing.vault.vault import Vault

_SHOWN = 5


def missing(vault: Vault, edge: Edge) -> Problem:
    """A wikilink to a note still to be written is information; anything else that is missing is a mistake."""
    link, source, near = edge.link, edge.source.source, _near(vault, edge)
    if not link.path:
        what, mend = "The link does not say where it leads", "Name a note or a file between its parentheses"
        return source.problem(Code.LINK_NOTE, link.span, what, mend)
    place = link.headings or link.block
    if link.wiki and not link.embed and not place and not is_attachment(link.path):
        path = PurePosixPath(link.path.removesuffix(".md"))
        if near:
            return source.problem(Code.LINK_STUB, link.span, f"There is no note {link.path!r} yet", near)
        folder = f" --folder {shlex.quote(str(path.parent))}" if len(path.parts) > 1 else ""
        mend = f"Write it: zhixing new {shlex.quote(path.name)}{folder}"
        return source.problem(Code.LINK_STUB, link.span, f"{link.path!r} is a note still to be written", mend)
    kind = "note" if _names_note(link.path) else "file"
    what = f"There is no {kind} {link.path!r}"
    mend = near or f"Mend the name, or {'write the note' if kind == 'note' else 'put the file there'}"
    return source.problem(Code.LINK_NOTE, link.span, what, mend)


def no_heading(vault: Vault, edge: Edge, certain: str) -> Problem:
    """A heading that its note does not have; `certain` is the advice where one alone can be meant."""
    link, note = edge.link, edge.resolution.note or edge.source
    what = f"{note.name} has no heading {'#'.join(link.headings)!r}"
    mend = certain or _near(vault, edge) or _known("headings", [heading.text for heading in note.headings])
    return edge.source.source.problem(Code.LINK_HEADING, link.span, what, mend)


def no_block(vault: Vault, edge: Edge) -> Problem:
    """A block that its note does not have."""
    link, note = edge.link, edge.resolution.note or edge.source
    mend = _near(vault, edge) or f"Write ^{link.block} behind the block that is meant"
    what = f"{note.name} has no block ^{link.block}"
    return edge.source.source.problem(Code.LINK_BLOCK, link.span, what, mend)


def _near(vault: Vault, edge: Edge) -> str:
    found = edge.resolution
    if found.block_missing and not found.heading_missing:
        names = [f"'^{name}'" for name in near_names(vault, edge.link, found)]
    elif found.note is None:
        names = [_name(vault, name) for name in near_names(vault, edge.link, found)]
    else:
        names = [repr(name) for name in near_names(vault, edge.link, found)]
    return f"Did you mean {' or '.join(names)}?" if names else ""


def _name(vault: Vault, name: str) -> str:
    """Return a name to write; of an alias the note's own, since Obsidian follows no aliases."""
    key = fold(name)
    owners = [] if vault.index.candidates(key) else vault.index.aliases.get(key, [])
    return f"{owners[0].stem!r} (its alias: {name!r})" if owners else repr(name)


def _known(kind: str, names: Iterable[str]) -> str:
    """Return what there is to choose from, as far as a line holds it."""
    known = list(names)
    if not known:
        return f"It has no {kind}; link to the note itself"
    more = ", …" if len(known) > _SHOWN else ""
    return f"Its {kind}: {', '.join(repr(name) for name in known[:_SHOWN])}{more}"


def _names_note(path: str) -> bool:
    """Tell whether a path that leads nowhere looks like a note's: `甲`, `夹/甲.md`, `v1.2`, but not `code.py`."""
    suffix = PurePosixPath(path).suffix[1:].lower()
    return suffix in {"", "md"} or suffix.isdigit() or not (suffix.isascii() and suffix.isalnum() and len(suffix) <= 5)
