"""What is kept of a build for the next one, which builds only what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

from zhixing.problems import Problem
from zhixing.site.incremental.changed import digest
from zhixing.site.inputs import stamp_of
from zhixing.site.search.index import Entry, Written

# Themes whose pages show nothing of another page but its title and address.
_THEMES = frozenset({"material"})


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was built: its signature, and its examples that can be changed.

    `name` is the title and the address by which the search finds it, None for a page that it does not find.
    """

    signature: bytes
    name: tuple[str, str] | None = None
    live: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a site was made of, as a digest of all files and settings, and the problems that its vault has."""

    inputs: bytes
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Kept:
    """A site as it was built: its signature, its pages, the stamps of its other files, its redirects and its search.

    After a build that was left before its end it is not `is_whole`: pages that were not built have no signature, and
    the search has not been told of the pages in `unsearched`. Where it is unknown what decides over the site, `made_of`
    is None.
    """

    site: bytes
    pages: dict[str, KeptPage] = field(default_factory=dict)
    stamps: dict[str, bytes] = field(default_factory=dict)
    redirects: tuple[str, ...] = ()
    aliases: bytes = b""
    search: Written | None = None
    unsearched: dict[str, Entry] = field(default_factory=dict)
    is_whole: bool = True
    made_of: MadeOf | None = None

    def find_changed(self, signatures: Mapping[str, bytes]) -> frozenset[str]:
        """Return the pages whose signatures are other ones now."""
        known = self.pages
        return frozenset(
            path for path, signature in signatures.items() if path not in known or known[path].signature != signature
        )


def builds_alone(config: MkDocsConfig) -> bool:
    """Return whether nothing but this plugin and the theme decides over a site's pages.

    What others make of a page may depend on anything, so all pages are built with them.
    """
    others = (plugin for name, plugin in config.plugins.items() if name != "zhixing")
    return (
        config.theme.name in _THEMES
        and not config.theme.custom_dir
        and not config.extra_templates
        and not config.hooks
        and all(not getattr(plugin.config, "enabled", True) for plugin in others)
    )


def stamp(file: File) -> bytes:
    """Return what is another value when a file of the site that is no page has changed; b"" where it cannot be read."""
    content = file._content
    if content is not None:
        return blake2b(content if isinstance(content, bytes) else content.encode(), digest_size=16).digest()
    found = stamp_of(str(file.abs_src_path))
    return digest(found) if found else b""


def remove_files(site: Path, paths: Iterable[str]) -> None:
    """Remove files of a site, and the folders that are empty without them."""
    for path in paths:
        file = site / path
        with suppress(OSError):
            file.unlink()
            for folder in file.parents:
                if folder == site:
                    break
                folder.rmdir()
