"""The button in the header and the dialog that it opens, and what becomes of the theme's own search."""

from __future__ import annotations

from html import escape
from typing import Any

from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig

from zhixing.site.files import FOLDER
from zhixing.wording.model import Wording

SCRIPT = f"{FOLDER}/search.js"
# The search of the theme that this one stands in for.
_THEME = "material"
_REPLACED = "material/search"
_HEADER = '<nav class="md-header__inner '
_ICON = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10 4a6 6 0 1 0 3.8 10.6l4.8 4.8 1.4-1.4-4.8-4.8A6 6 0 0 0 '
    '10 4m0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8"/></svg>'
)


def begin_search(config: MkDocsConfig) -> tuple[bool, bool]:
    """Add the search to a site of Material; return whether it has it, and whether that replaces the theme's own."""
    if config.theme.name != _THEME:
        return False, False
    if all(str(script) != SCRIPT for script in config.extra_javascript):
        script = ExtraScriptValue(SCRIPT)
        script.defer = True
        config.extra_javascript.append(script)
    theirs: Any = config.plugins.get(_REPLACED)  # MkDocs knows no type of another plugin's settings
    replaced = theirs is not None and theirs.config.enabled
    if replaced:
        theirs.config.enabled = False
    return True, replaced


def with_search(page: str, wording: Wording) -> str:
    """Return a whole page with the search in its header."""
    header = page.find(_HEADER)
    end = page.find("</nav>", header)
    return f"{page[:end]}{_box(wording)}{page[end:]}" if header >= 0 and end >= 0 else page


def _box(wording: Wording) -> str:
    name, notes, close = escape(wording.search), escape(wording.search_notes), escape(wording.close)
    count, none, failed = escape(wording.search_count), escape(wording.search_none), escape(wording.search_failed)
    return (
        f'<button type="button" class="zx-search-open" aria-haspopup="dialog" aria-label="{name}">'
        f'{_ICON}<span>{name}</span><kbd aria-hidden="true">/</kbd></button>'
        f'<dialog id="zx-search" class="zx-search" aria-label="{name}" data-count="{count}" '
        f'data-none="{none}" data-failed="{failed}"><form method="dialog">'
        f'<input type="search" role="combobox" aria-label="{name}" aria-expanded="false" '
        f'aria-controls="zx-search-list" aria-autocomplete="list" autocomplete="off" autocapitalize="off" '
        f'spellcheck="false" enterkeyhint="go" placeholder="{notes}">'
        f'<button type="submit" class="zx-search-close">{close}</button></form>'
        f'<p role="status"></p><div role="listbox" id="zx-search-list" aria-label="{name}" hidden></div></dialog>'
    )
