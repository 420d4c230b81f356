"""Blocks of code that a plugin of Obsidian shows as something else, which a site does not run: which plugin it is."""

from __future__ import annotations

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
# What is Obsidian's own and lists what its search finds.
QUERY = "query"
# What is Obsidian's own and shows notes in tables.
BASE = "base"
# What a property says of notes that hold a drawing.
DRAWING = "excalidraw-plugin"


def plugin_of(language: str) -> str:
    """Return the plugin that shows blocks of a language, "" for a language of code."""
    name = language.lower()
    return "Admonition" if name.startswith(_ADMONITION) else _PLUGINS.get(name, "")
