"""Other forms of a run that take long to make, such as its NumPy program: made once, and kept between processes.

A form is kept as JSON under the key of its run, so it is made anew where anything changes that the run depends on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from zhixing.language.runs import RunMemory

Form = Any
"""Whatever JSON holds."""
Make = Callable[[], Form]
Fits = Callable[[Form], bool]


class Recall(Protocol):
    """Returns forms of one run."""

    def __call__(self, kind: str, make: Make, fits: Fits, /) -> Form:
        """Return the form of a kind that was kept, if it fits, else the one that `make` returns."""


def make_anew(_kind: str, make: Make, _fits: Fits) -> Form:
    """Return a form of a run of which nothing is kept."""
    return make()


@dataclass
class KeptForms:
    """The forms that the store of a vault's runs has. Those of one kind are read together, when one is asked for."""

    runs: RunMemory
    _read: dict[str, dict[bytes, bytes]] = field(default_factory=dict)

    def recall(self, key: bytes) -> Recall:
        """Return what finds the forms of the run with this key."""
        return partial(self._find, key)

    def _find(self, key: bytes, kind: str, make: Make, fits: Fits) -> Form:
        entry = self._entries(kind).pop(key, None)
        found = _decode(entry) if entry else None
        if found and fits(found[0]):
            return found[0]
        form = make()
        # Where arrays were computed again too often, a form may be missing only for that reason.
        if not self.runs.shelf.refused:
            self.runs.kept.put(kind, key, json.dumps([form]).encode())
        return form

    def _entries(self, kind: str) -> dict[bytes, bytes]:
        if kind not in self._read:
            store, keys = self.runs.kept.store, filter(None, self.runs.keys.values())
            self._read[kind] = store.get_all(kind, keys) if store else {}
        return self._read[kind]


def _decode(entry: bytes) -> list[Form]:
    """Return a list with the form that an entry holds; an empty one where it holds something else."""
    try:
        found = json.loads(entry)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) and len(found) == 1 else []


def is_text_or_none(form: Form) -> bool:
    """Return whether a form is a text, or says that the run has none."""
    return form is None or isinstance(form, str)


def are_texts(form: Form, count: int) -> bool:
    """Return whether a form is a list of so many texts."""
    return isinstance(form, list) and len(form) == count and all(isinstance(one, str) for one in form)


@dataclass(frozen=True, slots=True)
class Live:
    """An example that a reader may change: its data as JSON, and a name made of them.

    The name of an exercise, for which other numbers are drawn, begins with `EXERCISE`.
    """

    name: str
    data: str


EXERCISE = "draw-"
