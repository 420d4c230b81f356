"""What sources say: a statement that turns out to be right is reported, so that nobody doubts it any longer."""

from __future__ import annotations

from collections.abc import Iterator

from zhixing.examples.model import Run
from zhixing.problems import Code, Problem
from zhixing.source import Source

SHOWN = 60
_MEND = "Nothing needs mending; a list of `confirmed` shows it"


def check_says(run: Run, source: Source) -> Iterator[Problem]:
    """Yield the statements of sources that the computation bears out; history, which cites a paper, is left out."""
    for said in run.said:
        if said.outcomes and said.agrees:
            text = " ".join(said.says.text.split())
            text = f"{text[:SHOWN]}…" if len(text) > SHOWN else text
            source_named = f"Document {said.says.document.strip()}" if said.says.document.strip() else "A source"
            what = f"{source_named} says {text!r}, and the computation agrees"
            yield source.problem(Code.SAYS_AGREES, said.says.span, what, _MEND)
