"""`zhixing doctor`: what is wrong with a set-up, as problems with their fixes."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path, PurePosixPath

import click

from zhixing.cli.common import vault_option
from zhixing.markdown.yaml import Mapping, Node, Scalar, Sequence
from zhixing.problems import Code, Problem, Severity, visible
from zhixing.show.templates import shipped_templates
from zhixing.source import Source, Span
from zhixing.vault.load import (
    OBSIDIAN,
    PLUGIN,
    Project,
    ProjectError,
    find_project,
    read_config,
    read_inside,
    read_templates,
)

_PACKAGE = "zhixing"
_INSTALL = "Install it with: pip install 'zhixing[site]'"
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@click.command()
@vault_option
def doctor(vault: Path | None) -> None:
    """Say what is wrong with a set-up and how to fix it: versions, settings of MkDocs and Obsidian.

    Exit status: 1 where something is wrong, 0 where there is only information.

    \b
    Example:
      zhixing doctor
    """
    problems = find_problems(Path.cwd(), vault)
    for problem in sorted(problems, key=lambda one: (_ORDER[one.severity], one.order)):
        click.echo(visible(str(problem)))
    wrong = sum(problem.severity is not Severity.INFO for problem in problems)
    click.echo(visible(f"{_versions()}: {f'{wrong} wrong' if wrong else 'nothing is wrong'}"), err=True)
    sys.exit(1 if wrong else 0)


def find_problems(start: Path, vault: Path | None) -> list[Problem]:
    """Return the problems of the set-up of the vault that commands take from a folder."""
    problems = [*_check_installation()]
    try:
        project = find_project(start, vault)
    except ProjectError as error:
        return [*problems, *_check_packages(has_site=True), error.problem]
    problems += _check_packages(has_site=project.config is not None)
    problems += check_config(project.config) if project.config else [_no_site(project)]
    problems += (replace(one, path=os.path.relpath(one.path)) for one in project.settings.problems)
    return [*problems, *_check_obsidian(project), *_check_templates(project)]


def _problem(path: Path | str, code: Code, what: str, fix: str, line: int = 1) -> Problem:
    shown = os.path.relpath(path) if isinstance(path, Path) else path
    return Problem(Path(shown).as_posix(), line, 1, code, what, fix)


# Versions and files of the installation.

_ENTRY = re.compile(r"(?P<name>[\w.-]+)(?:\[[^\]]*\])?\s*(?P<range>[^;]*)(?:;\s*(?P<marker>.*))?")
_BOUND = re.compile(r"(>=|<=|==|!=|<|>)\s*([\d.]+)")


def _versions() -> str:
    """Return the versions that matter, in one line."""
    found = {name: _version(name) for name in ("zhixing", "numpy", "mkdocs", "mkdocs-material")}
    python = ".".join(map(str, sys.version_info[:3]))
    return ", ".join([f"Python {python}", *(f"{name} {one or 'missing'}" for name, one in found.items())])


def _version(name: str) -> str | None:
    """Return the version of a package that is installed, None where it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _check_packages(*, has_site: bool) -> Iterator[Problem]:
    """Yield a problem for each package that is missing or of another version than zhixing runs with.

    Those of the extra `site` are asked for where there is a site, and where one of them is there already.
    """
    try:
        entries = requires(_PACKAGE) or []
    except PackageNotFoundError:
        what = "zhixing is not installed as a package, so MkDocs does not find its plugin"
        yield _problem(_PACKAGE, Code.SETUP_VERSION, what, _INSTALL)
        return
    for entry in entries:
        read = _ENTRY.fullmatch(entry)
        extra = re.search(r"extra == ['\"]([\w-]+)", read["marker"] or "") if read else None
        if read is None or (extra and not (extra[1] == "site" and has_site)):
            continue
        name, wanted, found = read["name"], read["range"].strip(" ()"), _version(read["name"])
        if found is None:
            yield _problem(name, Code.SETUP_VERSION, f"The package {name} is missing", _INSTALL)
        elif not is_within(found, wanted):
            what = f"The package {name} is {found}, and zhixing runs with {wanted}"
            yield _problem(name, Code.SETUP_VERSION, what, f"Install it with: pip install '{name}{wanted}'")


