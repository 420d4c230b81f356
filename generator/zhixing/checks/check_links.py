"""Checks of links: targets exist, and links are written so that Obsidian follows them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

from zhixing.checks.fix_links import LinkFixer
from zhixing.problems import Code, Problem, did_you_mean
from zhixing.source import Span
from zhixing.vault.embeds import embed_cycles, embed_limits
from zhixing.vault.graph import Edge, circles, edges, orphans
from zhixing.vault.note import SCHEMES, is_attachment
from zhixing.vault.resolve import Found, Resolution, near_names
from zhixing.vault.vault import Vault, fold
from zhixing.weave.edits import Edit, apply_edits

# Missing targets: notes and files, headings, blocks; each with near names.

_SHOWN = 5
_BLOCK_ID = re.compile(r"[A-Za-z0-9-]+")


def _missing_target(vault: Vault, edge: Edge) -> Problem:
    """Return the problem of a missing target: information for a wikilink to an unwritten note, else an error."""
    link, source, near = edge.link, edge.source.source, _near(vault, edge)
    if not link.path:
        what, fix = "The link does not say where it leads", "Name a note or a file between its parentheses"
        return source.problem(Code.LINK_NOTE, link.span, what, fix)
    place = link.headings or link.block
    if link.wiki and not link.embed and not place and not is_attachment(link.path):
        path = PurePosixPath(link.path.removesuffix(".md"))
        if near:
            return source.problem(Code.LINK_STUB, link.span, f"There is no note {link.path!r} yet", near)
        folder = f" --folder {shlex.quote(str(path.parent))}" if len(path.parts) > 1 else ""
        fix = f"Write it: zhixing new {shlex.quote(path.name)}{folder}"
        return source.problem(Code.LINK_STUB, link.span, f"{link.path!r} is a note still to be written", fix)
    kind = "note" if _names_note(link.path) else "file"
    what = f"There is no {kind} {link.path!r}"
    fix = near or f"Fix the name, or {'write the note' if kind == 'note' else 'put the file there'}"
    return source.problem(Code.LINK_NOTE, link.span, what, fix)


def _missing_heading(vault: Vault, edge: Edge, certain: str) -> Problem:
    """Return the problem of a missing heading; `certain` is the fix where only one heading can be meant."""
    link, note = edge.link, edge.resolution.note or edge.source
    what = f"{note.name} has no heading {'#'.join(link.headings)!r}"
    fix = certain or _near(vault, edge) or _list_names("headings", (heading.text for heading in note.headings))
    return edge.source.source.problem(Code.LINK_HEADING, link.span, what, fix)


def _missing_block(vault: Vault, edge: Edge) -> Problem:
    """Return the problem of a missing block."""
    link, note = edge.link, edge.resolution.note or edge.source
    fix = _near(vault, edge) or f"Write ^{link.block} behind the block that is meant"
    if not (_near(vault, edge) or note.generated.items or _BLOCK_ID.fullmatch(link.block)):
        fix = "An id of a block has Latin letters, digits and hyphens only; write such a one there and here"
    what = f"{note.name} has no block ^{link.block}"
    return edge.source.source.problem(Code.LINK_BLOCK, link.span, what, fix)


def _near(vault: Vault, edge: Edge) -> str:
    found = edge.resolution
    if found.block_missing and not found.heading_missing:
        names = [f"'^{name}'" for name in near_names(vault, edge.link, found)]
    elif found.note is None:
        near = near_names(vault, edge.link, found)
        # A note that is named already need not be named by its alias as well.
        names = [
            _name(vault, name)
            for name in near
            if vault.index.candidates(fold(name)) or not _is_named(vault, name, near)
        ]
    else:
        names = [repr(name) for name in near_names(vault, edge.link, found)]
    return f"Did you mean {' or '.join(names)}?" if names else ""


def _is_named(vault: Vault, alias: str, names: Iterable[str]) -> bool:
    """Return whether the note of an alias is among the names."""
    owners = {fold(note.stem) for note in vault.index.aliases.get(fold(alias), ())}
    return not owners.isdisjoint(fold(name) for name in names)


def _name(vault: Vault, name: str) -> str:
    """Return the name to write; for an alias the note's own name, since Obsidian does not follow aliases."""
    key = fold(name)
    owners = [] if vault.index.candidates(key) else vault.index.aliases.get(key, [])
    return f"{owners[0].stem!r} (its alias: {name!r})" if owners else repr(name)


def _list_names(kind: str, names: Iterable[str]) -> str:
    """Return the names to choose from, as many as fit into a line."""
    known = list(islice(names, _SHOWN + 1))
    if not known:
        return f"It has no {kind}; link to the note itself"
    more = ", …" if len(known) > _SHOWN else ""
    return f"Its {kind}: {', '.join(repr(name) for name in known[:_SHOWN])}{more}"


def _names_note(path: str) -> bool:
    """Return whether a missing path looks like a note's: `甲`, `夹/甲.md`, `v1.2`, but not `code.py`."""
    suffix = PurePosixPath(path).suffix[1:].lower()
    return suffix in {"", "md"} or suffix.isdigit() or not (suffix.isascii() and suffix.isalnum() and len(suffix) <= 5)


def check_results(links: Iterable[Edge], names_of: Callable[[str], Collection[str] | None]) -> Iterator[Problem]:
    """Yield a problem for each of some links that leads to a single result which its example does not have.

    `names_of` returns the names of an example's results by its id: none where there is no such example, None for one
    that failed, which has a problem of its own.
    """
    for edge in links:
        block = edge.resolution.block
        if block is None or not block.part:
            continue
        names = names_of(block.id)
        if names is not None and block.part not in names:
            fix = did_you_mean(block.part, names) or _list_names("results", names)
            what = f"The example {block.id!r} has no result {block.part!r}"
            yield edge.source.source.problem(Code.LINK_BLOCK, edge.span, what, fix)


