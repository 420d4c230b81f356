"""`zhixing graph`: links, backlinks, orphans, and names mentioned without a link."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

import click

from zhixing.checks.fix_links import find_tables
from zhixing.cli.common import (
    display_path,
    notes_argument,
    open_vault,
    report,
    select_notes,
    to_json,
    track,
    vault_option,
)
from zhixing.markdown.links import Wikilink
from zhixing.problems import exit_status, visible
from zhixing.source import Span
from zhixing.vault.graph import Edge, backlinks, edges, orphans, stubs
from zhixing.vault.mentions import Mention, mentions, read_sentence
from zhixing.vault.note import Note
from zhixing.vault.resolve import Found, resolve_path
from zhixing.vault.vault import Vault, fold

# The neighbours of each note, as data: links, backlinks and unlinked mentions.

SCHEMA = 1
_T = TypeVar("_T")


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of `notes`, the chosen ones of a vault."""

    vault: Vault
    notes: Collection[PurePosixPath]

    def read(self) -> None:
        """Read the links of all notes, which takes most of the time; a terminal sees how far it is."""
        for note in track("Reading", self.vault.notes.values()):
            _ = note.links

    @cached_property
    def links(self) -> Mapping[PurePosixPath, list[Edge]]:
        """The links of each note, without those that leave the vault."""
        inside = (edge for edge in edges(self.vault) if edge.resolution.kind is not Found.EXTERNAL)
        return _group(self.vault, ((edge.source.path, edge) for edge in inside))

    @cached_property
    def backlinks(self) -> Mapping[PurePosixPath, tuple[Edge, ...]]:
        """The links to each note from other notes."""
        return backlinks(self.vault)

    @cached_property
    def mentions(self) -> Mapping[PurePosixPath, list[Mention]]:
        """The unlinked mentions in each note."""
        return _group(self.vault, ((one.source.path, one) for one in self._mentions))

    @cached_property
    def mentioned(self) -> Mapping[PurePosixPath, list[Mention]]:
        """The unlinked mentions of each note."""
        return _group(self.vault, ((one.target.path, one) for one in self._mentions))

    @cached_property
    def _mentions(self) -> tuple[Mention, ...]:
        return tuple(mentions(self.vault, _generated, track("Looking for mentions", self.vault.notes.values())))

    @cached_property
    def _linked(self) -> set[tuple[PurePosixPath, PurePosixPath]]:
        return {(edge.source.path, path) for path, pointing in self.backlinks.items() for edge in pointing}

    def is_linked(self, mention: Mention) -> bool:
        """Return whether the note of a mention links to the mentioned note somewhere else."""
        return (mention.source.path, mention.target.path) in self._linked

    def link_to(self, mention: Mention) -> str:
        """Return the wikilink to replace a mention: by the note's name where that is unambiguous, else by its path."""
        target, text = mention.target, mention.span.of(mention.source.source.text)
        found = resolve_path(self.vault, target.name, mention.source.path)
        path = target.name if found.note is target and not found.ambiguous else str(target.path.with_suffix(""))
        source = mention.source
        if source.path not in self._tables:
            self._tables[source.path] = list(find_tables(source))
        cell = any(mention.span.start in table for table in self._tables[source.path])
        return str(Wikilink(path, display="" if text == path else text, escaped=cell and text != path))

    @cached_property
    def _tables(self) -> dict[PurePosixPath, list[Span]]:
        return {}

    def orphans(self) -> list[Note]:
        """Return the chosen notes that no other note links to, without indexes: readers begin there."""
        return [note for note in orphans(self.vault) if note.path in self.notes and note.name != "index"]

    def stubs(self) -> dict[str, list[Edge]]:
        """Return the missing notes that chosen notes link to, with the links, the most wanted first."""
        wanted = {
            name: [edge for edge in users if edge.source.path in self.notes]
            for name, users in stubs(self.vault).items()
        }
        order = sorted(wanted, key=lambda name: (-len({edge.source.path for edge in wanted[name]}), name))
        return {name: wanted[name] for name in order if wanted[name]}

    def most_linked(self) -> list[tuple[Note, int]]:
        """Return the chosen notes that other notes link to, with the number of these, in descending order."""
        counts = {path: len({edge.source.path for edge in self.backlinks[path]}) for path in self.notes}
        order = sorted((path for path in counts if counts[path]), key=lambda path: (-counts[path], str(path)))
        return [(self.vault.notes[path], counts[path]) for path in order]

    def as_data(self) -> dict[str, object]:
        """Return all of it as plain data; docs/links.md describes the shape."""
        return {
            "schema": SCHEMA,
            "notes": [self._note(self.vault.notes[path]) for path in sorted(self.notes, key=str)],
            "orphans": [str(note.path) for note in self.orphans()],
            "stubs": [{"name": name, "wanted_by": [_from(edge) for edge in by]} for name, by in self.stubs().items()],
            "most_linked": [{"path": str(note.path), "notes": count} for note, count in self.most_linked()],
        }

    def _note(self, note: Note) -> dict[str, object]:
        return {
            "path": str(note.path),
            "name": note.name,
            "aliases": list(note.aliases),
            "links": [_to(edge) for edge in self.links[note.path]],
            "backlinks": [_from(edge) for edge in self.backlinks[note.path]],
            "mentions": [{"to": str(one.target.path), **self._mention(one)} for one in self.mentions[note.path]],
            "mentioned_by": [{"from": str(one.source.path), **self._mention(one)} for one in self.mentioned[note.path]],
        }

    def _mention(self, one: Mention) -> dict[str, object]:
        place, text = _place(one.source, one.span), one.span.of(one.source.source.text)
        return {
            **place,
            "text": text,
            "link": self.link_to(one),
            "sentence": read_sentence(one.source, one.span),
            "linked": self.is_linked(one),
        }


