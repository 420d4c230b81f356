"""What examples and lists show, as data.

Lists need nothing that computes, so a vault without examples never imports it: `Body` does, where another form of a
result is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from zhixing.language.errors import ExampleError
from zhixing.problems import Problem
from zhixing.show.forms import Form, Live, Recall, are_texts, is_text_or_none, make_anew
from zhixing.source import Source, Span

if TYPE_CHECKING:
    from zhixing.language.model import Run

_LINKABLE = re.compile(r"\w+(?:\.\w+)*")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an example shows: its place in the Markdown, and the names of the quantities that it shows.

    `given` says that it lists what the example starts from, which nobody asked to see by name.
    """

    span: Span
    names: tuple[str, ...]
    given: bool = False


@dataclass(frozen=True)
class Body:
    """The rendered results of a run or of a list: Markdown without blank lines around it, SVG texts by file name.

    `recall` finds other forms of the run, which may have been kept.
    """

    markdown: str
    figures: Mapping[str, str]
    run: Run | None = field(default=None, repr=False, compare=False)
    items: tuple[Item, ...] = field(default=(), repr=False)
    recall: Recall = field(default=make_anew, repr=False, compare=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names by which links call single results: of quantities, and of functions whose formula is shown."""
        computed = self.run.quantities if self.run else ()
        return tuple(dict.fromkeys([*computed, *(name for item in self.items for name in item.names)]))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where in the Markdown the first item begins that shows a name, by name."""
        places: dict[str, int] = {}
        for item in self.items:
            for name in item.names:
                if _LINKABLE.fullmatch(name):
                    places.setdefault(name, item.span.start)
        return places

    def single(self, name: str) -> str:
        """Return one result as Markdown: what shows it alone, else a table of it, or a line; "" where there is none."""
        alone = [item.span.of(self.markdown) for item in self.items if item.names == (name,) and not item.given]
        if alone or self.run is None or name not in self.run.quantities:
            return "\n\n".join(alone)
        from zhixing.show.tables import single  # noqa: PLC0415

        return single(self.run, name)

    @cached_property
    def numpy(self) -> str | None:
        """The example as a program of NumPy alone, None where it has no such form."""
        run = self.run
        found: str | None = self.recall("numpy", lambda: _make_numpy(run), is_text_or_none) if run else None
        return found

    @cached_property
    def live(self) -> Live | None:
        """The example as data for a reader's browser, None where that could not compute it."""
        run = self.run
        found = self.recall("live", lambda: _make_live(run), _are_two_or_none) if run else None
        return Live(*found) if found else None


def _are_two_or_none(form: Form) -> bool:
    return form is None or are_texts(form, 2)


def _make_numpy(run: Run) -> str | None:
    from zhixing.language.numpy_code import numpy_code  # noqa: PLC0415

    return numpy_code(run)


def _make_live(run: Run) -> list[str] | None:
    from zhixing.show.live import live  # noqa: PLC0415
    from zhixing.show.shows import find_shows  # noqa: PLC0415

    found = live(run, find_shows(run))
    return [found.name, found.data] if found else None


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a run shows: its body, None where something cannot be shown; the errors with their places; the operations.

    `cut` says that all examples together showed too much.
    """

    body: Body | None
    errors: tuple[tuple[Span, ExampleError], ...] = ()
    work: int = 0
    cut: bool = False

    def problems(self, source: Source) -> list[Problem]:
        """Return a problem for each thing that cannot be shown though every step was computed."""
        return [source.problem(error.code, span, error.what, error.fix) for span, error in self.errors]


def encode_rendered(rendered: Rendered) -> bytes | None:
    """Return what a run shows as bytes to be kept; None where something cannot be shown, which names places."""
    if rendered.body is None or rendered.errors or rendered.cut:
        return None
    items = [[item.span.start, item.span.end, item.names, item.given] for item in rendered.body.items]
    return json.dumps([rendered.body.markdown, dict(rendered.body.figures), items, rendered.work]).encode()


def decode_rendered(kept: bytes, run: Run) -> Rendered | None:
    """Return what a run shows as `encode_rendered` wrote it; None where the bytes say something else."""
    try:
        markdown, figures, found, work = json.loads(kept)
        items = tuple(Item(Span(start, end), tuple(names), given) for start, end, names, given in found)
        return Rendered(Body(str(markdown), MappingProxyType(dict(figures)), run, items), (), int(work))
    except (TypeError, ValueError, RecursionError):
        return None
