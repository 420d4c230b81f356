"""Every link of a generated vault resolves to what its manifest says: the truth, known without our resolver."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from zhixing.vault.graph import Edge, backlinks, edges
from zhixing.vault.load import load
from zhixing.vault.resolve import Found
from zhixing.vault.vault import Vault

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Truth:
    """A vault, the paths of its notes by uid, and what each link must resolve to."""

    vault: Vault
    paths: dict[str, str]
    links: list[dict[str, str | None]]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    folder = tmp_path_factory.mktemp("vault") / "v"
    command = [sys.executable, "-m", "benchmarks.vaults.gen_vault", str(folder), "120", "--broken", "0.05"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    manifest = json.loads((folder.parent / "v.manifest.json").read_text(encoding="utf-8"))
    return Truth(load(folder), {note["uid"]: note["path"] for note in manifest["notes"]}, manifest["links"])


def is_right(truth: Truth, link: dict[str, str | None], edge: Edge) -> bool:
    found, heading = edge.resolution, link["heading"] or ""
    if link["kind"] == "broken":
        return found.kind is Found.MISSING
    if link["kind"] == "image":
        return found.file is not None and found.file.name == link["dst"]
    plain = not (found.ambiguous or found.alias or found.other_case)
    if found.note is None or str(found.note.path) != truth.paths[str(link["dst"])] or not plain:
        return False
    if link["kind"] == "broken_heading":
        return found.heading_missing
    if heading.startswith("^"):
        return found.block is not None and f"^{found.block.id}" == heading
    return (found.heading.text if found.heading else "") == heading


def test_every_link_is_found_and_resolves_to_the_truth(truth: Truth) -> None:
    uids = {path: uid for uid, path in truth.paths.items()}
    written: dict[tuple[str, str | None], list[Edge]] = defaultdict(list)
    for edge in edges(truth.vault):
        note = edge.source
        if str(note.path) in uids:
            written[uids[str(note.path)], edge.link.span.of(note.source.text).strip('"')].append(edge)
    wrong = [
        link
        for link in truth.links
        if not any(is_right(truth, link, edge) for edge in written.get((str(link["src"]), link["raw"]), []))
    ]
    assert not wrong
    assert len({link["kind"] for link in truth.links}) == 13
    external = sum(edge.resolution.kind is Found.EXTERNAL for edge in edges(truth.vault))
    assert sum(map(len, written.values())) == len(truth.links) + external


def test_backlinks_are_the_true_set(truth: Truth) -> None:
    true = defaultdict(set)
    for link in truth.links:
        if link["dst"] in truth.paths and link["src"] != link["dst"]:
            true[truth.paths[str(link["dst"])]].add(truth.paths[str(link["src"])])
    for path, pointing in backlinks(truth.vault).items():
        assert {str(edge.source.path) for edge in pointing} - {"index.md"} == true[str(path)]