def first_mentions(found: Iterable[Mention]) -> list[tuple[Mention, int]]:
    """Return the first mention of each note in each other note, with the number of mentions."""
    counts: dict[tuple[PurePosixPath, PurePosixPath], tuple[Mention, int]] = {}
    for one in found:
        key = one.source.path, one.target.path
        first, count = counts.get(key, (one, 0))
        counts[key] = first, count + 1
    return list(counts.values())


def target_of(edge: Edge) -> str:
    """Return the path of a link's target; the path as written where there is none."""
    found = edge.resolution
    path = found.note.path if found.note else found.file
    return str(path) if path else edge.link.path


def _group(vault: Vault, pairs: Iterator[tuple[PurePosixPath, _T]]) -> dict[PurePosixPath, list[_T]]:
    found: dict[PurePosixPath, list[_T]] = {path: [] for path in vault.notes}
    for path, one in pairs:
        found[path].append(one)
    return found


def _generated(note: Note) -> list[Span]:
    """Return what a tool wrote into a note: nobody links there by hand."""
    return [one.span for one in note.generated.items]


def _place(note: Note, span: Span) -> dict[str, object]:
    line, column = note.source.position(span.start)
    return {"line": line, "column": column}


def _to(edge: Edge) -> dict[str, object]:
    link, found = edge.link, edge.resolution
    place = "#".join([*link.headings, *([f"^{link.block}"] if link.block else [])])
    whole = not (found.heading_missing or found.block_missing)
    return {
        "to": target_of(edge), "kind": found.kind.value, "place": place,
        "found": found.kind is not Found.MISSING and whole,
        **_place(edge.source, link.span), "embed": link.embed, "property": link.field,
    }  # fmt: skip


def _from(edge: Edge) -> dict[str, object]:
    link = edge.link
    return {
        "from": str(edge.source.path),
        **_place(edge.source, link.span),
        "embed": link.embed,
        "property": link.field,
    }


_TOP = 10
_PLACES = 3


@click.command()
@notes_argument
@click.option("--mentions", "listed", is_flag=True, help="List each note that is mentioned in another without a link.")
@click.option("--json", "as_json", is_flag=True, help="Print links, backlinks and mentions of each note as JSON.")
@vault_option
def graph(notes: tuple[Path, ...], *, listed: bool, as_json: bool, vault: Path | None) -> None:
    """Show what links to what, what no note links to, and what is mentioned without a link.

    Without a name, an overview of the vault; with names of notes, the neighbours of each.

    \b
    Example:
      zhixing graph
      zhixing graph 点积
      zhixing graph --mentions notes/注意力
      zhixing graph --json > graph.json
    """
    _, loaded = open_vault(vault)
    chosen = select_notes(loaded, notes)
    around = Neighbours(loaded, chosen.notes)
    around.read()
    if as_json:
        click.echo(to_json(around.as_data()))
    else:
        single = bool(notes) and not any(path.is_dir() for path in notes)
        lines = _mentions(around) if listed else _each(around) if single else _overview(around)
        for line in lines:
            click.echo(visible(line))
    problems = [problem for problem in loaded.problems if chosen.all or problem.path in chosen.paths]
    if problems and not as_json:
        report(loaded, problems)
    sys.exit(exit_status(problems))


def _overview(around: Neighbours) -> Iterator[str]:
    orphans, stubs, linked = around.orphans(), around.stubs(), around.most_linked()
    missing = first_mentions(one for path in around.notes for one in _unlinked(around, path))
    between = sum(len({target_of(edge) for edge in around.links[path] if _leaves(edge)}) for path in around.notes)
    yield f"{len(around.notes)} notes; links from one to another: {between}; mentions without a link: {len(missing)}"
    yield from _part("Most linked, by how many notes", [f"{n:6}  {_path(around, note)}" for note, n in linked])
    yield from _part("No note links to", [f"  {_path(around, note)}" for note in orphans])
    yield from _part(
        "Still to be written, by how many notes want them", [_stub_line(around, name, by) for name, by in stubs.items()]
    )
    yield from _part("Mentioned and not linked, by how many notes", _name_lines(around, [one for one, _ in missing]))
    yield from ("", "`zhixing graph NOTE` shows what surrounds a note, `--mentions` each mention, `--json` everything.")


