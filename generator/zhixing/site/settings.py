"""Settings in mkdocs.yml that cannot act on notes, because Python-Markdown reads none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from zhixing.markdown.dialect import is_read
from zhixing.problems import Code, Problem

# Definition lists are read where somebody asks for them.
TERMS = "def_list"
# What these extensions read, notes have without them. MkDocs sets the first three itself.
_HELD = frozenset(
    [
        *("toc", "tables", "fenced_code", "codehilite", "footnotes", "md_in_html", "nl2br", "sane_lists", TERMS),
        *("markdown.extensions." + name for name in ("toc", "tables", "fenced_code", "footnotes", "nl2br", TERMS)),
        *("pymdownx." + name for name in ("arithmatex", "betterem", "highlight", "magiclink", "mark", "quotes")),
        *("pymdownx." + name for name in ("saneheaders", "superfences", "tasklist", "tilde")),
    ]
)
# What to write instead, in the syntax of notes.
_INSTEAD = {
    "pymdownx.blocks.admonition": "write a callout, `> [!note]`",
    "pymdownx.blocks.details": "write a callout that folds, `> [!note]-`",
    "pymdownx.caret": "write `<sup>`",
    "pymdownx.keys": "write `<kbd>`",
    "pymdownx.emoji": "write the character itself",
    "pymdownx.snippets": "embed a note, `![[Note]]`",
    "abbr": "write `<abbr>`",
    "wikilinks": "wikilinks are read without it",
    "meta": "properties are read without it",
}
# These rewrite Markdown for pages of their own, or leave a mark that the site keeps for them.
_PLUGINS = frozenset({"zhixing", "search", "material/search", "material/tags", "tags", "material/blog", "blog"})


def unused_settings(config: MkDocsConfig) -> list[Problem]:
    """Return a problem for each Markdown extension and each plugin of mkdocs.yml that does not act on notes."""
    file = Path(config.config_file_path)
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    found = [
        *((name, f"The Markdown extension {name!r}", _INSTEAD.get(name, "")) for name in _extensions(config, text)),
        *((name, f"The plugin {name!r} rewrites Markdown and", "") for name in _plugins(config)),
    ]
    problems = []
    for name, what, instead in found:
        line, column = _place(text.splitlines(), name)
        fix = f"Remove it; in notes, {instead}" if instead else "Remove it, or write what it does as Obsidian has it"
        whole = f"{what} does not act on notes, which are read as Obsidian reads them"
        problems.append(Problem(file.name, line, column, Code.SETTING_UNUSED, whole, fix))
    return problems


def _extensions(config: MkDocsConfig, text: str) -> Iterator[str]:
    """Yield the extensions that mkdocs.yml names and notes do not have; plugins add others by themselves."""
    listed = dict.fromkeys(config.markdown_extensions)
    return (name for name in listed if name not in _HELD and not is_read(name) and name in text)


def _plugins(config: MkDocsConfig) -> Iterator[str]:
    """Yield the plugins that rewrite the Markdown of pages."""
    # MkDocs leaves a plugin only the methods that it has of its own.
    rewriting = (name for name, plugin in config.plugins.items() if hasattr(plugin, "on_page_markdown"))
    return (name for name in rewriting if name not in _PLUGINS)


def _place(lines: list[str], name: str) -> tuple[int, int]:
    """Return the line and the column of a list's entry, those of the file's start where it has none of this name."""
    entry = re.compile(rf"[ \t]*-[ \t]+[\"']?({re.escape(name)})[\"']?[ \t]*(?::|#|$)")
    for number, line in enumerate(lines, 1):
        if found := entry.match(line):
            return number, found.start(1) + 1
    return 1, 1
