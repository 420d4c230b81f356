"""`zhixing graph`: what links to what, what links to nothing, and what is mentioned without a link."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import click

from zhixing.cli.common import notes_argument, open_vault, report, selected, shown, vault_option, visible
from zhixing.cli.neighbours import Neighbours, firsts, target_of
from zhixing.problems import exit_status
from zhixing.vault.graph import Edge
from zhixing.vault.index import fold
from zhixing.vault.mentions import Mention
from zhixing.vault.note import Note
from zhixing.vault.resolve import Found
from zhixing.vault.sentences import sentence

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
    chosen = selected(loaded, notes)
    around = Neighbours(loaded, chosen.notes)
    if as_json:
        click.echo(json.dumps(around.as_data(), ensure_ascii=False, indent=1))
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
    missing = firsts(one for path in around.notes for one in _new(around, path))
    between = sum(len({target_of(edge) for edge in around.links[path] if _leaves(edge)}) for path in around.notes)
    yield f"{len(around.notes)} notes; {between} times one links to another, {len(missing)} times it only mentions it"
    yield from _part("Most linked, by how many notes", [f"{n:6}  {_path(around, note)}" for note, n in linked])
    yield from _part("No note links to", [f"  {_path(around, note)}" for note in orphans])
    yield from _part(
        "Still to be written, by how many notes want them", [_wanted(around, name, by) for name, by in stubs.items()]
    )
    yield from _part("Mentioned and not linked, by how many notes", _counted(around, [one for one, _ in missing]))
    yield from ("", "`zhixing graph NOTE` shows what surrounds a note, `--mentions` each mention, `--json` everything.")


def _counted(around: Neighbours, found: Iterable[Mention]) -> list[str]:
    """Return a line for each name that mentions use, in any case, as first spelled: the most used before the others."""
    spelled: dict[tuple[str, PurePosixPath], list[str]] = {}
    for one in found:
        name = one.span.of(one.source.source.text)
        spelled.setdefault((fold(name), one.target.path), []).append(name)
    ordered = sorted(spelled.items(), key=lambda item: (-len(item[1]), item[0][0]))
    return [f"{len(names):6}  {names[0]} → {shown(around.vault, path)}" for (_, path), names in ordered]


def _part(title: str, rows: Sequence[str]) -> Iterator[str]:
    """Yield a titled list, if there is anything in it; of a long one its head."""
    if rows:
        yield from ("", title, *rows[:_TOP])
        if len(rows) > _TOP:
            yield f"  … {len(rows) - _TOP} more"


def _each(around: Neighbours) -> Iterator[str]:
    for number, path in enumerate(sorted(around.notes, key=str)):
        yield from ("", *_neighbours(around, path))[0 if number else 1 :]


def _neighbours(around: Neighbours, path: PurePosixPath) -> Iterator[str]:
    """Yield what surrounds a note, each other note in a line with its first places."""
    yield shown(around.vault, path)
    out: dict[str, list[Edge]] = {}
    for edge in around.links[path]:
        if edge.resolution.note is not edge.source:
            out.setdefault(_end(around, edge), []).append(edge)
    yield from _lines("links to", [f"{end}  {_lines_of(by)}" for end, by in sorted(out.items())])
    back: dict[PurePosixPath, list[Edge]] = {}
    for edge in around.backlinks[path]:
        back.setdefault(edge.source.path, []).append(edge)
    yield from _lines("linked from", [f"{shown(around.vault, end)}  {_lines_of(by)}" for end, by in back.items()])
    yield from _lines("mentions, and does not link", list(_told(around, _new(around, path))))
    missing = [one for one in around.mentioned[path] if not around.is_linked(one)]
    yield from _lines("mentioned, and not linked, in", list(_told(around, missing)))


def _lines(title: str, rows: Sequence[str]) -> Iterator[str]:
    yield from (f"  {title} ({len(rows)})", *(f"    {row}" for row in rows)) if rows else ()


def _mentions(around: Neighbours) -> Iterator[str]:
    for path in sorted(around.notes, key=str):
        yield from _told(around, _new(around, path))


def _told(around: Neighbours, found: Iterable[Mention]) -> Iterator[str]:
    """Yield a line for each note mentioned in another: the first place, what to write there, and its sentence."""
    for one, count in firsts(found):
        line, column = one.source.source.position(one.span.start)
        text = one.span.of(one.source.source.text)
        more = f" (and {count - 1} more)" if count > 1 else ""
        link = around.link_to(one)
        yield f"{_path(around, one.source)}:{line}:{column}: {text} → {link}{more}: {sentence(one.source, one.span)}"


def _new(around: Neighbours, path: PurePosixPath) -> list[Mention]:
    """Return the mentions in a note of notes that it links to nowhere."""
    return [one for one in around.mentions[path] if not around.is_linked(one)]


def _leaves(edge: Edge) -> bool:
    return edge.resolution.note is not None and edge.resolution.note is not edge.source


def _end(around: Neighbours, edge: Edge) -> str:
    """Return where a link leads, for a reader."""
    end = target_of(edge)
    return f"{end} (not there)" if edge.resolution.kind is Found.MISSING else shown(around.vault, end)


def _path(around: Neighbours, note: Note) -> str:
    return shown(around.vault, note.path)


def _wanted(around: Neighbours, name: str, by: Sequence[Edge]) -> str:
    """Return an unwritten note with how many notes want it and the first place that does."""
    return f"{len({edge.source.path for edge in by}):6}  {name}: {_path(around, by[0].source)}:{_place(by[0])}"


def _lines_of(by: Sequence[Edge]) -> str:
    return ", ".join(_place(edge) for edge in by[:_PLACES]) + (", …" if len(by) > _PLACES else "")


def _place(edge: Edge) -> str:
    line, column = edge.source.source.position(edge.link.span.start)
    return f"{line}:{column}"