def check_links(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each link that is missing, ambiguous or not followed by Obsidian, and for each orphan."""
    fixer = LinkFixer(vault)
    for edge in edges(vault):
        if not _is_sound(edge.resolution):
            yield from check_edge(vault, edge, fixer)
    yield from check_graph(vault)


def check_graph(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each circle of links, for embeds that show too much, and for each orphan."""
    for cycle in embed_cycles(vault):
        names = " → ".join([*(edge.source.name for edge in cycle), cycle[0].source.name])
        what = f"This embed is part of a circle: {names}"
        yield cycle[0].source.source.problem(Code.EMBED_CYCLE, cycle[0].link.span, what, "Link instead of embedding")
    for edge in embed_limits(vault).beyond:
        what = "Here the page shows more of other notes than it may, so further embeds become links"
        yield edge.source.source.problem(Code.EMBED_COST, edge.link.span, what, "Link instead of embedding")
    for circle in circles(vault):
        names = " → ".join([*(note.name for note in circle), circle[0].name])
        what = f"These notes require one another: {names}"
        at = circle[0].requires[0].span if circle[0].requires else 0
        yield circle[0].source.problem(Code.REQUIRES_CYCLE, at, what, "Take one of them out of `requires`")
    for note in (one for one in orphans(vault) if one.name != "index"):
        yield orphan(note.path)


def orphan(path: PurePosixPath) -> Problem:
    """Return the problem of a note to which no other links."""
    what, fix = "No note links here", "Link to it from a note where a reader would look for it"
    return Problem(str(path), 1, 1, Code.ORPHAN, what, fix)


def check_edge(vault: Vault, edge: Edge, fixer: LinkFixer) -> Iterator[Problem]:
    """Yield the problems of one link; `fixer` is kept for the vault, since it folds each note's headings once."""
    found = edge.resolution
    if _is_sound(found):
        return
    if edge.source.published:
        yield from _unshown(edge)
    if found.kind is Found.EXTERNAL:
        return
    if found.kind is Found.MISSING:
        yield _missing_target(vault, edge)
        return
    if found.heading_missing:
        yield _missing_heading(vault, edge, _advice(edge, fixer) if fixer.find_intended(edge).headings else "")
    if found.block_missing:
        yield _missing_block(vault, edge)
    if found.ambiguous and not _is_beside(edge):
        yield _ambiguous(edge)
    elif found.alias or found.other_case:
        yield _followed_here_alone(edge, fixer)


def _is_sound(found: Resolution) -> bool:
    """Return whether nothing can be said of a link, as of most: it leads to one note, by its name, and is followed."""
    doubtful = found.heading_missing or found.block_missing or found.candidates or found.alias or found.other_case
    return found.note is not None and not doubtful and found.note.published


def _unshown(edge: Edge) -> Iterator[Problem]:
    """Yield a problem for a link that works in Obsidian and not on the site."""
    link, found, source = edge.link, edge.resolution, edge.source.source
    scheme, colon, _ = link.url.partition(":")
    if colon and scheme.isascii() and scheme.lower() not in SCHEMES and "/" not in scheme:
        what, fix = f"The site keeps no address of the scheme {scheme!r}", "Link to a page that a browser opens"
        yield source.problem(Code.LINK_UNSHOWN, link.span, what, fix)
    template = found.file is not None and found.file.suffix.lower() == ".md"
    if template or (found.note is not None and not found.note.published):
        what = f"{link.path!r} is {'a template' if template else 'not published'}, so the site shows no link"
        yield source.problem(Code.LINK_UNSHOWN, link.span, what, "Leave it so, if readers of the site need not see it")


def _is_beside(edge: Edge) -> bool:
    """Return whether a Markdown link's address, seen from its note's folder, is the file that was found.

    Every reader of Markdown follows it there, as Obsidian does, however many files of that name are elsewhere.
    """
    return not edge.link.wiki and edge.source.path.parent / edge.link.path == edge.resolution.candidates[0]


def _ambiguous(edge: Edge) -> Problem:
    link, found, source = edge.link, edge.resolution, edge.source.source
    what = f"{link.path!r} may be {' or '.join(str(path) for path in found.candidates)}"
    path = found.candidates[0]
    name = str(path.with_suffix("") if path.suffix.lower() == ".md" and link.wiki else path)
    return source.problem(Code.LINK_AMBIGUOUS, link.span, what, f"Write the path of the one that is meant, as {name!r}")


def _followed_here_alone(edge: Edge, fixer: LinkFixer) -> Problem:
    """Return the problem of a link that is followed here, but not by Obsidian or on a case-sensitive disk."""
    link, found, source = edge.link, edge.resolution, edge.source.source
    path = found.note.path if found.note else found.file
    fix = _advice(edge, fixer) or f"Write {fixer.find_intended(edge).path or str(path)!r} there instead"
    if found.note and found.alias:
        what = f"{link.path!r} is an alias of {found.note.name}, and Obsidian does not follow aliases"
        return source.problem(Code.LINK_ALIAS, link.span, what, fix)
    what = f"{link.path!r} is in another case than its file's name, {str(path)!r}"
    return source.problem(Code.LINK_CASE, link.span, what, fix)


def _advice(edge: Edge, fixer: LinkFixer) -> str:
    """Return the advice to write the link as the fix would, "" where no fix is certain."""
    edit, text = fixer.edit(edge), edge.source.source.text
    if edit is None:
        return ""
    span = edge.link.span
    new = apply_edits(span.of(text), [Edit(Span(edit.span.start - span.start, edit.span.end - span.start), edit.text)])
    return f"Write {new}, as `zhixing check --fix` does"
