"""Texts whose blocks are disputed: CommonMark with tables and footnotes sees code where the scanner sees text."""

from __future__ import annotations

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from zhixing.markdown.blocks import Kind, scan

_PARSER = MarkdownIt("commonmark").enable("table").use(footnote_plugin)


def is_disputed(text: str) -> bool:
    """Tell whether the two see other code in a text; the scanner knows neither tables nor footnotes."""
    found = [token.content.split() for token in _PARSER.parse(text) if token.type in {"code_block", "fence"}]
    regions = (region for region in scan(text) if region.kind in {Kind.INDENTED, Kind.FENCE})
    return found != ["".join(line.of(text) for line in region.lines).split() for region in regions]
