"""`zhixing schema`: print the JSON Schema of what notes declare, made from the tables of keys that the readers use."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from zhixing.checks.names import PROPERTIES
from zhixing.language.formats import LONGEST_UNIT, MOST_DIGITS, OPTIONS
from zhixing.language.read import KEYS, KINDS, MAX_ID, MAX_SENTENCE, MAX_SHOWN, NO_INPUTS, SAYS_KEYS, SHOW_OPTIONS
from zhixing.language.vary import KEYS as VARIATION_KEYS
from zhixing.lists.lists import GROUPS, LISTS
from zhixing.lists.lists import KEYS as LIST_KEYS
from zhixing.problems import Code
from zhixing.vault.remote import DIRECTIVES
from zhixing.vault.settings import ADDRESSES, HTML, LEVELS
from zhixing.vault.settings import KEYS as SETTINGS
from zhixing.wording.languages import language_codes

Schema = dict[str, Any]

# What stands at a key: one scalar, or scalars in lists and mappings. Expressions are scalars too.
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
VALUE: Schema = {"$ref": "#/definitions/value"}
QUANTITIES: Schema = {"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 1}]}
NAME = r"[^\s\[\](){},.:：]+"
DECLARED = rf"^\s*{NAME}\s*([\[［][^\[\]]*[\]］])?\s*$"
EACH = r"^\s*each\s+\S+\s*$"


def make_schema() -> Schema:
    """Return the JSON Schema of a block: an example, a variation or a list. Those of a note's properties are in it."""
    variation = {"required": ["with"]}
    of = {"if": variation, "then": _reference("variation"), "else": _reference("list")}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A yaml example or a yaml list block of zhixing",
        "if": {"required": ["of"]},
        "then": of,
        "else": _reference("example"),
        "definitions": {
            "value": _value(),
            "example": _object(_example(), ["id"]),
            "variation": _object(_variation(), ["id", "of", "with"]),
            "list": _object(_list(), ["id", "of"]),
            "frontmatter": {"type": "object", "properties": _properties()},
            "settings": _object(_settings(), []),
            "level": {"enum": [*LEVELS, "off", False]},
            "levels": _object({code.slug: _reference("level") for code in Code}, []),
            "format": _object(_format(), []),
            "show": {"anyOf": [_show(kind) for kind in KINDS]},
            "source": _source(),
        },
    }


def _reference(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    """Return the schema of a mapping that has these keys and no others."""
    return {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}


def _named(pattern: str, value: Schema, others: Schema | bool = False) -> Schema:
    """Return the schema of a mapping whose keys are names; a section may be empty."""
    return {"type": ["object", "null"], "patternProperties": {pattern: value}, "additionalProperties": others}


def _items(item: Schema) -> Schema:
    return {"type": ["array", "null"], "items": item}


def _value() -> Schema:
    inside: Schema = {"type": "array", "items": VALUE}
    return {"anyOf": [SCALAR, inside, {"type": "object", "additionalProperties": VALUE}]}


def _take(known: Mapping[str, Schema], keys: Iterable[str]) -> dict[str, Schema]:
    """Return a schema for each key of a reader's table. Raises KeyError for a key that has none here."""
    return {key: known[key] for key in keys}


def _identifier() -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_ID, "pattern": r"^\s*[^\W_][\w-]*\s*$|[^\x00-\x7f]"}


def _example() -> dict[str, Schema]:
    labels: Schema = {"type": "array", "items": SCALAR, "minItems": 1}
    size: Schema = {"type": ["integer", "string"]}
    known: dict[str, Schema] = {
        "id": _identifier(),
        "axes": _named(rf"^\s*{NAME}\s*$", {"anyOf": [labels, size]}),
        "uses": _named(rf"^\s*{NAME}\s*$", {"type": "string", "pattern": r"^\s*[^.\s]+\.\S+\s*$"}),
        "define": _named(r"^\s*[^()（）\s]+\s*[(（][^()]*[)）]\s*$", SCALAR),
        "given": _named(DECLARED, VALUE),
        "start": _named(r"^\s*[^\[\]\s]+\s*([\[［].*[\]］])?\s*$", VALUE),
        "compute": {
            "type": ["object", "null"],
            "patternProperties": {EACH: _named(DECLARED, SCALAR), DECLARED: SCALAR},
            "additionalProperties": False,
        },
        "symbols": _named(r"^.+$", SCALAR),
        "formats": _named(r"^.+$", _reference("format")),
        "expect": _expect(),
        "show": {**_items(_reference("show")), "maxItems": MAX_SHOWN},
        "says": _items(_reference("source")),
    }
    return _take(known, KEYS)


