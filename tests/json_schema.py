"""A reader of the part of JSON Schema (draft 7) that our schema uses; anything else is an error of the test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "boolean": bool, "null": type(None), "object": dict, "array": list, "number": (int, float),
    "integer": int,
}  # fmt: skip
KNOWN = {
    "$schema", "title", "definitions", "$ref", "if", "then", "else", "anyOf", "type", "enum", "const", "properties",
    "patternProperties", "additionalProperties", "required", "minProperties", "items", "minItems", "maxItems",
    "pattern", "maxLength", "minimum", "maximum",
}  # fmt: skip


def errors(schema: Any, value: Any, root: Any = None, at: str = "") -> Iterator[str]:
    """Yield what is wrong with a value, each with its place."""
    root = schema if root is None else root
    if isinstance(schema, bool):
        yield from () if schema else [f"{at}: nothing may stand here"]
        return
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from errors(target, value, root, at)
    if "if" in schema:
        branch = "else" if any(errors(schema["if"], value, root, at)) else "then"
        yield from errors(schema.get(branch, True), value, root, at)
    if "anyOf" in schema and all(any(errors(one, value, root, at)) for one in schema["anyOf"]):
        yield f"{at}: none of the alternatives fits {value!r}"
    yield from _kind(schema, value, at)
    if isinstance(value, dict):
        yield from _mapping(schema, value, root, at)
    if isinstance(value, list):
        yield from _sequence(schema, value, root, at)


def is_a(value: object, kind: str) -> bool:
    return isinstance(value, TYPES[kind]) and not (isinstance(value, bool) and kind in {"number", "integer"})


def _kind(schema: Any, value: Any, at: str) -> Iterator[str]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_a(value, kind) for kind in kinds):
        yield f"{at}: {value!r} is no {' or '.join(kinds)}"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is not allowed"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at}: too long"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} does not match"
    if is_a(value, "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: out of range"


def _mapping(schema: Any, value: dict[str, Any], root: Any, at: str) -> Iterator[str]:
    yield from (f"{at}: {key} is missing" for key in schema.get("required", []) if key not in value)
    if len(value) < schema.get("minProperties", 0):
        yield f"{at}: too few keys"
    for key, item in value.items():
        own = [schema["properties"][key]] if key in schema.get("properties", {}) else []
        own += [one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        for one in own or [schema.get("additionalProperties", True)]:
            yield from errors(one, item, root, f"{at}/{key}")


def _sequence(schema: Any, value: list[Any], root: Any, at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items"
    for place, item in enumerate(value):
        yield from errors(schema.get("items", True), item, root, f"{at}/{place}")
