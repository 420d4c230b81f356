"""`zhixing new`: write a note from a template."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click

from zhixing.checks.template import read_template
from zhixing.cli.common import display_path, files, open_vault, report, vault_option
from zhixing.language.book import id_written
from zhixing.markdown.fences import example_fences
from zhixing.problems import Code, Problem, did_you_mean, visible
from zhixing.show.templates import NoteTemplateError, note_text, shipped_templates
from zhixing.source import Source
from zhixing.vault.graph import stubs
from zhixing.vault.load import Project, read_templates
from zhixing.vault.resolve import Found, resolve_path
from zhixing.vault.vault import Vault
from zhixing.weave.writer import WriteError, write

FORBIDDEN = '\\/:*?"<>|#^[]'


@click.command()
@click.argument("titles", nargs=-1, metavar="TITLE...")
@click.option("--missing", is_flag=True, help="Also one note for each wikilink that has none yet.")
@click.option("--type", "kind", default="concept", show_default=True, metavar="TYPE", help="The template to use.")
@click.option("--folder", default="", metavar="FOLDER", help="Where in the vault the note goes.")
@vault_option
def new(titles: tuple[str, ...], *, missing: bool, kind: str, folder: str, vault: Path | None) -> None:
    """Write a note from the template; its skeleton example already runs.

    \b
    Example:
      zhixing new 余弦相似度 --folder 数学
      zhixing new --missing
    """
    project, loaded = open_vault(vault)
    if not titles and not missing:
        raise click.UsageError("Name a note, or ask for --missing ones.")
    template = _template(project, kind)
    wanted = [PurePosixPath(folder, _title(title)) for title in titles]
    for path, title in zip(wanted, titles, strict=True):
        if refusal := _refusal(path, title):
            raise click.UsageError(refusal)
    problems = [problem for path in wanted if (problem := _clash(loaded, path))]
    for stub, users in stubs(loaded).items() if missing else ():
        path = PurePosixPath(folder, _title(stub))
        if refusal := _refusal(path, path.name):
            source, fix = users[0].source.source, "Fix the link, or write the note by hand"
            problems.append(source.problem(Code.LINK_NOTE, users[0].link.span, refusal, fix))
        else:
            wanted.append(path)
    written: list[PurePosixPath] = []
    if not (problems and titles):
        written, failed = _write_notes(loaded, template, dict.fromkeys(wanted))
        problems += failed
    for path in written:
        click.echo(visible(display_path(loaded, path)))
    report(loaded, problems)
    click.echo(f"{files(len(written))} written", err=True)
    sys.exit(1 if problems else 0)


def _template(project: Project, kind: str) -> Source:
    """Return the template of a type: the vault's own, else the one that ships in its language."""
    found = {}
    shipped = shipped_templates()
    own = shipped / project.wording.tag  # a language without templates of its own has the Chinese ones
    for source in (*read_templates(shipped), *read_templates(own), *read_templates(project.templates)):
        template = read_template(source)
        if template:
            found[template.type] = source
    if kind not in found:
        fix = did_you_mean(kind, found) or f"Known: {', '.join(sorted(found))}"
        raise click.UsageError(f"There is no template of type {kind!r}. {fix}")
    return found[kind]


def _title(title: str) -> str:
    """Return a title as a file name: normalised as in links, without surrounding spaces."""
    return unicodedata.normalize("NFC", title).strip()


def _refusal(path: PurePosixPath, title: str) -> str:
    """Return the reason why a note cannot be written there, "" if it can."""
    if "/" in title or not _title(title):
        return f"{title!r} cannot be a note's name: {'/' if title.strip() else 'it is empty'}"
    for part in path.parts:
        bad = sorted({one for one in part if one in FORBIDDEN or not one.isprintable()})
        if bad or part.startswith("."):
            why = " ".join(one if one.isprintable() else repr(one)[1:-1] for one in bad) or "it would be hidden"
            return f"{part!r} cannot be {'a note' if part == path.name else 'a folder'}'s name: {why}"
    return ""


def _clash(vault: Vault, path: PurePosixPath) -> Problem | None:
    """Return a problem if a note has this name already: links name notes."""
    found = resolve_path(vault, path.name, PurePosixPath("index.md"))
    if found.kind is Found.NOTE and found.note and found.note.name == path.name:
        what = f"A note {path.name!r} is there already"
        return found.note.source.problem(Code.NAME_CLASH, 0, what, "Choose another name")
    return None


def _write_notes(
    vault: Vault, template: Source, paths: Iterable[PurePosixPath]
) -> tuple[list[PurePosixPath], list[Problem]]:
    """Write a note at each path; return the files written, and the problems of those that could not be."""
    taken = {id_written(note, fence) for note in vault.notes.values() for fence in example_fences(note)}
    date = datetime.now(UTC).astimezone().date().isoformat()
    written: list[PurePosixPath] = []
    problems: list[Problem] = []
    for path in paths:
        file = path.with_name(f"{path.name}.md")
        name = _free_id(path.name, taken, vault.wording.example)
        taken.add(name)
        try:
            write(vault.root, file, note_text(template, {"title": path.name, "id": name, "date": date}), before=None)
            written.append(file)
        except (NoteTemplateError, WriteError) as error:
            problems.append(error.problem)
    return written, problems


LONGEST_ID = 50
"""Characters of an id that leave room for what a template puts behind it."""


def _free_id(title: str, taken: Collection[str], unnamed: str) -> str:
    """Return an id for a title's example: letters, digits, - and _ only, numbered where it is taken."""
    base = re.sub(r"[^\w-]+", "", unicodedata.normalize("NFKC", title)).lstrip("_-")[:LONGEST_ID] or unnamed
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