def is_within(found: str, wanted: str) -> bool:
    """Return whether a version lies within bounds such as `<3,>=2`; what stands behind its numbers is not compared."""
    own = _numbers(found)
    tests = {
        ">=": own.__ge__, "<=": own.__le__, "<": own.__lt__, ">": own.__gt__, "==": own.__eq__, "!=": own.__ne__,
    }  # fmt: skip
    return all(tests[sign](_numbers(bound)) for sign, bound in _BOUND.findall(wanted))


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, without zeros at their end: `2.0` is `2`."""
    match = re.match(r"\d+(?:\.\d+)*", text)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _check_installation() -> Iterator[Problem]:
    """Yield a problem for what the installation lacks, and in a checkout for the browser that its tests need."""
    try:
        shipped = shipped_templates()
    except FileNotFoundError as error:
        what, _, fix = str(error).partition(". ")
        yield _problem(_PACKAGE, Code.SETUP_INSTALLATION, what, fix)
        return
    in_checkout = (shipped.parent / "pyproject.toml").is_file()
    if in_checkout and not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        what = "There is no Chromium, so the browser tests of this repository are skipped"
        yield _problem(_PACKAGE, Code.SETUP_BROWSER, what, "Install one (Debian: apt-get install chromium)")


# Settings of MkDocs.


def _no_site(project: Project) -> Problem:
    what = "There is no mkdocs.yml, so these notes have no site; the other commands work"
    return _problem(project.notes, Code.SETUP_SITE, what, "Run `zhixing init` here to have one")


def check_config(config: Path) -> Iterator[Problem]:
    """Yield the problems of a mkdocs.yml that can be read: the plugin and the theme."""
    source, root = read_config(config)
    settings = root if isinstance(root, Mapping) else Mapping((), Span(0, 0))
    if settings.get("INHERIT") is not None:
        return  # what is missing here may stand in the file that it names
    plugins = settings.get("plugins")
    if PLUGIN not in _names(plugins):
        what = f"The plugin {PLUGIN} is not listed, so a site would show wikilinks and examples as their source"
        fix = f"Add the line `  - {PLUGIN}` {'below `plugins:`' if plugins else 'below a line `plugins:`'}"
        yield _problem(config, Code.SETUP_PLUGIN, what, fix, _line(source, plugins))
    theme = settings.get("theme")
    name = theme.get("name") if isinstance(theme, Mapping) else theme
    if not isinstance(name, Scalar) or name.text != "material":
        what = f"The theme is {name.text if isinstance(name, Scalar) else 'mkdocs'}; search and styles are for Material"
        fix = "Write `theme: {name: material}` to have them"
        yield _problem(config, Code.SETUP_THEME, what, fix, _line(source, theme))


def _names(node: Node | None) -> list[str]:
    """Return the names in a list of plugins: entries alone, or keys with their settings."""
    if isinstance(node, Scalar):
        return [node.text]
    if isinstance(node, Mapping):
        return [key.text for key, _ in node.items]
    return [name for item in node.items for name in _names(item)] if isinstance(node, Sequence) else []


def _line(source: Source, node: Node | None) -> int:
    return source.position(node.span.start)[0] if node else 1


# Settings of Obsidian, and templates.


def _check_obsidian(project: Project) -> Iterable[Problem]:
    """Return the problems of Obsidian's settings for links."""
    file = PurePosixPath(OBSIDIAN, "app.json")
    text = read_inside(project.notes, file)
    path = project.notes / file
    if text is None:
        return []
    try:
        settings = json.loads(text or "{}")
    except (ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        fix = "Correct it, or delete it: Obsidian writes it anew"
        return [_problem(path, Code.SETUP_OBSIDIAN, "Obsidian's settings cannot be read as JSON", fix)]
    return [_problem(path, Code.SETUP_OBSIDIAN, what, fix) for what, fix in _obsidian_faults(settings)]


def _obsidian_faults(settings: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield what of Obsidian's settings for links makes trouble, with the setting to change."""
    form = settings.get("newLinkFormat", "shortest")
    if settings.get("useMarkdownLinks") is True and form != "relative":
        what = f"Obsidian writes Markdown links with paths of the kind {form!r}, which other programs do not follow"
        yield what, "In Obsidian, under Files and links, choose wikilinks, or `Relative path to file`"
    if settings.get("alwaysUpdateLinks") is not True:
        what = "Obsidian does not always update links when a note is renamed"
        yield what, "In Obsidian, under Files and links, switch on `Automatically update internal links`"


def _check_templates(project: Project) -> Iterator[Problem]:
    """Yield a piece of information where a vault has no templates of its own."""
    if not read_templates(project.templates):
        what = "There are no templates of notes, so no note is held to one; `zhixing new` takes those that ship"
        fix = "To hold notes to a template, put it there"
        yield _problem(project.templates, Code.SETUP_TEMPLATES, what, fix)
