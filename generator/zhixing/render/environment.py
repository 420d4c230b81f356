"""The one Jinja environment. Values are only ever printed: nothing from a note is compiled as a template."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

import zhixing
from zhixing.render import escape

_PACKAGE = Path(zhixing.__file__).parent
_SHIPPED = (_PACKAGE / "templates", _PACKAGE.parent.parent / "templates")
"""In an installed wheel the templates lie inside the package, in a checkout at the top of the repository."""


def shipped_templates() -> Path:
    """Return the folder of the templates that ship."""
    return next(folder for folder in _SHIPPED if folder.is_dir())


@cache
def environment(first: Path | None = None) -> SandboxedEnvironment:
    """Return the environment that finds the shipped templates, after those in the folder `first`.

    Tables and figures are always drawn with the shipped ones. A folder of the vault's comes first only where somebody
    asks for a new note: its templates are sandboxed, but a loop in them may take as long as it likes.
    """
    folders = [*([first] if first else []), shipped_templates()]
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        autoescape=lambda name: name is not None and name.endswith(".svg"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(f=coordinate, cell=escape.markdown, visible=escape.visible)
    return made


def coordinate(value: float, decimals: int = 1) -> str:
    """Return a length of a figure with fixed decimals, never −0."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not text.strip("-0.") else text
