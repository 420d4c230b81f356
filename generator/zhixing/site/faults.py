"""What of a site does not hold: the line over a page that leads to each place."""

from __future__ import annotations

from html import escape

from zhixing.wording.model import Wording

# So many places are linked; the others are seen on the way.
_MOST = 40


def fault_banner(count: int, words: Wording) -> str:
    """Return the line that says how many places on a page do not hold, with a link to each; "" for none."""
    if not count:
        return ""
    links = "".join(_link(number, count, words) for number in range(1, min(count, _MOST) + 1))
    more = "…" if count > _MOST else ""
    said = escape(words.page_faults.format(count=count))
    return f'<nav class="zx-faults" aria-label="{said}"><b>{said}</b> {links}{more}</nav>\n'


def _link(number: int, count: int, words: Wording) -> str:
    said = escape(words.fault_of.format(number=number, count=count))
    return f'<a href="#fault:{number}" aria-label="{said}" title="{said}">{number}</a>'
