"""The files that the plugin adds to a site: styles and font, figures drawn anew, tags' pages, mermaid where used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

FOLDER = "assets/zhixing"
STYLES = f"{FOLDER}/zhixing.css"
_HERE = Path(__file__).parent / "assets"
_ALWAYS = ("zhixing.css", "STIXTwoMath-Regular.woff2", "STIXTwoMath-LICENSE.txt")
_MERMAID = ("mermaid.min.js", "mermaid-LICENSE.txt")
# Material fetches mermaid from another host unless it is there when its own script starts.
_MATERIAL = '<script id="__config"'


def add_assets(files: Files, config: MkDocsConfig, *, mermaid: bool) -> None:
    """Add the plugin's own files to a site's."""
    for name in (*_ALWAYS, *(_MERMAID if mermaid else ())):
        files.append(File.generated(config, f"{FOLDER}/{name}", abs_src_path=str(_HERE / name)))


def add_figures(files: Files, config: MkDocsConfig, figures: Mapping[PurePosixPath, str]) -> None:
    """Put figures as they are drawn now in place of those on disk; nothing is written to the vault."""
    for path, svg in figures.items():
        on_disk = files.get_file_from_path(str(path))
        if on_disk is not None:
            files.remove(on_disk)
        files.append(File.generated(config, str(path), content=svg))


def add_pages(files: Files, config: MkDocsConfig, pages: Mapping[PurePosixPath, str]) -> None:
    """Add pages that no note is, outside the navigation, which would list them on every page."""
    for path, text in pages.items():
        files.append(File.generated(config, str(path), content=text, inclusion=InclusionLevel.NOT_IN_NAV))


def has_mermaid(page: str) -> bool:
    """Tell whether a page holds a diagram."""
    return '<pre class="mermaid">' in page


def with_mermaid(page: str, base: str) -> str:
    """Return a whole page that draws its diagrams with the site's own copy of mermaid."""
    if not has_mermaid(page):
        return page
    return page.replace(_MATERIAL, f'<script src="{base}/{FOLDER}/mermaid.min.js"></script>{_MATERIAL}', 1)
