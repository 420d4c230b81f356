"""The templates of figures, tables and notes, and a new note's text.

A vault's own note templates are data, so they may only name values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

import zhixing
from zhixing.problems import Code, Problem, ZhixingError
from zhixing.show.escape import escape_markdown, replace_controls
from zhixing.source import Source

_PACKAGE = Path(zhixing.__file__).parent
_SHIPPED = (_PACKAGE / "templates", _PACKAGE.parent.parent / "templates")
"""In an installed wheel the templates lie inside the package, in a checkout at the top of the repository."""


def shipped_templates() -> Path:
    """Return the folder of the templates that ship.

    Raises:
        FileNotFoundError: the installation is not whole.
    """
    for folder in _SHIPPED:
        if folder.is_dir():
            return folder
    places = " and not in ".join(str(folder) for folder in _SHIPPED)
    raise FileNotFoundError(f"The templates of zhixing are not in {places}. Install zhixing anew")


_MOST_KNOWN = 1000
"""So many answers are kept: a vault's own template may make up names without end."""


class _Environment(ImmutableSandboxedEnvironment):
    """Remembers which attributes are safe. A figure prints a hundred, and Jinja tries ten classes for each.

    The answer depends on the class of the object and the name of the attribute alone.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Return whether a template may ask for an attribute."""
        safe = self._known.get((type(obj), attr))
        if safe is None:
            safe = super().is_safe_attribute(obj, attr, value)
            if len(self._known) < _MOST_KNOWN:
                self._known[type(obj), attr] = safe
        return safe


@cache
def environment(first: Path | None = None) -> SandboxedEnvironment:
    """Return the Jinja environment that finds the shipped templates, after those in the folder `first`.

    Values are only ever printed: nothing from a note is compiled as a template.

    Tables and figures are always drawn with the shipped ones. A folder of the vault comes first only for new notes: its
    templates are sandboxed, but their loops are not bounded.
    """
    folders = [*([first] if first else []), shipped_templates()]
    made = _Environment(
        loader=FileSystemLoader(folders),
        autoescape=lambda name: name is not None and name.endswith(".svg"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(f=coordinate, cell=escape_markdown, visible=replace_controls)
    return made


def coordinate(value: float, decimals: int = 1) -> str:
    """Return a length of a figure with fixed decimals, never −0."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not text.strip("-0.") else text


# The values that Obsidian fills in. The id is made from the time, since not every title is an id.
_OBSIDIAN = {"title": "{{title}}", "date": "{{date}}"}
_OBSIDIAN_ID = "{{date:YYYYMMDD}}-{{time:HHmmss}}"
# A variable alone is a mapping to YAML, and Obsidian's own editor of properties would overwrite it.
_BARE = re.compile(r"^([\w-]+: )(\{\{[^{}\n]*\}\})$", re.MULTILINE)
_MARK = re.compile(r"\{#[^#\n]*#\}")
_HARMLESS = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name)


class NoteTemplateError(ZhixingError):
    """A note template cannot be filled in; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def note_text(template: Source, values: Mapping[str, str]) -> str:
    """Return a template's text with `{{ title }}` and the like filled in.

    Raises:
        NoteTemplateError: it is no template, names an unknown value, or holds anything but names: a loop or a product
            in it could take all time or memory.
    """
    try:
        tree = environment().parse(template.text)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _HARMLESS):
                raise _error(template, node.lineno, f"{type(node).__name__} is not read in a note template", values)
        return environment().from_string(_without_marks(template.text)).render(values)
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise _error(template, line, error.message or type(error).__name__, values) from None


def _without_marks(text: str) -> str:
    """Return a template without its comments, which mark headings; Jinja would take the line's end with them."""
    return "\n".join(_MARK.sub("", line).rstrip() if "{#" in line else line for line in text.splitlines()) + "\n"


def obsidian_template(template: Source, note: str, example: str) -> str:
    """Return a note template as Obsidian's own Templates plugin reads it. `note` is a comment put into the properties,
    `example` begins the ids of examples.

    Obsidian merges a template's properties into a note as data, so a comment among them stays behind.

    Raises:
        NoteTemplateError: as `note_text`.

    Source: Obsidian's help, "Templates", section "Template variables".
    """
    head, fence, body = note_text(template, {**_OBSIDIAN, "id": f"{example}{_OBSIDIAN_ID}"}).partition("\n---\n")
    quoted = _BARE.sub(r'\1"\2"', head).replace("---\n", f"---\n# {note}\n", 1)
    return f"{quoted}{fence}{body}"


def _error(template: Source, line: int, what: str, values: Mapping[str, str]) -> NoteTemplateError:
    offset = sum(len(one) + 1 for one in template.text.split("\n")[: line - 1])
    known = ", ".join(f"{{{{ {name} }}}}" for name in values)
    return NoteTemplateError(template.problem(Code.CONFIG_INVALID, offset, what, f"Use only {known}"))
