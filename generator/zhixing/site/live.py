"""Examples that readers may change: their data as files of the site, fetched when somebody begins, and the script."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from zhixing.compose import Results
from zhixing.show.forms import EXERCISE, Form, Recall, are_texts, make_anew
from zhixing.site.files import FOLDER, write_folder
from zhixing.vault.note import Note
from zhixing.wording.model import Wording

if TYPE_CHECKING:
    from zhixing.language.model import Run

_NAME = re.compile(rf"\bzx-live-((?:{EXERCISE})?[0-9a-f]{{16}})\b")
# Material runs the scripts inside an article again where it replaces pages without loading them.
_ENDS = ("</article>", "</body>")


@dataclass(frozen=True, slots=True)
class LiveExample:
    """An example that can be changed: its data as JSON, its run, and the expressions that prose says values of.

    `recall` finds what was kept of the run.
    """

    data: str
    run: Run
    claims: tuple[str, ...] = field(default=())
    recall: Recall = field(default=make_anew, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The data as JSON, with what computes the values that prose says."""
        *_, prose = self.recall("prose", self._encode_prose, self._is_prose)
        return f'{self.data.removesuffix("}")},"prose":{prose}}}'

    def _encode_prose(self) -> list[str]:
        """Return the expressions, and behind them what computes them as JSON."""
        return [*self.claims, json.dumps(self.prose(), ensure_ascii=False, separators=(",", ":"))]

    def _is_prose(self, form: Form) -> bool:
        return are_texts(form, len(self.claims) + 1) and tuple(form[:-1]) == self.claims

    def prose(self) -> object:
        """Return the expressions as data, by their texts; those that the script could not compute are left out."""
        from zhixing.show.prose import encode_prose  # noqa: PLC0415 - a site without examples has no such expressions

        return encode_prose(self.run, self.claims)


def live_data(results: Results, notes: Iterable[Note]) -> dict[str, LiveExample]:
    """Return all examples that can be changed, by the names of their data; `notes` are those whose pages are shown."""
    claims = _claims(results, notes) if results.bodies else {}
    found: dict[str, LiveExample] = {}
    for body in results.bodies.values():
        if body.live and body.run:
            # Examples that compute the same share their data.
            before = found[body.live.name].claims if body.live.name in found else ()
            own = tuple(dict.fromkeys((*before, *claims.get(body.run.example.id, ()))))
            found[body.live.name] = LiveExample(body.live.data, body.run, own, body.recall)
    return found


def _claims(results: Results, notes: Iterable[Note]) -> Mapping[str, dict[str, None]]:
    """Return the expressions that prose says values of, by example."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for note in notes:
        for judged in results.judged(note):
            name, _, expression = judged.claim.reference.partition(".")
            if judged.computed is not None and not judged.computed.on:
                found[name][expression] = None
    return found


def names_in(page: str) -> set[str]:
    """Return the names of the examples that a page marks as such; an author may have written others."""
    return set(_NAME.findall(page)) if "zx-live-" in page else set()


def with_live(page: str, base: str, wording: Wording, found: Collection[str]) -> str:
    """Return a whole page with the script for the examples on it that can be changed; as it is where there are none."""
    if not found:
        return page
    told = escape(json.dumps(_words(wording), ensure_ascii=False))
    script = f'<script src="{escape(base)}/{FOLDER}/live.js" defer data-words="{told}"></script>'
    end = next((one for one in _ENDS if one in page), "")
    before, _, after = page.rpartition(end) if end else ("", "", "")
    return f"{before}{script}{end}{after}" if end else page


def _words(wording: Wording) -> dict[str, str]:
    """Return the words of the script, by the names that it has for them."""
    return {
        "change": wording.live_change,
        "changing": wording.live_changing,
        "reset": wording.live_reset,
        "link": wording.live_link,
        "copied": wording.live_copied,
        "was": wording.live_was,
        "failed": wording.live_failed,
        "unloaded": wording.live_unloaded,
        "still": wording.live_still,
        "value": wording.live_value,
        "step": wording.live_step,
        "back": wording.live_back,
        "next": wording.live_next,
        "lights": wording.live_lights,
        "draw": wording.live_draw,
        "now": wording.live_now,
        "asked": wording.live_asked,
        "places": wording.live_places,
        "check": wording.live_check,
        "reveal": wording.live_reveal,
        "right": wording.live_right,
        "wrong": wording.live_wrong,
        "unread": wording.live_unread,
        "comma": wording.comma,
        "semicolon": wording.semicolon,
    }


@dataclass(frozen=True, slots=True)
class _Known:
    example: LiveExample
    text: str

    def is_valid(self, example: LiveExample) -> bool:
        """Return whether the example's data would be the same."""
        return example.run is self.example.run and example.claims == self.example.claims


class LiveFolder:
    """Writes the data of examples into a folder; what is known of an example from the last time is not made again."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def write(self, data: Mapping[str, LiveExample], folder: Path) -> None:
        """Write the data of examples: as scripts, so that they also load in pages opened from a folder."""
        self._known = {name: self._make(name, one) for name, one in data.items()}
        start = "((globalThis.zhixing ??= {}).examples ??= {})"
        made = self._known.items()
        write_folder(folder, ((f"{name}.js", f'{start}["{name}"] = {one.text};\n') for name, one in made))

    def _make(self, name: str, example: LiveExample) -> _Known:
        known = self._known.get(name)
        return known if known and known.is_valid(example) else _Known(example, example.text)
