"""What a site shows of a vault: its notes, the results of its examples, its backlinks and its problems."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from weakref import WeakKeyDictionary

from zhixing.checks.template import Template
from zhixing.compose import Memory, Results, check, check_again, plan, plan_again, results, templates_of
from zhixing.markdown.blocks import Kind
from zhixing.page import Document, read_page
from zhixing.page.context import ShowBase
from zhixing.page.faults import Faults
from zhixing.page.public import PUBLIC, Private, draw_public, private_of, public_vault
from zhixing.page.read import forget_reading
from zhixing.page.tags import Tags
from zhixing.problems import Problem
from zhixing.site.answers import fold_answers
from zhixing.site.head import keep_sentences
from zhixing.site.incremental.kept_notes import KeptNotes
from zhixing.site.incremental.rows import Row
from zhixing.vault.graph import Edge, backlinks, take_edges
from zhixing.vault.load import Stamps, load, read_templates
from zhixing.vault.note import Note
from zhixing.vault.resolve import resolve
from zhixing.vault.settings import DEFAULT, Settings
from zhixing.vault.vault import Vault
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE

LARGE = 2_000
"""With more notes than this, what is read of a note is dropped when it is checked, since it takes much memory."""


def is_large(vault: Vault) -> bool:
    """Return whether what is read of all notes of a vault takes too much memory to be kept until pages are written."""
    return len(vault.notes) > LARGE


# MkDocs asks for a page's note many times, one page after another.
_path = lru_cache(maxsize=16)(PurePosixPath)


@dataclass(frozen=True, slots=True)
class Shown:
    """A vault with everything that its pages need. `figures` are by path in the vault.

    `public` is the vault without the hidden notes and the files that belong to them: a site is made of it. Links are
    resolved in the whole vault, so that a link to a hidden note does not lead to another note of the same name.
    `private` is what no page may name. `problems` have paths as the terminal shows them, `found` are the same problems
    with paths in the vault. Where only texts were edited, `rows` have what is known of the notes; such notes compute
    nothing.
    """

    vault: Vault
    results: Results
    figures: Mapping[PurePosixPath, str]
    backlinks: Mapping[PurePosixPath, tuple[Edge, ...]]
    problems: tuple[Problem, ...]
    public: Vault
    private: Private
    found: tuple[Problem, ...] = ()
    templates: Mapping[str, Template] = field(default_factory=dict)
    rows: Mapping[PurePosixPath, Row] = field(default_factory=dict)

    def note(self, path: str) -> Note | None:
        """Return the note at a path of the vault."""
        return self.vault.notes.get(_path(path))

    def page(
        self,
        note: Note,
        tags: Tags,
        *,
        terms: bool = False,
        faults: Faults | None = None,
        bases: ShowBase | None = None,
    ) -> Document:
        """Return a note's page, answers folded; `terms` reads lists of definitions, `faults` are the problems on it."""
        page = read_page(
            self.vault, note, self.results, tags, terms=terms, faults=faults, private=self.private, bases=bases
        )
        return fold_answers(page)

    def is_embedded(self, note: Note) -> bool:
        """Return whether another note shows this one or a part of it."""
        return any(edge.link.embed for edge in self.backlinks.get(note.path, ()))

    def forget(self, note: Note) -> None:
        """Drop the reading of a note, but for what the pages of other notes quote of it: readings take much memory."""
        keep_sentences(note)
        forget_reading(note)

    def forget_all(self, note: Note) -> None:
        """Drop the readings of a note and of the notes that it embeds; in a large vault they are condensed already."""
        forget_reading(note)
        for link in note.links:
            embedded = resolve(self.vault, note, link).note if link.embed else None
            if embedded is not None:
                forget_reading(embedded)

    def links_here(self, note: Note) -> tuple[Edge, ...]:
        """Return the links that other published notes' authors made to this one."""
        return tuple(edge for edge in self.backlinks.get(note.path, ()) if edge.source.published)

    def requires(self, note: Note) -> list[Note]:
        """Return the published notes to read before this one."""
        found = (resolve(self.vault, note, link).note for link in note.requires)
        return [required for required in found if required is not None and required.published]

    @property
    def has_mermaid(self) -> bool:
        """Whether a note holds a diagram."""
        if self.rows:
            return False
        drawing = [note for note in self.public.notes.values() if "mermaid" in note.source.text]
        regions = (region for note in drawing for region in note.regions)
        return any(region.kind is Kind.FENCE and region.info.split()[:1] == ["mermaid"] for region in regions)


