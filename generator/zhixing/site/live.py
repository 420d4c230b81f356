"""Examples that readers may change: their data as files of the site, fetched when somebody begins, and the script."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from html import escape
from pathlib import Path

from zhixing.compose import Results
from zhixing.site.files import FOLDER
from zhixing.wording.model import Wording

_NAME = re.compile(r"\bzx-live-([0-9a-f]{16})\b")
_END = "</body>"


def live_data(results: Results) -> dict[str, str]:
    """Return the data of all examples that can be changed, as JSON by their names."""
    found = (body.live for body in results.bodies.values() if body.live)
    return {one.name: one.data for one in found}


def names_in(page: str) -> set[str]:
    """Return the names of the examples that a page marks as such; an author may have written others."""
    return set(_NAME.findall(page)) if "zx-live-" in page else set()


def with_live(page: str, base: str, wording: Wording, found: Collection[str]) -> str:
    """Return a whole page with the script for the examples on it that can be changed; as it is where there are none."""
    if not found:
        return page
    words = {
        "change": wording.live_change,
        "changing": wording.live_changing,
        "reset": wording.live_reset,
        "link": wording.live_link,
        "copied": wording.live_copied,
        "was": wording.live_was,
        "failed": wording.live_failed,
        "still": wording.live_still,
        "value": wording.live_value,
        "comma": wording.comma,
    }
    told = escape(json.dumps(words, ensure_ascii=False))
    script = f'<script src="{escape(base)}/{FOLDER}/live.js" defer data-words="{told}"></script>'
    before, end, after = page.rpartition(_END)
    return f"{before}{script}{end}{after}" if end else page


def write_live(data: Mapping[str, str], folder: Path) -> None:
    """Write the data of examples into a folder: scripts, so that they also load in pages opened from a folder."""
    for name, text in data.items():
        folder.mkdir(parents=True, exist_ok=True)
        line = f'((globalThis.zhixing ??= {{}}).examples ??= {{}})["{name}"] = {text};\n'
        (folder / f"{name}.js").write_text(line, encoding="utf-8", errors="replace")
