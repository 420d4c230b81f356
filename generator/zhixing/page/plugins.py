"""Blocks of code that a plugin of Obsidian shows as something else, which a site does not run: which plugin it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from zhixing.markdown.dialect import SNIPPET, Dialect
from zhixing.page.callouts import kind_of

# The plugin by the language of its blocks. Languages that somebody may write about as code are not among them.
_PLUGINS = {
    "dataview": "Dataview",
    "dataviewjs": "Dataview",
    "tasks": "Tasks",
    "excalidraw": "Excalidraw",
    "button": "Buttons",
    "chart": "Charts",
    "chartsview": "Charts View",
    "advanced-chart": "Charts",
    "tracker": "Tracker",
    "kanban": "Kanban",
    "meta-bind": "Meta Bind",
    "meta-bind-button": "Meta Bind",
    "meta-bind-embed": "Meta Bind",
    "meta-bind-js-view": "Meta Bind",
    "folder-overview": "Folder Notes",
    "expander": "Text Expander",
    "todoist": "Todoist Sync",
    "contributiongraph": "Contribution Graph",
    "heatmap-calendar": "Heatmap Calendar",
    "leaflet": "Leaflet",
    "img-gallery": "Image Gallery",
    "gallery": "Gallery",
    "cardlink": "Auto Card Link",
    "embed": "Auto Embed",
    "timeline-labeled": "Timeline",
    "statblock": "Fantasy Statblocks",
    "dataloom": "DataLoom",
    "datacorejs": "Datacore",
    "datacorejsx": "Datacore",
    "tagvis": "Tag Visualizer",
    "zoottelkeeper": "Zoottelkeeper",
}
_ADMONITION = "ad-"
# What Hugo replaces. Variables of Liquid and Jinja (`{{ a }}`) are left out: they stand in notes about programs.
SHORTCODE = re.compile(r"\{\{<[^\n{}]*?>\}\}|\{\{%[^\n{}]*?%\}\}")
_INLINE_QUERY = re.compile(r"\$=\s*\S|=\s*(?:this\b|\[\[|[a-z]+\()")
_FIELD = re.compile(r"\[[^\[\]():\n]+:: [^\[\]\n]*\]|\([^\[\]():\n]+:: [^()\n]*\)")
_SETTING = re.compile(r"(title|collapse|icon|color)[ \t]*:[ \t]*([^\n]*)(?:\n|\Z)", re.IGNORECASE)
# Blocks of Obsidian itself that list what its search finds.
QUERY = "query"
# Blocks of Obsidian itself that show notes in tables.
BASE = "base"
# What a property says of notes that hold a drawing.
DRAWING = "excalidraw-plugin"


@dataclass(frozen=True, slots=True)
class Admonition:
    """A block of the plugin Admonition as the callout that it is."""

    kind: str
    title: str
    text: str
    fold: str


def read_admonition(language: str, code: str) -> Admonition | None:
    """Return the callout that a block of code is (```` ```ad-note ````), None for every other block."""
    kind = language.lower().removeprefix(_ADMONITION)
    if not kind or kind == language.lower():
        return None
    said: dict[str, str] = {}
    at = 0
    while found := _SETTING.match(code, at):
        said[found[1].lower()] = found[2].strip()
        at = found.end()
    fold = {"open": "+", "closed": "-"}.get(said.get("collapse", "").lower(), "")
    return Admonition(kind_of(kind), said.get("title", "") or kind.title(), code[at:], fold)


def is_inline_query(code: str) -> bool:
    """Return whether code in a line is a query of Dataview (`= this.file.name`), whose answer Obsidian shows."""
    return _INLINE_QUERY.match(code) is not None


def find_left_out(text: str) -> list[tuple[int, int, str]]:
    """Return the places in a text that another tool would replace, in order, with the name of the tool.

    These are Hugo's shortcodes (`{{< ref "a" >}}`) and Dataview's fields (`[due:: 2024-01-02]`, `(due:: today)`).
    """
    if "{{" not in text and ":: " not in text:  # as in nearly all texts
        return []
    codes = SHORTCODE.finditer(text) if "{{" in text else ()
    fields = _FIELD.finditer(text) if ":: " in text else ()
    found = [*((*code.span(), "Hugo") for code in codes), *((*field.span(), "Dataview") for field in fields)]
    ends = 0
    kept = []
    for begin, end, tool in sorted(found):
        if begin >= ends:
            kept.append((begin, end, tool))
            ends = end
    return kept


def tool_of(text: str, dialect: Dialect) -> str:
    """Return the tool that replaces a whole paragraph, "" where the paragraph is text."""
    if dialect.snippets and SNIPPET.fullmatch(text.split("\n", 1)[0].rstrip("\r")):
        return "MkDocs"
    return "Hugo" if "{{" in text and not SHORTCODE.sub("", text).strip() else ""


def plugin_of(language: str) -> str:
    """Return the plugin that shows blocks of a language, "" for a language of code."""
    name = language.lower()
    return "Admonition" if name.startswith(_ADMONITION) else _PLUGINS.get(name, "")
