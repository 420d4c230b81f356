"""Runs of examples written in tests."""

from __future__ import annotations

from zhixing.language.model import Run
from zhixing.language.read import read_example
from zhixing.language.run import run_example
from zhixing.source import Source, Span


def run(text: str) -> Run:
    """Run an example that must be readable and run without a problem of its own."""
    source = Source("例.md", text)
    example, problems = read_example(source, Span(0, len(text)))
    assert example, "\n".join(map(str, problems))
    done, problems = run_example(example, source, {})
    assert not problems, "\n".join(map(str, problems))
    return done
