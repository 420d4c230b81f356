"""Reporting: every problem of a vault, from all that look for any."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from zhixing.build.planning import Plan
from zhixing.build.running import FIGURES, Results
from zhixing.checks.claims import check_claims
from zhixing.checks.links import check_links
from zhixing.checks.names import check_names
from zhixing.checks.says import check_says
from zhixing.checks.template import Template, check_template, read_template
from zhixing.examples.book import Declared
from zhixing.problems import Problem
from zhixing.render.body import show_problems
from zhixing.source import Source
from zhixing.vault.files import read_inside
from zhixing.vault.vault import Vault
from zhixing.weave.figures import unused_figures


def unread(vault: Vault, found: Results) -> Iterator[Problem]:
    """Yield a problem for each generated figure that no note shows any more."""
    shown = {path for note in vault.notes.values() for path in found.figures(note)}
    broken = {one.note.path.parent for one in found.book.declared if _failed(one, found)}
    for path in vault.files:
        if (
            path.parent.name == FIGURES
            and path.suffix == ".svg"
            and path not in shown
            and path.parent.parent not in broken
        ):
            yield from unused_figures(Source(str(path), read_inside(vault.root, path) or ""))


def _failed(one: Declared, found: Results) -> bool:
    """Tell whether an example gave no body, so that its figures cannot be said to be unused."""
    return one.example is None or one.example.id not in found.bodies


def check(vault: Vault, found: Results, planned: Plan, templates: Mapping[str, Template]) -> list[Problem]:
    """Return every problem of a vault: its files, links, names, templates, examples, claims and generated regions."""
    problems = [*vault.problems, *found.problems, *planned.problems, *unread(vault, found)]
    for note in vault.notes.values():
        problems += note.problems
        for run in (found.book.runs[block.id] for block in found.blocks[note.path] if block.id in found.book.runs):
            problems += [*show_problems(run, note.source), *check_says(run, note.source)]
        problems += check_template(note, templates)
        problems += check_claims(note, found.book.runs)
    return [*problems, *check_links(vault), *check_names(vault)]


def templates_of(sources: Collection[Source]) -> dict[str, Template]:
    """Return note templates by the type that each declares."""
    read = (read_template(source) for source in sources)
    return {template.type: template for template in read if template}
