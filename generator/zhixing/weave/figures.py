"""Figure files: the same three verdicts as for regions, with the checksum in a comment at the end of the SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhixing.problems import Code, Problem
from zhixing.source import Source
from zhixing.weave.generated_files import Messages, resolve_verdict
from zhixing.weave.regions import Verdict, Woven, checksum, judge_text

_SEAL = re.compile(r"<!-- zhixing:figure ([0-9a-f]{8}) -->\s*\Z")
_MESSAGES = Messages(
    missing="The figure is not drawn yet",
    stale="The figure is not what its example draws now",
    edited="The figure was edited by hand",
    fix="Undo the edit, or take what was drawn with `zhixing regenerate --accept`",
    stale_code=Code.FIGURE_STALE,
    edited_code=Code.FIGURE_EDITED,
)


def seal_figure(svg: str) -> str:
    """Return a figure with its checksum, as it is written to disk."""
    return f"{svg.rstrip()}\n<!-- zhixing:figure {checksum(_normalise(svg))} -->\n"


def weave_figure(source: Source, svg: str, *, accept: bool = False) -> Woven:
    """Return the text that a figure's file should have. `source` is the file now, empty if it does not exist.

    A file that the tool did not write, or that was edited since, is left alone unless `accept` is set.
    """
    found, mark = _split_checksum(source.text)
    verdict = judge_text(found, _normalise(svg), mark) if source.text else Verdict.MISSING
    return resolve_verdict(source, verdict, seal_figure(svg), _MESSAGES, accept=accept)


def unused_figures(source: Source) -> Iterator[Problem]:
    """Yield a problem for a figure file that no note shows, if it was generated."""
    if _SEAL.search(source.text):
        yield source.problem(Code.FIGURE_UNUSED, 0, "No note shows this generated figure", "Delete it")


def _split_checksum(text: str) -> tuple[str, str]:
    """Return a figure file's drawing in normal form, and its checksum, "" if it has none."""
    seal = _SEAL.search(text)
    return _normalise(text[: seal.start()] if seal else text), seal[1] if seal else ""


def _normalise(svg: str) -> str:
    return svg.replace("\r\n", "\n").rstrip()
