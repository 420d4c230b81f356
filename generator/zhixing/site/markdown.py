"""The Markdown extensions that portable Markdown needs, and how they are set. A vault's mkdocs.yml may add to them."""

from __future__ import annotations

from typing import Any

from pymdownx.superfences import fence_code_format  # type: ignore[import-untyped]  # it ships no types

EXTENSIONS: dict[str, dict[str, Any]] = {
    "attr_list": {},
    # Numbered as they are called, as in Obsidian.
    "footnotes": {"BACKLINK_TITLE": "回到正文的第 {} 处", "USE_DEFINITION_ORDER": False},
    "md_in_html": {},
    "sane_lists": {},
    "tables": {},
    # Headings carry their ids; a marker would be read in text.
    "toc": {"marker": "", "permalink": "¶", "permalink_title": "这一节的链接"},
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.highlight": {"guess_lang": False},
    "pymdownx.quotes": {"callouts": True},
    "pymdownx.saneheaders": {},
    "pymdownx.superfences": {},
    "pymdownx.tasklist": {"custom_checkbox": True},
    "pymdownx.tilde": {"subscript": False},
}


def with_extensions(names: list[str], settings: dict[str, dict[str, Any]]) -> None:
    """Add the extensions to MkDocs' list and settings, in place; what the vault itself has set stays."""
    for name, values in EXTENSIONS.items():
        if name not in names:
            names.append(name)
        settings[name] = {**values, **(settings.get(name) or {})}
    fences = settings["pymdownx.superfences"].setdefault("custom_fences", [])
    if not any(fence.get("name") == "mermaid" for fence in fences):
        fences.append({"name": "mermaid", "class": "mermaid", "format": fence_code_format})
