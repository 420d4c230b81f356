"""`zhixing new`: a note from a template."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click

from zhixing.checks.template import read_template
from zhixing.cli.common import fail, open_vault, shown, vault_option
from zhixing.problems import Code, did_you_mean
from zhixing.render.environment import shipped_templates
from zhixing.render.notes import NoteTemplateError, note_text
from zhixing.source import Source
from zhixing.vault.files import read_templates
from zhixing.vault.graph import stubs
from zhixing.vault.project import Project
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
    wanted = list(dict.fromkeys([*titles, *(stubs(loaded) if missing else ())]))
    if not wanted and not missing:
        raise click.UsageError("Name a note, or ask for --missing ones.")
    template = _template(project, kind)
    for title in wanted:
        _write(loaded, template, title, folder)
    click.echo(f"{len(wanted)} written", err=True)


def _template(project: Project, kind: str) -> Source:
    """Return the template of a type: the vault's own, else the one that ships."""
    found = {}
    for source in (*read_templates(shipped_templates()), *read_templates(project.templates)):
        template = read_template(source)
        if template:
            found[template.type] = source
    if kind not in found:
        mend = did_you_mean(kind, found) or f"Known: {', '.join(sorted(found))}"
        raise click.UsageError(f"There is no template of type {kind!r}. {mend}")
    return found[kind]


def _write(vault: Vault, template: Source, title: str, folder: str) -> None:
    bad = sorted({character for character in title if character in FORBIDDEN or not character.isprintable()})
    if bad or title.startswith(".") or not title.strip():
        raise click.UsageError(f"{title!r} cannot be a note's name: {' '.join(bad) or 'it is hidden or empty'}")
    path = PurePosixPath(folder) / f"{title}.md"
    if ".." in path.parts or path.is_absolute():
        raise click.UsageError(f"{folder!r} is not a folder of the vault.")
    existing = resolve_path(vault, title, PurePosixPath("index.md"))
    if existing.kind is Found.NOTE and existing.note and existing.note.name == title:
        fail(
            vault, str(existing.note.path), Code.NAME_CLASH, f"A note {title!r} is there already", "Choose another name"
        )
    values = {"title": title, "id": _identifier(title), "date": datetime.now(UTC).astimezone().date().isoformat()}
    try:
        write(vault.root, path, note_text(template, values), before=None)
    except (NoteTemplateError, WriteError) as error:
        click.echo(str(error))
        sys.exit(1)
    click.echo(shown(vault, path))


def _identifier(title: str) -> str:
    """Return a title as the id of an example: letters, digits, - and _ only."""
    kept = re.sub(r"[^\w-]+", "", title).lstrip("_-")
    return kept[:60] or "例"
