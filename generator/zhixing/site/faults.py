"""What of a site does not hold: the line over a page that leads to each place."""

from __future__ import annotations

from html import escape

from zhixing.wording.model import Wording

# So many places are linked; the others are seen on the way.
_MOST = 40


def fault_banner(count: int, words: Wording, state: str = "") -> str:
    """Return the line that says how many places on a page do not hold, with a link to each; "" for none.

    `state` is the address of the page of the whole vault's state.
    """
    if not count:
        return ""
    links = "".join(_link(number, count, words) for number in range(1, min(count, _MOST) + 1))
    more = "…" if count > _MOST else ""
    said = escape(words.page_faults.format(count=count))
    whole = f'<a class="zx-whole" href="{escape(state)}">{escape(words.state)}</a>' if state else ""
    return f'<nav class="zx-faults" aria-label="{said}"><b>{said}</b> {links}{more}{whole}</nav>\n'


def state_line(state: str, words: Wording) -> str:
    """Return the line over the first page that leads to the state of the vault."""
    return (
        f'<nav class="zx-whole" aria-label="{escape(words.state)}"><a href="{escape(state)}">{words.state}</a></nav>\n'
    )


def badge(count: int, words: Wording) -> str:
    """Return what a list says of a note that does not hold, as text; "" where it does."""
    return words.note_faults.format(count=count) if count else ""


def _link(number: int, count: int, words: Wording) -> str:
    said = escape(words.fault_of.format(number=number, count=count))
    return f'<a href="#fault:{number}" aria-label="{said}" title="{said}">{number}</a>'
