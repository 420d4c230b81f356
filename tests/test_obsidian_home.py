"""The shipped vault opened in Obsidian: its settings, its base and its template say only what is there and is known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from zhixing.checks.names import PROPERTIES
from zhixing.vault.load import load
from zhixing.vault.note import Note
from zhixing.vault.vault import Vault

NOTES = Path(__file__).parent.parent / "notes"
SETTINGS = NOTES / ".obsidian"
CHOICE = Callable[[object], bool]

# Obsidian's help names the settings and not their keys; the keys and the kinds of their values are those that
# Obsidian 1.9 and later itself writes, as public vaults hold them. What the help says of each is under "Settings".
BOOL: CHOICE = lambda value: isinstance(value, bool)  # noqa: E731  # a table of rules reads best with short names
TEXT: CHOICE = lambda value: isinstance(value, str)  # noqa: E731
NUMBER: CHOICE = lambda value: isinstance(value, int | float) and not isinstance(value, bool)  # noqa: E731


def one_of(*values: str) -> CHOICE:
    return lambda value: value in values


def list_of(rule: CHOICE) -> CHOICE:
    return lambda value: isinstance(value, list) and all(map(rule, value))


def table(**rules: CHOICE) -> CHOICE:
    return lambda value: isinstance(value, dict) and all(key in rules and rules[key](one) for key, one in value.items())


def each(rule: CHOICE, *names: str) -> dict[str, CHOICE]:
    return dict.fromkeys(names, rule)


# Help, "Core plugins" lists the plugins; these are their ids.
_PLUGINS = """
    file-explorer global-search switcher graph backlink canvas outgoing-link tag-pane footnotes properties page-preview
    daily-notes templates note-composer command-palette slash-command editor-status bookmarks markdown-importer
    zk-prefixer random-note outline word-count slides audio-recorder workspaces file-recovery publish sync bases
    webviewer
