"""Links: to notes, headings and blocks that exist, written as Obsidian follows them."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.problems import Code, Problem
from zhixing.vault.graph import Edge, edges, embed_cycles, orphans
from zhixing.vault.order import circles
from zhixing.vault.resolve import Found, near_names
from zhixing.vault.vault import Vault


def check_links(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each link that leads nowhere, to several notes, or only by grace; and for orphans."""
    for edge in edges(vault):
        yield from _edge(vault, edge)
    for cycle in embed_cycles(vault):
        names = " → ".join([*(edge.source.name for edge in cycle), cycle[0].source.name])
        what = f"This embed is part of a circle: {names}"
        yield cycle[0].source.source.problem(Code.EMBED_CYCLE, cycle[0].link.span, what, "Link instead of embedding")
    for circle in circles(vault):
        names = " → ".join([*(note.name for note in circle), circle[0].name])
        what = f"These notes require one another: {names}"
        at = circle[0].requires[0].span if circle[0].requires else 0
        yield circle[0].source.problem(Code.REQUIRES_CYCLE, at, what, "Take one of them out of `requires`")
    for note in (one for one in orphans(vault) if one.name != "index"):
        what, mend = "No note links here", "Link to it from a note where a reader would look for it"
        yield note.source.problem(Code.ORPHAN, 0, what, mend)


def _edge(vault: Vault, edge: Edge) -> Iterator[Problem]:
    link, found, source = edge.link, edge.resolution, edge.source.source
    if found.kind is Found.EXTERNAL:
        return
    near = _near(vault, edge)
    if found.kind is Found.MISSING:
        yield _missing(edge, near)
    elif found.heading_missing:
        what = f"{found.note.name if found.note else link.path} has no heading {'#'.join(link.headings)!r}"
        yield source.problem(Code.LINK_HEADING, link.span, what, near or "Name one of its headings")
    elif found.block_missing:
        what = f"{found.note.name if found.note else link.path} has no block ^{link.block}"
        yield source.problem(
            Code.LINK_BLOCK, link.span, what, near or f"Write ^{link.block} behind the block that is meant"
        )
    if found.ambiguous:
        what = f"{link.path!r} may be {' or '.join(str(path) for path in found.candidates)}"
        yield source.problem(Code.LINK_AMBIGUOUS, link.span, what, "Write the path in the link")
    if found.note and found.alias:
        what = f"{link.path!r} is an alias of {found.note.name}, and Obsidian does not follow aliases"
        yield source.problem(Code.LINK_ALIAS, link.span, what, f"Write [[{found.note.name}|{link.path}]]")
    elif found.other_case:
        what = f"{link.path!r} is written otherwise than the file's name"
        name = found.note.name if found.note else found.file.name if found.file else ""
        yield source.problem(Code.LINK_CASE, link.span, what, f"Write {name}")


def _missing(edge: Edge, near: str) -> Problem:
    """A wikilink to a note still to be written is information; anything else that is missing is a mistake."""
    link, source = edge.link, edge.source.source
    stub = link.wiki and not link.embed and not link.headings and not link.block and not _has_suffix(link.path)
    if stub and not near:
        what = f"{link.path!r} is a note still to be written"
        return source.problem(Code.LINK_STUB, link.span, what, f"Write it: zhixing new {link.path!r}")
    if stub:
        return source.problem(Code.LINK_STUB, link.span, f"There is no note {link.path!r} yet", near)
    kind = "file" if _has_suffix(link.path) else "note"
    return source.problem(
        Code.LINK_NOTE, link.span, f"There is no {kind} {link.path!r}", near or "Mend the name, or write it"
    )


def _has_suffix(path: str) -> bool:
    _, dot, suffix = path.rpartition(".")
    return bool(dot) and suffix.isascii() and suffix.isalnum() and len(suffix) <= 5 and not suffix.isdigit()


def _near(vault: Vault, edge: Edge) -> str:
    found = edge.resolution
    if found.kind is not Found.MISSING and not found.heading_missing and not found.block_missing:
        return ""
    names = near_names(vault, edge.link, found)
    return f"Did you mean {' or '.join(repr(name) for name in names)}?" if names else ""
