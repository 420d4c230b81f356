"""Checks of files that a site leaves out: what they hold may run, or something else has their address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from zhixing.problems import Code, Problem
from zhixing.vault.vault import Vault

XML = frozenset({
    ".xhtml", ".xht", ".xml", ".xsl", ".xslt", ".xsd", ".xpdl", ".rdf", ".rss", ".atom", ".wsdl", ".mathml", ".mml",
    ".svgz", ".mht", ".mhtml", ".eml", ".nws", ".htc", ".hta",
})  # fmt: skip
"""Documents in which a browser may run scripts, and that nobody cleans."""
RUNS = (
    "A browser may run what this file holds, and it cannot be cleaned",
    "Link to it elsewhere, or keep it in an archive",
)
_WRITTEN = frozenset({"sitemap.xml", "sitemap.xml.gz", "feed.xml"})
_SEARCH = PurePosixPath("search/search_index.json")


def rival(path: PurePosixPath) -> PurePosixPath | None:
    """Return the note that has the address of a folder's README, or the reverse; None for other notes."""
    names = {"README.md": "index.md", "index.md": "README.md"}
    return path.with_name(names[path.name]) if path.name in names else None


def check_places(vault: Vault) -> Iterator[Problem]:
    """Yield a problem for each file that has no place on the site, where there is one."""
    if not vault.settings.has_site:
        return
    for path, note in vault.notes.items():
        index = vault.notes.get(path.with_name("index.md")) if path.name == "README.md" else None
        if note.published and index is not None and index.published:
            what = f"Another file of the vault has this one's address on the site, {path.with_name('index.html')}"
            yield _left_out(path, what, "Rename one of them")
        elif note.published and str(path.with_suffix("")) in _WRITTEN:
            yield _taken(path, path.with_suffix("") / "index.html")
    for path in vault.files:
        if path.suffix.lower() in XML:
            yield _left_out(path, *RUNS)
        elif path == _SEARCH:
            yield _taken(path, path)


def _taken(path: PurePosixPath, place: PurePosixPath) -> Problem:
    return _left_out(path, f"The site has a file of its own at {place}", "Rename this one, or move it")


def _left_out(path: PurePosixPath, what: str, fix: str) -> Problem:
    return Problem(str(path), 1, 1, Code.FILE_LEFT_OUT, what, fix)
