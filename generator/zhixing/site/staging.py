"""The folder that a site is built in, beside the one that readers see, which keeps the old site until the new is whole.

A build that fails, that is killed, or that strict mode refuses leaves the old site as it was.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils import CountHandler, clean_directory


class Staging:
    """Where a site is built, and what becomes of it."""

    def __init__(self) -> None:
        self._site: Path | None = None
        self._building: Path | None = None

    def begin(self, config: MkDocsConfig) -> None:
        """Let MkDocs write beside the site's folder. The name is always the same: what a kill left is replaced."""
        self._site = Path(config.site_dir).resolve()
        self._building = self._site.with_name(f".{self._site.name}.zhixing-building")
        self.discard()
        config.site_dir = str(self._building)

    def finish(self, config: MkDocsConfig) -> None:
        """Put the new site in the place of the old one, unless strict mode refuses it."""
        if self._site is None or self._building is None:
            return
        if not _is_refused():
            self._site.mkdir(parents=True, exist_ok=True)
            clean_directory(str(self._site))  # keeps dot files, as MkDocs does
            for entry in self._building.iterdir():
                shutil.move(entry, self._site / entry.name)
        self.discard()
        config.site_dir = str(self._site)
        self._site = self._building = None

    def discard(self) -> None:
        """Remove what was built."""
        if self._building is not None:
            shutil.rmtree(self._building, ignore_errors=True)


def _is_refused() -> bool:
    """Return whether MkDocs counted a warning in strict mode: it ends the build after all plugins are done."""
    counters = (one for one in logging.getLogger("mkdocs").handlers if isinstance(one, CountHandler))
    return any(counter.get_counts() for counter in counters)
