"""Links: to notes, headings and blocks that exist, written as Obsidian follows them."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.checks.edits import Edit, edited
from zhixing.checks.mender import Mender
from zhixing.checks.unfound import missing, no_block, no_heading
from zhixing.problems import Code, Problem
from zhixing.source import Span
from zhixing.vault.graph import Edge, edges, embed_cycles, orphans
from zhixing.vault.links import SCHEMES
from zhixing.vault.order import circles
from zhixing.vault.resolve import Found
from zhixing.vault.vault import Vault


def check_links(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each link that leads nowhere, to several notes, or only by grace; and for orphans."""
    mender = Mender(vault)
    for edge in edges(vault):
        yield from _edge(vault, edge, mender)
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


def _edge(vault: Vault, edge: Edge, mender: Mender) -> Iterator[Problem]:
    found = edge.resolution
    if edge.source.published:
        yield from _unshown(edge)
    if found.kind is Found.EXTERNAL:
        return
    if found.kind is Found.MISSING:
        yield missing(vault, edge)
        return
    if found.heading_missing:
        yield no_heading(vault, edge, _written(edge, mender) if mender.meant(edge).headings else "")
    if found.block_missing:
        yield no_block(vault, edge)
    if found.ambiguous:
        yield _ambiguous(edge)
    elif found.alias or found.other_case:
        yield _by_grace(edge, mender)


def _unshown(edge: Edge) -> Iterator[Problem]:
    """Yield a problem for a link that works in Obsidian and not on the site."""
    link, found, source = edge.link, edge.resolution, edge.source.source
    scheme, colon, _ = link.url.partition(":")
    if colon and scheme.isascii() and scheme.lower() not in SCHEMES and "/" not in scheme:
        what, mend = f"The site keeps no address of the scheme {scheme!r}", "Link to a page that a browser opens"
        yield source.problem(Code.LINK_UNSHOWN, link.span, what, mend)
    template = found.file is not None and found.file.suffix.lower() == ".md"
    if template or (found.note is not None and not found.note.published):
        what = f"{link.path!r} is {'a template' if template else 'not published'}, so the site shows no link"
        yield source.problem(Code.LINK_UNSHOWN, link.span, what, "Leave it so, if readers of the site need not see it")


def _ambiguous(edge: Edge) -> Problem:
    link, found, source = edge.link, edge.resolution, edge.source.source
    what = f"{link.path!r} may be {' or '.join(str(path) for path in found.candidates)}"
    path = found.candidates[0]
    name = str(path.with_suffix("") if path.suffix.lower() == ".md" and link.wiki else path)
    return source.problem(Code.LINK_AMBIGUOUS, link.span, what, f"Write the path of the one that is meant, as {name!r}")


def _by_grace(edge: Edge, mender: Mender) -> Problem:
    """A link that we follow and Obsidian does not, or that a disk which minds the case does not."""
    link, found, source = edge.link, edge.resolution, edge.source.source
    path = found.note.path if found.note else found.file
    mend = _written(edge, mender) or f"Write {mender.meant(edge).path or str(path)!r} there instead"
    if found.note and found.alias:
        what = f"{link.path!r} is an alias of {found.note.name}, and Obsidian does not follow aliases"
        return source.problem(Code.LINK_ALIAS, link.span, what, mend)
    what = f"{link.path!r} is in another case than its file's name, {str(path)!r}"
    return source.problem(Code.LINK_CASE, link.span, what, mend)


def _written(edge: Edge, mender: Mender) -> str:
    """Return the advice to write a link as it is certainly meant, "" where that is not certain."""
    edit, text = mender.edit(edge), edge.source.source.text
    if edit is None:
        return ""
    span = edge.link.span
    new = edited(span.of(text), [Edit(Span(edit.span.start - span.start, edit.span.end - span.start), edit.text)])
    return f"Write {new}, as `zhixing check --fix` does"
