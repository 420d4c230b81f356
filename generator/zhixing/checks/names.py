"""Checks of names: file names, aliases and properties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from zhixing.checks.places import check_places
from zhixing.markdown.inline import TokenKind
from zhixing.problems import Code, Problem
from zhixing.vault.addresses import find_addresses
from zhixing.vault.note import Note
from zhixing.vault.pages import name_pages
from zhixing.vault.vault import Vault, fold, once_for_outline

# The properties that are read, and Obsidian's own `alias`, `tag`, `publish` and `cssclasses`.
PROPERTIES = frozenset(
    [
        "title",
        "type",
        "tags",
        "tag",
        "date",
        "status",
        "related",
        "aliases",
        "alias",
        "publish",
        "published",
        "draft",
        "requires",
        "document",
        "cssclasses",
        "cssclass",
        "permalink",
    ]
)


def check_names(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each name, alias and address that two notes share, and for what gets no page or place."""
    yield from _find_shared(vault)
    yield from _without_pages(vault)
    yield from find_addresses(vault).problems
    yield from _find_left_out(vault)


@once_for_outline
def _find_left_out(vault: Vault) -> Sequence[Problem]:
    return tuple(check_places(vault))


@once_for_outline
def _find_shared(vault: Vault) -> Sequence[Problem]:
    """Return a problem for each name and alias that two notes share: their places are those of properties."""
    return tuple(_check_shared(vault))


def _check_shared(vault: Vault) -> Iterator[Problem]:
    by_name: dict[str, list[Note]] = defaultdict(list)
    for note in vault.notes.values():
        by_name[fold(note.name)].append(note)
    for note in vault.notes.values():
        yield from _alias(note, by_name)
    for notes in () if vault.settings.dialect.by_address else by_name.values():
        # Each folder may have an index: links to a folder's index go by its path anyway.
        for note in notes[1:] if notes[0].name != "index" else ():
            what = f"{notes[0].path} has the same name"
            yield note.source.problem(Code.NAME_CLASH, 0, what, "Rename one of them, or write paths in links")
    yield from _shared_aliases(vault)


def check_properties(note: Note) -> Iterator[Problem]:
    """Yield a problem for each property that is one typo away from a known one: its value would be ignored silently.

    A merely similar name is no typo: many vaults have `created`, `updated` and `state`.
    """
    fields = note.frontmatter.fields
    for name, field in fields.items():
        if name in PROPERTIES:
            continue
        near = sorted(known for known in PROPERTIES - fields.keys() if one_slip(name.lower(), known))
        if near:
            what = f"The property {name!r} is not one that is read"
            fix = f"Did you mean {' or '.join(map(repr, near))}?"
            yield note.source.problem(Code.FRONTMATTER_UNKNOWN, field.key_span, what, fix)


def one_slip(written: str, meant: str) -> bool:
    """Return whether two words differ by at most one letter: missing, added, changed, or swapped with the next."""
    if abs(len(written) - len(meant)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), None)
    if start is None:
        return True
    one, other = written[start:], meant[start:]
    swapped = other[1:2] + other[:1] + other[2:]
    return one in (swapped, other[1:]) or other == one[1:] or one[1:] == other[1:]


def _alias(note: Note, by_name: dict[str, list[Note]]) -> Iterator[Problem]:
    for alias in _other_names(note):
        others = [other for other in by_name.get(fold(alias), []) if other is not note]
        if others:
            what = f"The alias {alias!r} is the name of {others[0].path}"
            fix = "Remove the alias: links by that name lead there"
            yield note.source.problem(Code.ALIAS_CLASH, _span(note, alias), what, fix)


def _other_names(note: Note) -> Iterator[str]:
    """Yield the aliases that say more than the note's name: what only repeats it takes no name from another note."""
    return (alias for alias in note.aliases if fold(alias) != fold(note.name))


def _shared_aliases(vault: Vault) -> Iterator[Problem]:
    first: dict[str, Note] = {}
    for note in vault.notes.values():
        for alias in _other_names(note):
            other = first.setdefault(fold(alias), note)
            if other is not note:
                what = f"The alias {alias!r} belongs to {other.path} too"
                yield note.source.problem(Code.ALIAS_CLASH, _span(note, alias), what, "Keep it in one of them")


def _without_pages(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each note with tags or aliases that get no pages, at the first one."""
    pages = name_pages(vault)
    beyond = [("tags", f"#{tag}", note, _tag_place(note, tag)) for note, tag in pages.tags_beyond]
    beyond += [("aliases", alias, note, _span(note, alias)) for note, alias in pages.aliases_beyond]
    for kind, name, note, place in beyond:
        what = f"The vault has more {kind} than get pages; {name!r} has none"
        yield note.source.problem(Code.NAMES_MANY, place, what, f"Use fewer {kind}")


def _tag_place(note: Note, tag: str) -> int:
    """Return the offset of a tag: where the text has it, else the property."""
    found = (one.span.start for one in note.tokens if one.kind is TokenKind.TAG and one.content.of(note.text) == tag)
    fields = (field.key_span.start for key in ("tags", "tag") if (field := note.frontmatter.fields.get(key)))
    return next(found, next(fields, 0))


def _span(note: Note, alias: str) -> int:
    """Return the offset of an alias: its entry in the list, else the property."""
    fields = [field for key in ("aliases", "alias") if (field := note.frontmatter.fields.get(key))]
    items = (item.span.start for field in fields for item in field.items if item.text.strip() == alias)
    return next(items, fields[0].key_span.start if fields else 0)