def _expect() -> Schema:
    return {"type": ["object", "null"], "properties": {"holds": _items(SCALAR)}, "additionalProperties": VALUE}


def _variation() -> dict[str, Schema]:
    changed: Schema = {"type": "object", "additionalProperties": VALUE, "minProperties": 1}
    return _take({**_example(), "of": SCALAR, "with": changed}, VARIATION_KEYS)


def _list() -> dict[str, Schema]:
    single: Schema = {"type": ["string", "number"]}
    known = dict.fromkeys(LIST_KEYS, single)
    return _take({**known, "of": {"enum": list(LISTS)}, "by": {"enum": list(GROUPS)}}, LIST_KEYS)


def _format() -> dict[str, Schema]:
    known: dict[str, Schema] = {
        "digits": {"type": "integer", "minimum": 0, "maximum": MOST_DIGITS},
        "percent": {"type": "boolean"},
        "thousands": {"type": "boolean"},
        "unit": {"type": "string", "maxLength": LONGEST_UNIT},
    }
    return _take(known, OPTIONS)


def _show(kind: str) -> Schema:
    ends: Schema = {"enum": ["x", "y"]}
    log: Schema = {"anyOf": [ends, {"type": "array", "items": ends}]}
    options = _take({**_format(), "against": SCALAR, "log": log}, SHOW_OPTIONS.get(kind, ()))
    shown: dict[str, Schema] = {
        "text": {"type": "string", "maxLength": MAX_SENTENCE},
        "inputs": {"anyOf": [{"const": NO_INPUTS}, QUANTITIES]},
        "formula": SCALAR,
        "derivation": SCALAR,
        "heatmap": SCALAR,
    }
    return _object({kind: shown.get(kind, QUANTITIES), **options}, [kind])


def _source() -> Schema:
    known = {**dict.fromkeys(SAYS_KEYS, SCALAR), "claims": _expect()}
    stated = [{"required": ["claims"]}, {"required": ["cites"]}]
    return {**_object(_take(known, SAYS_KEYS), ["document", "text"]), "anyOf": stated}


def _properties() -> dict[str, Schema]:
    """Return the properties that are read, each with what it may be; a note may have others of its own."""
    single: Schema = {"type": ["string", "number", "null"]}
    several: Schema = {"type": ["string", "number", "array", "null"]}
    flag: Schema = {"type": ["boolean", "null"]}
    one = ("title", "type", "status", "date", "example", "permalink")
    known: dict[str, Schema] = {**dict.fromkeys(PROPERTIES, several), **dict.fromkeys(one, single)}
    known |= {"publish": flag, "draft": flag, "published": {"type": ["boolean", "string", "null"]}}
    return dict(sorted(known.items()))


def _settings() -> dict[str, Schema]:
    """Return what a vault's owner may set."""
    names: Schema = {"type": "array", "items": {"type": "string"}}
    codes = {code.slug: _reference("level") for code in Code}
    known: dict[str, Schema] = {
        "addresses": {"enum": [*ADDRESSES]},
        "frames": {"anyOf": [{"enum": ["none"]}, names]},
        "html": {"enum": [*HTML]},
        "language": {"enum": [*language_codes()]},
        "policy": _object({key: {"anyOf": [{"type": "string"}, names]} for key in DIRECTIVES}, []),
        "publish": {"enum": ["all", "marked"]},
        "problems": {"type": "object", "properties": codes, "additionalProperties": _reference("levels")},
        "properties": {"anyOf": [{"enum": ["all", "none"]}, names]},
        "remote": {"anyOf": [{"enum": ["media", "none"]}, names]},
        "templates": {"enum": ["on", "off", True, False]},
    }
    return _take(known, SETTINGS)


def schema_text() -> str:
    """Return the schema as the file `zhixing.schema.json` has it."""
    return json.dumps(make_schema(), ensure_ascii=False, indent=2) + "\n"


@click.command()
def schema() -> None:
    """Print the JSON Schema of examples, lists and properties, for editors.

    \b
    Example:
      zhixing schema > zhixing.schema.json
    """
    click.echo(schema_text(), nl=False)
