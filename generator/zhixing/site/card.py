"""The script that shows what backs a checked number, on pages that have any."""

from __future__ import annotations

from html import escape

from zhixing.site.files import FOLDER
from zhixing.wording.model import Wording

SCRIPT = f"{FOLDER}/card.js"
_NUMBER = "data-held="
_END = "</body>"


def with_card(page: str, base: str, words: Wording) -> str:
    """Return a whole page with the script and its words, where numbers on it are checked. `base` leads to the site."""
    if _NUMBER not in page or _END not in page:
        return page
    told = {
        "title": words.example_title,
        "exact": words.held_exact,
        "digits": words.held_digits,
        "about": words.held_about,
        "word": words.held_word,
        "wrong": words.number_wrong,
        "unknown": words.number_unknown,
        "was": words.number_was,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in told.items())
    script = f'<script src="{escape(base)}/{SCRIPT}" defer{data}></script>'
    before, end, after = page.rpartition(_END)
    return f"{before}{script}{end}{after}"
