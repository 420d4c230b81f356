"""Inline scripts of the theme, placed so that a browser reads a page to its end while its style sheets are fetched.

A browser runs no script while a style sheet that stands before it is missing, and reads no further until it has run.
The theme has two such scripts before the text of a page. The one in the head needs no style and moves before the style
sheets. The one in the header puts the colours that the reader has chosen on the body: it moves too, and runs as soon as
the body is there, which is before anything is shown.
"""

from __future__ import annotations

_SHEET = '<link rel="stylesheet"'
_BASE = "<script>__md_scope="
_PALETTE = "<script>var palette=__md_get("
_END = "</script>"
# Browsers tell of new elements before they show them. Which colours are meant by those of the system is known where the
# buttons to choose them stand, in the header; what follows the header is the container.
_WHEN_THERE = (
    "<script>(()=>{{const choose=()=>{{{code}}};const watch=new MutationObserver(()=>{{"
    "if(!document.body)return;try{{choose()}}catch{{}}"
    "if(document.querySelector('[data-md-component=container]'))watch.disconnect()}});"
    "watch.observe(document,{{childList:true,subtree:true}})}})()</script>"
)


def place_scripts(page: str) -> str:
    """Return a whole page with these scripts before its first style sheet; as it is where the theme has none."""
    sheet, base = page.find(_SHEET), page.find(_BASE)
    if not 0 <= sheet < base:
        return page
    page, first = _take(page, base)
    palette = page.find(_PALETTE)
    if palette >= 0:
        page, code = _take(page, palette)
        first += _WHEN_THERE.format(code=code.removeprefix("<script>").removesuffix(_END))
    return f"{page[:sheet]}{first}{page[sheet:]}"


def _take(page: str, start: int) -> tuple[str, str]:
    """Return a page without the script that begins at an offset, and the script."""
    end = page.index(_END, start) + len(_END)
    return f"{page[:start]}{page[end:]}", page[start:end]
