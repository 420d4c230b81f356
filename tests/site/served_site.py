"""A site that is served in this process, without a server: built once, then again after each save; and clean builds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.config_options import Plugins
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin

from zhixing.site.incremental.browsers import Browsers
from zhixing.site.incremental.rebuild import Rebuild
from zhixing.site.plugin import ZhixingPlugin

URL = "http://127.0.0.1:8000/"


class ServedSite:
    """A site as `mkdocs serve` builds it in a folder."""

    def __init__(self, project: Path, site: Path, *, dirty: bool = False, kept: bool = False) -> None:
        """Serve a site. Nothing is kept of it, or known from earlier, unless `kept`."""
        self.project = project
        self.site = site
        self.dirty = dirty
        self.plugins: dict[str, BasePlugin[Any]] = {}
        first, self.plugin = self.load()
        first.plugins.on_startup(command="serve", dirty=dirty)
        if not kept:
            self.plugin.builder.incremental.folder = None
        self.whole = 0
        self._build(first)
        server = LiveReloadServer(self._build, "127.0.0.1", 0, str(site))
        server.server_close()
        self.rebuild = Rebuild(self.plugin.builder, self._build, Browsers(server))

    def load(self) -> tuple[MkDocsConfig, ZhixingPlugin]:
        """Return the settings as MkDocs reads them for each whole build, and the plugin, which it keeps."""
        settings, plugin = load(self.project, self.site, self.plugins)
        settings.site_url = URL
        return settings, plugin

    def _build(self, settings: MkDocsConfig | None = None) -> None:
        self.whole += 1
        build(settings or self.load()[0], serve_url=URL, dirty=self.dirty)

    def save(self) -> None:
        """Build again, as a save makes the server do."""
        self.rebuild()

    def problems(self) -> set[str]:
        """Return the problems of the last build."""
        return set(map(str, self.plugin.builder.vault.shown.problems))

    def close(self) -> None:
        """Serve the site no longer."""
        self.plugin.on_shutdown()

    def pages_built(self) -> int:
        """Return how many pages the last build made."""
        changed = self.plugin.builder.incremental.changed
        return len(self.plugin.builder.incremental.signatures if changed is None else changed)


def load(project: Path, site: Path, plugins: dict[str, BasePlugin[Any]]) -> tuple[MkDocsConfig, ZhixingPlugin]:
    """Return the settings of a project, with plugins that earlier builds kept, and our own plugin."""
    with _plugins(plugins):
        settings = load_config(config_file=str(project / "mkdocs.yml"), site_dir=str(site))
    plugin = settings.plugins["zhixing"]
    assert isinstance(plugin, ZhixingPlugin)
    return settings, plugin


def build_clean(project: Path, site: Path) -> set[str]:
    """Build a site anew, with nothing known of earlier builds; return the problems."""
    served = ServedSite(project, site)
    served.close()
    return served.problems()


@contextmanager
def _plugins(kept: dict[str, BasePlugin[Any]]) -> Iterator[None]:
    """Have MkDocs take its plugins from those: it keeps plugins that ask for it, for all builds of a process."""
    option = dict(MkDocsConfig._schema)["plugins"]
    assert isinstance(option, Plugins)
    before, option.plugin_cache = option.plugin_cache, kept
    yield
    option.plugin_cache = before


def read_site(site: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a site, and the folders that are empty."""
    files = {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    empty = {f"{path.relative_to(site)}/": b"" for path in site.rglob("*") if path.is_dir() and not any(path.iterdir())}
    return files | empty


def differences(project: Path, served: ServedSite, clean: Path) -> list[str]:
    """Return the files in which a site that was built save by save differs from a clean one, and the problems."""
    problems = build_clean(project, clean)
    ours, theirs = read_site(served.site), read_site(clean)
    found = [path for path in sorted(ours.keys() | theirs.keys()) if ours.get(path) != theirs.get(path)]
    said = problems ^ served.problems()
    return [*found, *sorted(said)]