def _name_lines(around: Neighbours, found: Iterable[Mention]) -> list[str]:
    """Return a line for each mentioned name, as first spelled, whatever its case, the most used first."""
    spelled: dict[tuple[str, PurePosixPath], list[str]] = {}
    for one in found:
        name = one.span.of(one.source.source.text)
        spelled.setdefault((fold(name), one.target.path), []).append(name)
    ordered = sorted(spelled.items(), key=lambda item: (-len(item[1]), item[0][0]))
    return [f"{len(names):6}  {names[0]} → {display_path(around.vault, path)}" for (_, path), names in ordered]


def _part(title: str, rows: Sequence[str]) -> Iterator[str]:
    """Yield a titled list cut after its first rows; nothing for an empty one."""
    if rows:
        yield from ("", title, *rows[:_TOP])
        if len(rows) > _TOP:
            yield f"  … {len(rows) - _TOP} more"


def _each(around: Neighbours) -> Iterator[str]:
    for number, path in enumerate(sorted(around.notes, key=str)):
        yield from ("", *_neighbours(around, path))[0 if number else 1 :]


def _neighbours(around: Neighbours, path: PurePosixPath) -> Iterator[str]:
    """Yield the neighbours of a note, one a line, with the first places of its links."""
    yield display_path(around.vault, path)
    out: dict[str, list[Edge]] = {}
    for edge in around.links[path]:
        if edge.resolution.note is not edge.source:
            out.setdefault(_end(around, edge), []).append(edge)
    yield from _lines("links to", [f"{end}  {_lines_of(by)}" for end, by in sorted(out.items())])
    back: dict[PurePosixPath, list[Edge]] = {}
    for edge in around.backlinks[path]:
        back.setdefault(edge.source.path, []).append(edge)
    yield from _lines(
        "linked from", [f"{display_path(around.vault, end)}  {_lines_of(by)}" for end, by in back.items()]
    )
    yield from _lines("mentions, and does not link", list(_mention_lines(around, _unlinked(around, path))))
    missing = [one for one in around.mentioned[path] if not around.is_linked(one)]
    yield from _lines("mentioned, and not linked, in", list(_mention_lines(around, missing)))


def _lines(title: str, rows: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title} ({len(rows)})", *(f"    {row}" for row in rows)) if rows else ()


def _mentions(around: Neighbours) -> Iterator[str]:
    for path in sorted(around.notes, key=str):
        yield from _mention_lines(around, _unlinked(around, path))


def _mention_lines(around: Neighbours, found: Iterable[Mention]) -> Iterator[str]:
    """Yield a line for each note mentioned in another: the first place, the link to write there, and the sentence."""
    for one, count in first_mentions(found):
        line, column = one.source.source.position(one.span.start)
        text = one.span.of(one.source.source.text)
        more = f" (and {count - 1} more)" if count > 1 else ""
        link = around.link_to(one)
        sentence = read_sentence(one.source, one.span)
        yield f"{_path(around, one.source)}:{line}:{column}: {text} → {link}{more}: {sentence}"


def _unlinked(around: Neighbours, path: PurePosixPath) -> list[Mention]:
    """Return the mentions in a note of notes that it does not link to."""
    return [one for one in around.mentions[path] if not around.is_linked(one)]


def _leaves(edge: Edge) -> bool:
    return edge.resolution.note is not None and edge.resolution.note is not edge.source


def _end(around: Neighbours, edge: Edge) -> str:
    """Return the target of a link for printing."""
    end = target_of(edge)
    return f"{end} (not there)" if edge.resolution.kind is Found.MISSING else display_path(around.vault, end)


def _path(around: Neighbours, note: Note) -> str:
    return display_path(around.vault, note.path)


def _stub_line(around: Neighbours, name: str, by: Sequence[Edge]) -> str:
    """Return the line of an unwritten note: how many notes link to it, and the first place."""
    return f"{len({edge.source.path for edge in by}):6}  {name}: {_path(around, by[0].source)}:{_print_place(by[0])}"


def _lines_of(by: Sequence[Edge]) -> str:
    return ", ".join(_print_place(edge) for edge in by[:_PLACES]) + (", …" if len(by) > _PLACES else "")


def _print_place(edge: Edge) -> str:
    line, column = edge.source.source.position(edge.link.span.start)
    return f"{line}:{column}"
