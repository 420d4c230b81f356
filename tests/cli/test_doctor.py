"""`zhixing doctor`: each fault of a set-up is named with its fix, and a set-up without one is told to be well."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from shell import zhixing
from zhixing.cli import doctor as module
from zhixing.cli.doctor import is_within

SITE = "site_name: 试\ndocs_dir: notes\ntheme:\n  name: material\nplugins:\n  - zhixing\n"


def project(folder: Path, config: str = SITE, obsidian: str = "") -> Path:
    (folder / "notes" / ".obsidian").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    if obsidian:
        (folder / "notes" / ".obsidian" / "app.json").write_text(obsidian, encoding="utf-8")
    (folder / "templates").mkdir()
    (folder / "templates" / "甲.md").write_text("---\ntype: 甲\n---\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_vault_is_well(tmp_path: Path, language: str) -> None:
    zhixing(tmp_path, "init", "vault", "--language", language)

    told = zhixing(tmp_path / "vault", "doctor")

    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.startswith("Python 3.")
    assert "mkdocs-material 9." in told.stderr
    assert told.stderr.endswith(": nothing is wrong\n")


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (SITE.replace("  - zhixing", "  - search"), "mkdocs.yml:6:1: setup-plugin: "),
        (SITE.partition("plugins")[0], "mkdocs.yml:1:1: setup-plugin: "),
        ("", "docs_dir is 'docs', and there is no such folder"),
        (
            SITE.replace("notes", "nots"),
            "mkdocs.yml:2:1: config-invalid: docs_dir is 'nots', and there is no such folder.",
        ),
        (
            SITE.replace("- zhixing", "- zhixing: {publsh: all}"),
            "mkdocs.yml:6:15: config-invalid: There is no setting 'publsh'.",
        ),
        (SITE + "x: [\n", "mkdocs.yml:7:4: config-invalid: This “[” is never closed."),
    ],
)
def test_what_is_wrong_with_mkdocs_yml(tmp_path: Path, config: str, told: str) -> None:
    found = zhixing(project(tmp_path, config), "doctor")

    assert found.exit_code == 1
    assert told in found.stdout
    assert found.stderr.endswith(": 1 wrong\n")


@pytest.mark.parametrize(
    "plugins",
    ["plugins: [search, zhixing]", "plugins:\n  zhixing:\n    language: en", "plugins:\n  - zhixing: {language: en}"],
)
def test_the_plugin_is_found_in_every_form(tmp_path: Path, plugins: str) -> None:
    config = SITE.partition("plugins")[0] + plugins + "\n"

    assert zhixing(project(tmp_path, config), "doctor").stdout == ""


def test_a_file_that_inherits_may_have_the_plugin_from_there(tmp_path: Path) -> None:
    """Only what it may say of publishing is asked for: the plugin may well stand in the other file."""
    told = zhixing(project(tmp_path, "INHERIT: base.yml\ndocs_dir: notes\n"), "doctor")

    assert [line.split(": ")[:2] for line in told.stdout.splitlines()] == [["mkdocs.yml:1:10", "config-invalid"]]
    assert "Write `publish: all` or `publish: marked` under the plugin here" in told.stdout


def test_another_theme_is_information(tmp_path: Path) -> None:
    told = zhixing(project(tmp_path, SITE.replace("material", "readthedocs")), "doctor")

    assert told.exit_code == 0
    assert told.stdout == (
        "mkdocs.yml:4:1: setup-theme: The theme is readthedocs; search and styles are for Material."
        " Write `theme: {name: material}` to have them.\n"
    )


def test_a_folder_of_notes_alone_is_well(tmp_path: Path) -> None:
    told = zhixing(tmp_path, "doctor")

    assert told.exit_code == 0
    assert [line.split(": ")[1] for line in told.stdout.splitlines()] == ["setup-site", "setup-templates"]


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ({"alwaysUpdateLinks": True}, []),
        ({"alwaysUpdateLinks": True, "newLinkFormat": "absolute"}, []),
        ({"alwaysUpdateLinks": True, "newLinkFormat": "relative", "useMarkdownLinks": True}, []),
        ({"alwaysUpdateLinks": True, "useMarkdownLinks": True}, ["paths of the kind 'shortest'"]),
        ({"newLinkFormat": "shortest"}, ["does not always update links"]),
        (["no", "mapping"], ["cannot be read as JSON"]),
    ],
)
def test_obsidians_settings_for_links(tmp_path: Path, settings: object, faults: list[str]) -> None:
    told = zhixing(project(tmp_path, obsidian=json.dumps(settings)), "doctor")

    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith("notes/.obsidian/app.json:1:1: setup-obsidian: ")
        assert fault in line


def test_a_package_that_is_missing_and_one_that_is_too_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"numpy": "1.26.4", "mkdocs": "1.6.1"}

    def version(name: str) -> str:
        if name not in found:
            raise PackageNotFoundError(name)
        return found[name]

    entries = [
        "numpy<3,>=2",
        'mkdocs<2,>=1.6.1; extra == "site"',
        'nh3<0.4,>=0.3; extra == "site"',
        'x; extra == "test"',
    ]
    monkeypatch.setattr(module, "requires", lambda _: entries)
    monkeypatch.setattr(module, "version", version)

    told = zhixing(project(tmp_path), "doctor")

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        "nh3:1:1: setup-version: The package nh3 is missing. Install it with: pip install 'zhixing[site]'.",
        "numpy:1:1: setup-version: The package numpy is 1.26.4, and zhixing runs with <3,>=2."
        " Install it with: pip install 'numpy<3,>=2'.",
    ]
    # Without a site, its packages are nobody's need.
    (tmp_path / "mkdocs.yml").unlink()
    assert "nh3" not in zhixing(tmp_path, "doctor").stdout


@pytest.mark.parametrize("found", ["1.6", "1.6.1", "1.10.0", "2.0", "2.0.1", "2.1rc1"])
@pytest.mark.parametrize("wanted", ["<2,>=1.6.1", "==1.6.1", "!=2.0", "<=2", ">2", ""])
def test_bounds_are_those_of_the_standard(found: str, wanted: str) -> None:
    assert is_within(found, wanted) == SpecifierSet(wanted, prereleases=True).contains(found)
