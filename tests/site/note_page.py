"""A note's page as the site makes it, without MkDocs: the very functions that the plugin calls."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import markdown
from small_vaults import vault_of
from zhixing.compose import results
from zhixing.page import portable
from zhixing.site.html import clean
from zhixing.site.markdown import with_extensions

PAGE = PurePosixPath("页.md")


def shown(text: str, others: dict[str, str] | None = None, files: Iterable[str] = ()) -> str:
    """Return the HTML of a note, in a vault with `others` by path and further `files`."""
    return to_html(as_markdown(text, others, files))


def as_markdown(text: str, others: dict[str, str] | None = None, files: Iterable[str] = ()) -> str:
    """Return the same note as portable Markdown."""
    vault = vault_of({**dict.fromkeys(files, ""), **(others or {}), str(PAGE): text})
    return portable(vault, vault.notes[PAGE], results(vault))


def to_html(text: str) -> str:
    """Return portable Markdown as the site shows it."""
    return clean(_converter().reset().convert(text))


@cache
def _converter() -> markdown.Markdown:
    names: list[str] = []
    settings: dict[str, dict[str, Any]] = {}
    with_extensions(names, settings)
    # The theme adds a link to every heading.
    settings["toc"].pop("permalink")
    return markdown.Markdown(extensions=names, extension_configs=settings)