"""
PLUGINS = _PLUGINS.split()
# Help, "Properties": text, list, number, checkbox, date, date and time; tags and aliases have types of their own.
TYPES = one_of("text", "multitext", "number", "checkbox", "date", "datetime", "tags", "aliases")
FILES: dict[str, CHOICE] = {
    "app.json": table(
        newLinkFormat=one_of("shortest", "relative", "absolute"),
        newFileLocation=one_of("root", "current", "folder"),
        attachmentFolderPath=TEXT,
        userIgnoreFilters=list_of(TEXT),
        propertiesInDocument=one_of("visible", "hidden", "source"),
        **each(BOOL, "useMarkdownLinks", "alwaysUpdateLinks", "livePreview", "readableLineLength", "strictLineBreaks"),
    ),
    "appearance.json": table(enabledCssSnippets=list_of(TEXT)),
    "backlink.json": table(backlinkInDocument=BOOL),
    "bookmarks.json": table(items=list_of(table(type=one_of("file"), ctime=NUMBER, path=TEXT, title=TEXT))),
    "core-plugins.json": table(**each(BOOL, *PLUGINS)),
    # Help, "Graph view", section "Settings".
    "graph.json": table(
        search=TEXT,
        colorGroups=list_of(table(query=TEXT, color=table(a=NUMBER, rgb=lambda value: value in range(0x1000000)))),
        **each(BOOL, "showTags", "showAttachments", "hideUnresolved", "showOrphans", "showArrow", "close"),
        **each(BOOL, "collapse-filter", "collapse-color-groups", "collapse-display", "collapse-forces"),
        **each(NUMBER, "textFadeMultiplier", "nodeSizeMultiplier", "lineSizeMultiplier", "scale"),
        **each(NUMBER, "centerStrength", "repelStrength", "linkStrength", "linkDistance"),
    ),
    "templates.json": table(folder=TEXT, dateFormat=TEXT, timeFormat=TEXT),
    "types.json": table(types=lambda value: isinstance(value, dict) and all(map(TYPES, value.values()))),
}  # fmt: skip


def setting(name: str) -> Any:  # JSON is of any shape; its rule says which
    return json.loads((SETTINGS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vault() -> Vault:
    return load(NOTES)


def test_the_settings_are_these_and_no_persons_open_panes() -> None:
    found = {path.relative_to(SETTINGS).as_posix() for path in SETTINGS.rglob("*") if path.is_file()}

    assert {name for name in found if not name.startswith("workspace")} == {*FILES, "snippets/zhixing.css"}
    ignored = (NOTES.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "notes/.obsidian/workspace*.json" in ignored


@pytest.mark.parametrize("name", FILES)
def test_settings_hold_only_known_keys_with_values_of_their_kind(name: str) -> None:
    written = (SETTINGS / name).read_text(encoding="utf-8")

    assert FILES[name](json.loads(written))
    # As Obsidian writes it: then opening the vault changes nothing.
    assert written == json.dumps(json.loads(written), ensure_ascii=False, indent=2)


def test_settings_name_what_is_there(vault: Vault) -> None:
    app, templates = setting("app.json"), setting("templates.json")
    assert (NOTES / app["attachmentFolderPath"]).is_dir()
    assert (NOTES / templates["folder"]).is_dir()
    assert app["userIgnoreFilters"] == [f"{templates['folder']}/"]
    assert [
        (SETTINGS / "snippets" / f"{name}.css").is_file() for name in setting("appearance.json")["enabledCssSnippets"]
    ] == [True]
    assert [item["path"] for item in setting("bookmarks.json")["items"] if not (NOTES / item["path"]).is_file()] == []
    for group in setting("graph.json")["colorGroups"]:
        folder = re.fullmatch(r'path:"(.+)/"', group["query"])
        assert folder
        assert any(path.is_relative_to(folder[1]) for path in vault.notes)
    folders = {path.parts[0] for path in vault.notes if len(path.parts) > 1}
    assert len(setting("graph.json")["colorGroups"]) == len(folders)


def test_what_the_vault_is_made_for_is_switched_on() -> None:
    plugins = setting("core-plugins.json")

    assert list(plugins) == PLUGINS
    wanted = "templates backlink graph canvas bases properties outline tag-pane bookmarks outgoing-link page-preview"
    assert all(plugins[name] for name in wanted.split())
    assert not any(plugins[name] for name in ("sync", "publish", "webviewer", "audio-recorder"))


def test_every_property_has_a_type_that_its_values_have(vault: Vault) -> None:
    types = setting("types.json")["types"]
    fields = {name: field for note in vault.notes.values() for name, field in note.frontmatter.fields.items()}

    assert fields.keys() <= types.keys() <= PROPERTIES
    lists = {name for name, kind in types.items() if kind in ("multitext", "tags", "aliases")}
    assert {name for name, field in fields.items() if isinstance(field.value, list | tuple)} <= lists


# The base, by Obsidian's help: "Bases syntax", and for each layout its page. A view may hold keys of its own beside
# these; we use none.
FILTER = re.compile(
    r"""(?P<property>\w+)\ ==\ "(?P<value>[^"]*)"
    | file\.inFolder\("(?P<folder>[^"]*)"\)
    | (?P<empty>\w+)\.isEmpty\(\)
    | (?P<list>\w+)\.contains\(this\)""",
    re.VERBOSE,
)
_FILE = "backlinks ctime embeds ext file folder links mtime name path properties size tags"
FILE_PROPERTIES = _FILE.split()
LAYOUTS = ("table", "list", "cards", "map")
SUMMARIES = ("Empty", "Filled", "Unique")  # those for values of any kind


@pytest.fixture(scope="module")
def base() -> Any:  # YAML is of any shape; the tests say which
    return yaml.safe_load((NOTES / "概念.base").read_text(encoding="utf-8"))


def names(base: dict[str, Any]) -> Iterator[str]:
    """Yield every property that a base names outside filters and formulas."""
    yield from base["properties"]
    for view in base["views"]:
        yield from (*view["order"], *view.get("summaries", {}))
        yield from [view["groupBy"]["property"]] if "groupBy" in view else []


def test_the_base_has_the_shape_that_the_help_gives(base: dict[str, Any]) -> None:
    assert set(base) <= {"filters", "formulas", "properties", "summaries", "views"}
    assert all(isinstance(one, str) for one in base["formulas"].values())
    assert all(list(one) == ["displayName"] for one in base["properties"].values())
    assert len({view["name"] for view in base["views"]}) == len(base["views"])
    for view in base["views"]:
        assert set(view) <= {"type", "name", "limit", "filters", "groupBy", "order", "summaries"}
        assert view["type"] in LAYOUTS
        assert set(view.get("summaries", {}).values()) <= set(SUMMARIES)
        if "groupBy" in view:
            assert view["groupBy"].keys() == {"property", "direction"}
            assert view["groupBy"]["direction"] in ("ASC", "DESC")


def test_every_property_of_the_base_exists(base: dict[str, Any], vault: Vault) -> None:
    own = {name for note in vault.notes.values() for name in note.frontmatter.fields}
    known = {
        *(f"note.{name}" for name in own), *(f"file.{name}" for name in FILE_PROPERTIES),
        *(f"formula.{name}" for name in base["formulas"]),
    }  # fmt: skip

    assert {name for name in names(base) if name not in known} == set()
    assert base["formulas"] == {"needs": "requires.length"}
    assert set(base["properties"]) == set(names(base))


def passes(found: object, note: Note, this: Note) -> bool:
    """Tell whether a filter lets a note through, `this` being the note that is open beside the base."""
    if isinstance(found, dict):
        ((word, parts),) = found.items()
        results = [passes(part, note, this) for part in parts]
        return {"and": all(results), "or": any(results), "not": not any(results)}[word]
    match = FILTER.fullmatch(str(found))
    assert match, f"the test cannot read {found!r}"
    if match["property"]:
        return bool(getattr(note, match["property"]) == match["value"])
    if match["folder"]:
        return note.path.is_relative_to(match["folder"])
    if match["empty"]:
        return not getattr(note, match["empty"])
    return this.name in [link.path for link in getattr(note, match["list"])]


def test_every_view_shows_some_notes_and_the_first_all_concepts(base: dict[str, Any], vault: Vault) -> None:
    notes = list(vault.notes.values())
    concepts = [note for note in notes if note.type == "concept"]
    shown = {
        view["name"]: {
            (this.name, note.name)
            for this in notes
            for note in notes
            if passes({"and": [base["filters"], *([view["filters"]] if "filters" in view else [])]}, note, this)
        }
        for view in base["views"]
    }

    assert {note for _, note in shown["按主题"]} == {note.name for note in concepts}
    assert {note for _, note in shown["从这里读起"]} == {note.name for note in concepts if not note.requires}
    assert ("Softmax", "Softmax温度") in shown["读完这篇接着读"]
    assert 0 < len(shown["读完这篇接着读"]) < len(shown["按主题"])
    assert all(shown.values())


def test_templates_are_no_notes(vault: Vault) -> None:
    assert str(vault.templates) == setting("templates.json")["folder"]
    assert [path.name for path in vault.files if path.is_relative_to(str(vault.templates))] == ["概念.md"]
    assert not any(path.is_relative_to(str(vault.templates)) for path in vault.notes)
