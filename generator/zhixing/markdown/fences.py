"""Fenced blocks that declare something: their language is YAML, and a word behind it says what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zhixing.markdown.blocks import Region
from zhixing.markdown.reading import Reading

EXAMPLE = ["yaml", "example"]
LIST = ["yaml", "list"]


def example_fences(reading: Reading) -> Iterator[Region]:
    """Return the fenced blocks that declare examples."""
    return _fences(reading, EXAMPLE)


def list_fences(reading: Reading) -> Iterator[Region]:
    """Return the fenced blocks that declare lists."""
    return _fences(reading, LIST)


def _fences(reading: Reading, info: list[str]) -> Iterator[Region]:
    # Most notes have none, and their blocks need not be read for this.
    if not re.search(r"\s+".join(info), reading.text):
        return iter(())
    return (region for region in reading.declaring if region.info.split() == info)