def show(
    root: Path,
    templates: Path,
    memory: Memory | None = None,
    wording: Wording = CHINESE,
    settings: Settings = DEFAULT,
    previous: Vault | None = None,
    stamps: Stamps | None = None,
    kept: KeptNotes | None = None,
    *,
    condense: bool = False,
) -> Shown:
    """Load a vault and compute what its examples show. Reads, and writes nothing.

    Notes that have not changed since `previous` are taken from it, with all that was computed of them. A note is not
    read if its file has the stamp that loading that vault left in `stamps`. What another process read of notes is taken
    from `kept`. With `condense`, what is read of a note of a large vault is dropped when it is checked, and read again
    for its page.
    """
    vault = load(root, previous, wording, settings, stamps)
    kept, sources = kept or KeptNotes(), read_templates(templates)
    kept.load(vault, sources)
    if previous is not None:
        take_edges(vault, previous)
    found = results(vault, memory=memory)
    held_to = templates_of(sources)
    planned = plan_again(vault, found, (), memory) if memory else plan(vault, found)
    done = _condense if condense and is_large(vault) else None
    if memory:
        problems = set(check_again(vault, found, planned, held_to, memory, kept.find_own, done=done))
    else:
        problems = set(check(vault, found, planned, held_to, done=done))
    for note in vault.notes.values() if done else ():  # the fix of a problem may quote a note, which was read for it
        note.forget()
    private = private_of(vault, found)
    public = public_vault(vault, private)
    links = _find_backlinks(vault, previous)
    drawn = draw_public(vault, found)
    ordered = sort_for_terminal(vault.root, problems)
    return Shown(vault, found, drawn, links, ordered, public, private, tuple(problems), held_to)


def show_edited(
    vault: Vault,
    found: Results,
    problems: Iterable[Problem],
    links: Mapping[PurePosixPath, tuple[Edge, ...]],
    templates: Mapping[str, Template],
    rows: Mapping[PurePosixPath, Row],
) -> Shown:
    """Return what is shown of a vault that hides nothing and draws nothing."""
    every = set(problems)
    public, ordered = public_vault(vault, PUBLIC), sort_for_terminal(vault.root, every)
    return Shown(vault, found, {}, links, ordered, public, PUBLIC, tuple(every), templates, rows)


def sort_for_terminal(vault: Path, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems of the vault in a folder in their order, with paths as the terminal shows them."""
    seen = [replace(one, path=Path(os.path.relpath(vault / one.path)).as_posix()) for one in problems]
    return tuple(sorted(seen, key=lambda problem: problem.order))


def _condense(note: Note) -> None:
    """Drop what takes most memory of a note that is checked, except what the pages of other notes quote of it."""
    keep_sentences(note)
    note.condense(with_frontmatter=False)


_Links = Mapping[PurePosixPath, tuple[Edge, ...]]
_BACKLINKS: WeakKeyDictionary[Vault, _Links] = WeakKeyDictionary()


def _find_backlinks(vault: Vault, previous: Vault | None) -> _Links:
    """Return the backlinks that authors wrote: links of generated lists lead to every note and tell nothing of it.

    Backlinks that have not changed since the previous vault are the same objects.
    """
    known = _BACKLINKS.get(previous) if previous is not None else None
    before = backlinks(previous) if previous is not None and known is not None else {}
    links = backlinks(vault)
    _BACKLINKS[vault] = {
        path: known[path] if known is not None and before.get(path) is pointing else _leave_out_lists(pointing)
        for path, pointing in links.items()
    }
    return _BACKLINKS[vault]


def _leave_out_lists(links: tuple[Edge, ...]) -> tuple[Edge, ...]:
    return tuple(edge for edge in links if not edge.source.generated.covers(edge.link.span.start))
