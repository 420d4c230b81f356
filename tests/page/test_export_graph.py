"""One link graph, however a vault is read: by us, on our site, on a plain site of the export, by another reader."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import naive_reader
import pytest
from sites import Edge, Site, build, read_markdown
from structure import documented

from zhixing.cli.export import files_of
from zhixing.cli.folder import bring_up_to_date
from zhixing.compose import results
from zhixing.page.export import export
from zhixing.vault.graph import edges
from zhixing.vault.load import load

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
# What every Python-Markdown brings along: a reader that knows no callouts, formulas and tasks.
BARE = ["attr_list", "fenced_code", "footnotes", "md_in_html", "tables", "toc"]


@dataclass(frozen=True, slots=True)
class Built:
    """A vault, its site by the plugin, and its exports as others read them.

    MkDocs with the extensions that are documented, MkDocs bare, and CommonMark that knows no attribute lists.
    """

    vault: Path
    plugin: Site
    others: tuple[Site, Site, Site]


def exported(notes: Path, folder: Path) -> None:
    """Export a vault twice, as the command does, its examples run once."""
    vault = load(notes)
    found = results(vault)
    for name, attributes in (("exported", True), ("for-hosts", False)):
        made = export(vault, found, lambda _done, _total: None, attributes=attributes)
        files, unread = files_of(vault, made)
        update = bring_up_to_date(folder / name, files)
        assert [*vault.problems, *found.problems, *unread, *update.problems] == []


@pytest.fixture(scope="module", params=["generated", "shipped"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp(request.param)
    vault = folder / "notes"
    if request.param == "shipped":
        shutil.copytree(ROOT / "notes", vault)
    else:
        command = [sys.executable, "-m", "benchmarks.vaults.gen_vault", str(vault), "60"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    exported(vault, folder)
    plain = build(folder / "exported", folder / "plain", documented())
    bare = build(folder / "exported", folder / "bare", {"markdown_extensions": BARE})
    plugin = build(vault, folder / "plugin", {"plugins": ["zhixing"]})
    return Built(vault, plugin, (plain, bare, read_markdown(folder / "for-hosts")))


def test_every_reader_of_the_export_sees_the_links_of_our_site(built: Built) -> None:
    assert len(built.plugin.edges) > 400
    for site in built.others:
        assert site.edges == _of_notes(built.plugin.edges)
        assert site.own == _of_notes(built.plugin.own)
        # The concept map is drawn on the page itself there.
        assert {one for one in site.pictures if not one[1].endswith(".map.svg")} == built.plugin.pictures


def _of_notes(found: frozenset[Edge]) -> frozenset[Edge]:
    """Return links without those of and to pages of canvases and bases, which are our site's alone."""
    sheets = ("-canvas", "-base")
    return frozenset(one for one in found if not one.page.endswith(sheets) and not one.target.endswith(sheets))


def test_no_link_is_dead(built: Built) -> None:
    for site in (built.plugin, *built.others):
        assert site.dead == ()


def test_the_graph_of_the_vault_is_that_of_its_sites(built: Built) -> None:
    vault = load(built.vault)
    names = {path: str(path.with_suffix("")) for path in vault.notes}
    graph = {
        (names[edge.source.path], names[edge.resolution.note.path])
        for edge in edges(vault)
        if not edge.link.field and edge.resolution.note and edge.resolution.note is not edge.source
    }
    for site in (built.plugin, *built.others):
        assert site.graph(set(names.values())) == graph
    # Nothing of ours had a hand in this one.
    assert naive_reader.graph(built.vault) == graph
