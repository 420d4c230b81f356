"""The files of a theme, found without a look at its icons: MkDocs leaves out hidden folders after it has listed them.

Material has fourteen thousand files in such a folder.
"""

from __future__ import annotations

import os

from jinja2 import Environment, FileSystemLoader
from mkdocs.theme import Theme


class VisibleFiles(FileSystemLoader):
    """Loads the templates of a theme, and lists those that are not in hidden folders."""

    def list_templates(self) -> list[str]:
        """Return the names of the templates in order."""
        found: set[str] = set()
        for root in self.searchpath:
            for folder, folders, names in os.walk(root, followlinks=self.followlinks):
                folders[:] = [name for name in folders if not name.startswith(".")]
                place = os.path.relpath(folder, root).replace(os.sep, "/")
                found.update(names if place == "." else (f"{place}/{name}" for name in names))
        return sorted(found)


def pass_over_hidden_folders(theme: Theme) -> None:
    """Have MkDocs list the files of a theme without those in hidden folders."""
    get_env = theme.get_env

    def get_env_of_visible() -> Environment:
        env = get_env()
        loader = env.loader
        if type(loader) is FileSystemLoader:
            env.loader = VisibleFiles(loader.searchpath, loader.encoding, loader.followlinks)
        return env

    theme.get_env = get_env_of_visible  # type: ignore[method-assign]  # MkDocs has no hook before it lists them
