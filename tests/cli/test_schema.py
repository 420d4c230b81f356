"""The JSON Schema for editors: made from the readers' tables, it takes what they take and no misspelt key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from casefile import is_regenerating
from json_schema import errors
from shell import zhixing
from zhixing.checks.names import PROPERTIES
from zhixing.cli.schema import make_schema, schema_text
from zhixing.language.formats import OPTIONS
from zhixing.language.read import KEYS, KINDS
from zhixing.language.vary import KEYS as VARIATION_KEYS
from zhixing.lists.lists import KEYS as LIST_KEYS
from zhixing.markdown.fences import example_fences, list_fences
from zhixing.vault.load import load

ROOT = Path(__file__).parent.parent.parent
VAULTS = [ROOT / "notes", ROOT / "tests/vaults/seventeen/docs", ROOT / "tests/vaults/english/docs"]
FILE = ROOT / "zhixing.schema.json"
SCHEMA = make_schema()
PROPERTIES_SCHEMA = {**SCHEMA["definitions"]["frontmatter"], "definitions": SCHEMA["definitions"]}


class Loader(yaml.SafeLoader):
    """YAML as editors read it (1.2): no dates, and only true and false are truth values."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] in {"int", "float", "null"}]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?:true|false)$"), "tf")


def read(text: str) -> Any:
    loaded = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    return _with_text_keys(loaded)


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value


def blocks() -> Iterator[tuple[str, Any]]:
    for folder in VAULTS:
        for path, note in load(folder).notes.items():
            for fence in (*example_fences(note), *list_fences(note)):
                yield str(path), read(fence.content.of(note.source.text))


def test_the_file_is_what_the_tables_say() -> None:
    """With `--regen` it is written anew."""
    if is_regenerating():
        FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
    assert FILE.read_text(encoding="utf-8") == schema_text()


def test_the_command_prints_it(tmp_path: Path) -> None:
    assert json.loads(zhixing(tmp_path, "schema").stdout) == SCHEMA


def test_every_block_of_our_vaults_is_valid() -> None:
    found = list(blocks())

    assert len(found) > 280
    assert [f"{path}: {value['id']}: {wrong}" for path, value in found for wrong in errors(SCHEMA, value)] == []


def test_the_properties_of_every_note_are_valid() -> None:
    notes = [note for folder in VAULTS for note in load(folder).notes.values() if note.frontmatter.fields]
    read_all = [(note.name, read(note.frontmatter.span.of(note.source.text))) for note in notes]

    assert len(read_all) > 70
    assert [f"{name}: {wrong}" for name, value in read_all for wrong in errors(PROPERTIES_SCHEMA, value)] == []


SETTINGS_SCHEMA = {**SCHEMA["definitions"]["settings"], "definitions": SCHEMA["definitions"]}
GOOD_SETTINGS = """
addresses: quartz
frames: [player.example.org]
html: trusted
policy: {script-src: [https://a.example.org, b.js], connect-src: https://c.example.org}
language: en
publish: marked
problems: {orphan: off, 日记/: {link-note: warning}}
properties: [author]
remote: [cdn.example.org]
templates: off
"""


def test_settings_are_valid_as_they_are_read() -> None:
    assert [*errors(SETTINGS_SCHEMA, read(GOOD_SETTINGS))] == []


@pytest.mark.parametrize(
    "text",
    [
        "remot: none",
        "remote: some",
        "problems: {orphan: loud}",
        "problems: {日记: {orfan: off}}",
        "publish: yes",
        "addresses: quarz",
        "frames: all",
        "html: yes",
        "policy: {script: [a]}",
    ],
)
def test_what_no_setting_is_is_not_valid(text: str) -> None:
    assert [*errors(SETTINGS_SCHEMA, read(text))] != []


def misspelt(value: Any) -> Iterator[Any]:
    """Yield a block once for each key of a reader's table in it, with that key misspelt."""
    known = {*KEYS, *VARIATION_KEYS, *LIST_KEYS, *KINDS, *OPTIONS, "document", "claims", "cites", "instead", "chosen"}
    for key in value:
        if key in known:
            yield {(f"{name}x" if name == key else name): item for name, item in value.items()}
    for section in ("show", "says"):
        for place, item in enumerate(value.get(section) or []):
            for key in item:
                wrong = {(f"{name}x" if name == key else name): inner for name, inner in item.items()}
                yield value | {section: [*value[section][:place], wrong, *value[section][place + 1 :]]}


def test_no_block_with_a_misspelt_key_is_valid() -> None:
    wrong = [(path, value) for path, block in blocks() for value in misspelt(block)]

    assert len(wrong) > 2000
    assert [f"{path}: {value}" for path, value in wrong if not any(errors(SCHEMA, value))] == []


GOOD = """
id: a
axes: {k: [p, q], r: 1..3}
given: {"x[k]": [1, 2], "y[k]": {p: 1, q: 2}, f: 50%}
compute:
  z[k]: x + y
  each r:
    h: h[r - 1] + 1
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("id: a\n", "id: \n"),
        ("axes: {k: [p, q], r: 1..3}", "axes: [k, r]"),
        ("{k: [p, q], r: 1..3}", "{k: [], r: 1..3}"),
        ("{k: [p, q], r: 1..3}", "{k: {p: 1}, r: 1..3}"),
        ('"x[k]"', '"x[k"'),
        ("z[k]: x + y", "z[k]: [x, y]"),
        ("each r:", "eech r:"),
        ("    h: h[r - 1] + 1", "    h: [h, r]"),
    ],
)
def test_what_the_schema_refuses(right: str, wrong: str) -> None:
    assert list(errors(SCHEMA, read(GOOD))) == []
    assert right in GOOD
    assert any(errors(SCHEMA, read(GOOD.replace(right, wrong))))


@pytest.mark.parametrize(
    "show",
    [
        "- tabel: x",
        "- table: x\n  digit: 2",
        "- table: x\n  digits: many",
        "- plot: x\n  log: z",
        "- formula: [x, y]",
        "- text: [a]",
    ],
)
def test_what_the_schema_refuses_to_show(show: str) -> None:
    assert any(errors(SCHEMA, read(f"id: a\nshow:\n{show}\n".replace("\n  ", "\n    ").replace("\n-", "\n  -"))))


@pytest.mark.parametrize("text", ["publish: perhaps", "draft: 3", "tags: {a: b}", "title: [a]", "date: {}"])
def test_properties_of_the_wrong_kind_are_refused(text: str) -> None:
    assert any(errors(PROPERTIES_SCHEMA, read(text)))


def test_every_property_that_is_read_is_there() -> None:
    assert set(SCHEMA["definitions"]["frontmatter"]["properties"]) >= PROPERTIES
