"""What is installed and shipped is pinned, listed, and what the lists say."""

from __future__ import annotations

import re
import tomllib
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from subprocess import run

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "generator" / "zhixing" / "site" / "assets"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = (ROOT / "requirements.txt").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^([^\s#][^\\\n]*?)\s*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", PINNED, re.MULTILINE)
# What a checkout has and neither of the README's commands needs.
NOT_SHIPPED = {".ci"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_is_pinned_with_hashes_and_no_index_is_named() -> None:
    assert "".join(f"{entry} \\\n{hashes}" for entry, hashes in ENTRIES) == PINNED
    assert all(str(Requirement(entry).specifier).startswith("==") for entry, _ in ENTRIES)
    assert "://" not in PINNED


def test_what_the_project_asks_for_is_among_them() -> None:
    pins = {normal(Requirement(entry).name): Requirement(entry) for entry, _ in ENTRIES}
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [*PROJECT["project"]["dependencies"], *extras["site"], *extras["test"], *extras["build"]]
    asked += PROJECT["build-system"]["requires"]
    for one in map(Requirement, asked):
        pin = next(iter(pins[normal(one.name)].specifier)).version
        assert one.specifier.contains(pin), one


def test_what_is_installed_is_what_is_pinned() -> None:
    for requirement in (Requirement(entry) for entry, _ in ENTRIES):
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            continue  # for another system, or installed in another way
        assert requirement.specifier.contains(found), requirement


def test_the_source_distribution_holds_all_of_the_checkout() -> None:
    tracked = run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("this is no checkout")
    tops = {name.strip('"').split("/")[0] for name in tracked.stdout.splitlines()} - NOT_SHIPPED
    patterns = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {top for top in tops if not any(Path(top).match(pattern) for pattern in patterns)} == {"pyproject.toml"}


def rows() -> list[list[str]]:
    text = (ASSETS / "THIRD-PARTY.md").read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]


def test_what_others_made_is_listed_with_its_checksum() -> None:
    listed = {row[0]: row[3] for row in rows() if len(row) == 4 and row[0] != "file"}
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in ASSETS.iterdir()}
    own = {
        "zhixing.css",
        "search.js",
        "card.js",
        "map.js",
        "social.png",
        "preview.js",
        "tables.js",
        "diagrams.js",
        "live.js",
        "arrays.js",
        "THIRD-PARTY.md",
    }
    parts = ("derivations", "example", "exercise", "figures", "plots", "prose", "tables")
    own |= {f"live-{part}.js" for part in parts}

    assert listed == {name: digest for name, digest in found.items() if name not in own}


def test_the_versions_that_are_listed_are_those_in_the_file() -> None:
    script = (ASSETS / "mermaid.min.js").read_text(encoding="utf-8")
    named = {row[0]: row[1] for row in rows() if len(row) == 3 and row[1] and row[0] != "package"}

    assert '"11.17.2"' in script
    assert named == {"dompurify": "3.4.12", "katex": "0.16.47"}
    assert f"DOMPurify {named['dompurify']}" in script
    assert f'"{named["katex"]}"' in script


def test_every_package_built_in_has_its_licence_shipped() -> None:
    licences = (ASSETS / "mermaid-LICENSE.txt").read_text(encoding="utf-8")
    packages = [row[0] for row in rows() if len(row) == 3 and row[0] != "package"]
    headed = {name.strip() for names in re.findall(r"^-{80}\n(.+?)\n-{80}$", licences, re.MULTILINE) for name in
              names.partition(":")[0].split(",")}  # fmt: skip

    assert len(packages) > 50
    assert set(packages) - headed == set()
