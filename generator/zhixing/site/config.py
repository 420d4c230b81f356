"""The plugin's settings, and the project that they and the rest of mkdocs.yml describe."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mkdocs.config.base import Config
from mkdocs.config.config_options import Choice, Optional, Type
from mkdocs.config.defaults import MkDocsConfig

from zhixing.markdown.dialect import Dialect, choose_dialect
from zhixing.vault.load import OBSIDIAN, Project, ProjectError, read_wording
from zhixing.vault.settings import read_values
from zhixing.wording.languages import find_wording, language_codes
from zhixing.wording.model import Wording
from zhixing.wording.zh import WORDING as CHINESE


class PluginConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs types no __init_subclass__
    """The plugin's settings. `language` is that of the words that the tool writes; without it, the theme's.

    The others are read by `vault/settings.py`, which the command line asks too.
    """

    addresses = Optional(Type(object))
    frames = Optional(Type(object))
    html = Optional(Type(object))
    policy = Optional(Type(object))
    language = Optional(Choice(language_codes()))
    publish = Optional(Type(object))
    problems = Optional(Type(object))
    properties = Optional(Type(object))
    remote = Optional(Type(object))
    templates = Optional(Type(object))


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings of a build: the plugin's own, whether notes have lists of definitions, whether there is a search."""

    own: PluginConfig
    terms: bool
    has_search: bool

    def read_project(self, config: MkDocsConfig) -> Project:
        """Return the project of mkdocs.yml, as the command line finds it."""
        file = Path(config.config_file_path)
        values = {key: value for written in _written(self.own) for key, value in written.items()}
        settings = replace(read_values(str(file), values), dialect=_dialect(config))
        return Project(Path(config.docs_dir), file.parent / "templates", self._wording(file), file, settings)

    def _wording(self, file: Path) -> Wording:
        """Return the words for a vault's readers: those that the command line finds in the same file."""
        language = self.own.language
        try:
            return (find_wording(language) if language else None) or read_wording(file)
        except ProjectError:
            # MkDocs reads settings that this reader refuses, among them a file of more than a megabyte.
            return CHINESE

    def list_written(self, config: MkDocsConfig) -> tuple[object, ...]:
        """Return what the author wrote of all settings, and the address of the site: while served, the server's.

        The folder that MkDocs serves is left out, since it has another name each time.
        """
        written = [{key: value for key, value in one.items() if key != "site_dir"} for one in _written(config)]
        return written, config.site_url, _written(self.own)


def _written(config: Config) -> Sequence[Mapping[str, Any]]:
    """Return what the author wrote of some settings. MkDocs has no other way to it, and warns at each use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        written: Sequence[Mapping[str, Any]] = config.user_configs
    return written


def _dialect(config: MkDocsConfig) -> Dialect:
    """Return the syntax of the extensions that mkdocs.yml lists, as the command line reads it there."""
    siblings_first = not (Path(config.docs_dir) / OBSIDIAN).is_dir()
    return choose_dialect(config.markdown_extensions, siblings_first=siblings_first, hooks=bool(config.hooks))
